"""Pages that are the same for everybody are compressed cheaply; all others as Django does it.

Django adds some random bytes to every answer, so that nobody can guess a secret in a page from its
length. A page that is kept for everybody holds no secret and nothing that somebody sent.
"""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from isal import igzip

from samen.finder.http.page_cache import KEEP_UNTIL, takes_gzip

_WORTH_IT = 200  # bytes
# Files that are compressed as they are.
_PACKED = frozenset(
    {
        "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)


class Compression(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        if response.headers.get("Content-Type", "") in _PACKED:
            return response
        if not takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            # Django would also compress for who says that she cannot read it ("gzip;q=0").
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        if KEEP_UNTIL not in response.headers:
            return super().process_response(request, response)
        return _compressed(response)


def _compressed(response: Any) -> Any:
    """As isal does it, in an eighth of the time."""
    if len(response.content) < _WORTH_IT or response.has_header("Content-Encoding"):
        return response
    patch_vary_headers(response, ("Accept-Encoding",))
    response.content = igzip.compress(response.content, mtime=0)
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Content-Encoding"] = "gzip"
    return response
