from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from samen.vault.actions import OpenFile


def as_download(file: OpenFile) -> StreamingHttpResponse:
    """To be kept by the browser, never shown by it: whatever is in it, it runs nowhere."""
    answer = StreamingHttpResponse(file.chunks, content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=file.name)
    answer.headers["Content-Disposition"] = disposition or "attachment"
    answer.headers["Content-Length"] = str(file.size)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
