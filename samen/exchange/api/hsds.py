"""HSDS as it stands in the official file: lists, records, and what this publisher says."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from samen.exchange import queries
from samen.exchange.api import asking
from samen.exchange.api.about import READ, here
from samen.exchange.api.answers import JSON, NDJSON, Problem, as_json, for_machines
from samen.exchange.api.streams import in_a_place
from samen.exchange.api.turns import take_turn
from samen.exchange.queries import Shape
from samen.exchange.rules import encoded, moment
from samen.exchange.rules.operations import (
    OF_ONE,
    PARAMETERS,
    PER_PAGE,
    Asked,
    BadParameter,
    Page,
    page,
    read_id,
)

VERSIONS = ("3.2", "3.3")
ASK = (*READ, "POST")

_BROKEN_OFF = b'{"broken off'  # no JSON, and no line of it
_RECORDS_A_DROP = 200  # of a whole list; a page or a record is one drop


@for_machines(*READ)
def root(request: HttpRequest, standard: str) -> HttpResponse:
    asking.values(request, ())
    take_turn(request)
    base = here(standard)
    return as_json(
        {
            "version": standard,
            "profile": f"{base}/profile/",
            "openapi_url": f"{base}/openapi.json",
            "description": "Help for people who met with violence, in the Netherlands: "
            "the social map of SAMEN.",
            "data_guide": f"{base}/guide",
            "publisher": publisher(),
        }
    )


def publisher() -> dict[str, str]:
    said = {
        "name": settings.PUBLISHER_NAME,
        "identifier": settings.PUBLISHER_ID,
        "email": settings.PUBLISHER_EMAIL,
        "website": settings.SITE,
    }
    return {name: value for name, value in said.items() if value}


@for_machines(*ASK)
def records(request: HttpRequest, standard: str, kind: str) -> HttpResponseBase:
    """A page of a list, or all of it as lines."""
    said = asking.read(request, PARAMETERS[kind])
    whole = said.format == "ndjson" or _is_one_page(said)
    take_turn(request)
    language = asking.language_of(request, said)
    full = said.full or (said.full_service and kind == "organizations")
    shape = Shape(standard, language, full, said.full_service, said.minimal)
    tag = _tag(standard, kind, said, language)
    if _is_known(request, tag):
        return _marked(HttpResponse(status=304), language, tag)
    try:
        answer = _whole(request, kind, said, shape) if whole else _page(kind, said, shape)
    except BadParameter as bad:
        raise asking.refused(bad) from None
    return _marked(answer, language, tag)


@for_machines(*READ)
def record(request: HttpRequest, standard: str, kind: str, record: str) -> HttpResponseBase:
    """One record with everything nested in it."""
    said = asking.read(request, OF_ONE[kind])
    take_turn(request)
    language = asking.language_of(request, said)
    shape = Shape(standard, language, full=True, full_service=said.full_service)
    found = read_id(record)
    body = queries.one(kind, found, shape) if found else None
    if body is None:
        _missing(kind, found)
    tag = _sealed(body)
    if _is_known(request, tag):
        return _marked(HttpResponse(status=304), language, tag)
    return _marked(HttpResponse(body, content_type=JSON), language, tag)


def _is_one_page(said: Asked) -> bool:
    """The short form of everything comes in one page, unless pages are asked for."""
    return said.minimal and said.page is None and said.per_page is None


def _page(kind: str, said: Asked, shape: Shape) -> HttpResponse:
    per_page = said.per_page or PER_PAGE
    number, total = said.page or 1, queries.total(kind, said)
    start = (number - 1) * per_page
    items = queries.stretch(kind, said, shape, start=start, end=start + per_page)
    header = page(number=number, per_page=per_page, total=total)
    # What left the map between two looks is not counted.
    header = Page(number, len(items), header.total, header.pages)
    body = encoded(header.fields())[:-1] + b',"contents":[' + b",".join(items) + b"]}"
    return HttpResponse(body, content_type=JSON)


def _whole(request: HttpRequest, kind: str, said: Asked, shape: Shape) -> HttpResponseBase:
    as_lines = said.format == "ndjson"
    content_type = NDJSON if as_lines else JSON
    if request.method == "HEAD":
        return HttpResponse(content_type=content_type)
    # Counting refuses what cannot be understood, before the first line is out.
    total = queries.total(kind, said)
    take_turn(request, drops=total // _RECORDS_A_DROP)
    pieces = queries.everything(kind, said, shape)
    written = _lines(pieces) if as_lines else _one_page(pieces, total)
    return StreamingHttpResponse(
        in_a_place(written, broken_off=_BROKEN_OFF), content_type=content_type
    )


def _lines(pieces: Iterator[list[bytes]]) -> Iterator[bytes]:
    for bodies in pieces:
        yield b"".join(body + b"\n" for body in bodies)


def _one_page(pieces: Iterator[list[bytes]], total: int) -> Iterator[bytes]:
    header = page(number=1, per_page=max(1, total), total=total)
    yield encoded(header.fields())[:-1] + b',"contents":['
    between = b""
    for bodies in pieces:
        if bodies:
            yield between + b",".join(bodies)
            between = b","
    yield b"]}"


def _missing(kind: str, record: UUID | None) -> NoReturn:
    gone = queries.gone(kind, record) if record else None
    if gone is None:
        raise Problem(404, "Nothing with this id is on the map.")
    since: dict[str, Any] = {"since": moment(gone.since)} if gone.since else {}
    if gone.merged_into is None:
        raise Problem(410, "This was taken off the map.", **since)
    into = str(gone.merged_into)
    raise Problem(410, "This was made one with another record.", merged_into=into, **since)


def _tag(standard: str, kind: str, said: Asked, language: str) -> str:
    """Another revision of the map, another answer; what was asked cannot be read from it."""
    return _sealed(repr((standard, kind, said, language, queries.fingerprint(said))).encode())


def _sealed(body: bytes) -> str:
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'


def _is_known(request: HttpRequest, tag: str) -> bool:
    if request.method not in READ:
        return False
    said = request.headers.get("If-None-Match", "")[:4000].split(",")
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in said)


def _marked(answer: HttpResponseBase, language: str, tag: str) -> HttpResponseBase:
    answer.headers["ETag"] = tag
    answer.headers["Content-Language"] = language
    return answer
