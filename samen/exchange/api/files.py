"""The map as files to take along. The worker made them; here they are only handed out."""

from http import HTTPStatus

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from samen.exchange.api.answers import Problem, for_machines
from samen.exchange.api.streams import in_a_place
from samen.exchange.api.turns import take_turn
from samen.exchange.queries import downloads

_SOON = "60"  # seconds


@for_machines("GET", "HEAD")
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    take_turn(request)
    edition = downloads.edition()
    if edition is None:
        raise _not_now()
    etag = quote_etag(f"{edition.folder.name}-{name}")
    same = get_conditional_response(request, etag, None, HttpResponse(headers={"ETag": etag}))
    if isinstance(same, HttpResponse) and same.status_code != HTTPStatus.OK:
        return same
    try:
        content = edition.file(name).open("rb")
    except OSError:  # the next edition took its place this very moment
        raise _not_now() from None
    kind = downloads.FILES[name]
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=kind)
    try:
        answer.streaming_content = in_a_place(iter(answer))
    except Problem:
        content.close()
        raise
    answer.headers["ETag"] = etag
    answer.headers["Last-Modified"] = http_date(edition.at.timestamp())
    return answer


def _not_now() -> Problem:
    words = "The files of the map are being made anew. Ask again in a minute."
    return Problem(503, words, headers={"Retry-After": _SOON})
