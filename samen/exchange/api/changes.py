"""What has changed on the map since somebody asked last, for those who keep a copy of it."""

import json
from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from samen.exchange import queries
from samen.exchange.api import asking
from samen.exchange.api.answers import JSON, Problem, for_machines
from samen.exchange.api.turns import take_turn
from samen.exchange.rules import feed

_DIGITS = 4


@for_machines("GET", "HEAD")
def changes(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 of the address
    said = asking.values(request, feed.PARAMETERS)
    take_turn(request)
    most = _most(said.get("limit", str(feed.USUAL)))
    try:
        page = queries.changes_after(said.get("after", ""), most=most)
    except queries.BadCursor:
        words = (
            "This cursor is not one of this map as it is now. Use `next` of an answer as it is; "
            "or begin anew, without a cursor."
        )
        raise Problem(400, words, parameter="after") from None
    told = {
        "changes": [each.written() for each in page.told],
        "next": page.next,
        "more": page.more,
    }
    body = json.dumps(told, separators=(",", ":")).encode()
    etag = quote_etag(blake2b(body, digest_size=12).hexdigest())
    fresh = HttpResponse(body, content_type=JSON, headers={"ETag": etag})
    answer = get_conditional_response(request, etag, None, fresh)
    return answer if isinstance(answer, HttpResponse) else fresh


def _most(said: str) -> int:
    number = int(said) if said.isascii() and said.isdecimal() and len(said) <= _DIGITS else 0
    if not 1 <= number <= feed.MOST:
        words = f"`limit` is a whole number from 1 to {feed.MOST}."
        raise Problem(400, words, parameter="limit")
    return number
