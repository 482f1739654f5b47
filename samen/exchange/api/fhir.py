"""The map for systems of health care: read and search, nothing else, without a key."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from samen.exchange.api import asking
from samen.exchange.api.answers import PROBLEM, Problem, for_machines
from samen.exchange.api.turns import take_turn
from samen.exchange.queries import fhir as queries
from samen.exchange.queries import gone
from samen.exchange.rules import fhir, moment
from samen.exchange.rules.asking_fhir import Asked, BadQuestion, asked_by

_JSON = "application/fhir+json; charset=utf-8"
_READ = ("GET", "HEAD")
# As FHIR calls what went wrong.
_ISSUES = {
    400: "invalid",
    404: "not-found",
    405: "not-supported",
    410: "deleted",
    413: "too-long",
    415: "not-supported",
    429: "throttled",
}
# What was there once is known by the names of HSDS.
_RECORDS = {
    fhir.SERVICE: "services",
    fhir.ORGANIZATION: "organizations",
    fhir.LOCATION: "locations",
}

View = Callable[..., HttpResponseBase]


def for_health_care(*methods: str) -> Callable[[View], View]:
    """As for every machine, and what is refused is said in the words of FHIR."""

    def decorated(view: View) -> View:
        def in_turn(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            take_turn(request)
            return view(request, **parts)

        open_to_all = for_machines(*methods)(in_turn)

        @wraps(open_to_all)
        def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            response = open_to_all(request, **parts)
            return _in_fhir(response) if isinstance(response, HttpResponse) else response

        return answer

    return decorated


def _in_fhir(response: HttpResponse) -> HttpResponse:
    if response.headers.get("Content-Type") != PROBLEM:
        return response
    words = json.loads(response.content)["detail"]
    said = fhir.outcome(_ISSUES.get(response.status_code, "exception"), words)
    response.content = json.dumps(said, ensure_ascii=False).encode()
    response.headers["Content-Type"] = _JSON
    return response


def _answer(said: Mapping[str, Any], **headers: str) -> HttpResponse:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type=_JSON, headers=headers)


@for_health_care(*_READ)
def metadata(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 a view
    return _answer(fhir.capabilities(base=_base(), publisher=settings.PUBLISHER_NAME))


@for_health_care(*_READ)
def nothing(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 a view
    words = f"There are {', '.join(fhir.TYPES)} and /metadata here."
    raise Problem(HTTPStatus.NOT_FOUND, words)


@for_health_care(*_READ)
def read(request: HttpRequest, resource: str, id_: str) -> HttpResponse:
    record = _uuid(resource, id_)
    found = queries.one(resource, record)
    if found is None:
        raise _gone(resource, record) or _not_here(resource, id_)
    etag = f'W/"{found["meta"]["versionId"]}"'
    answer = get_conditional_response(request, etag, None, _answer(found, ETag=etag))
    return answer if isinstance(answer, HttpResponse) else _answer(found, ETag=etag)


@for_health_care(*_READ)
def search(request: HttpRequest, resource: str) -> HttpResponse:
    return _found(request, resource, dict(request.GET.lists()))


@for_health_care(*_READ, "POST")
def search_by_post(request: HttpRequest, resource: str) -> HttpResponse:
    """The same, so that what is looked for stands in no address."""
    values = dict(request.GET.lists())
    if request.method == "POST" and request.body:
        if request.content_type not in asking.FORMS:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {asking.FORMS[0]}.")
        for name, said in asking.form(request).lists():
            values[name] = [*values.get(name, []), *said]
    return _found(request, resource, values)


def _found(request: HttpRequest, kind: str, values: Mapping[str, list[str]]) -> HttpResponse:
    prefers = request.headers.get("Prefer", "").replace(" ", "").casefold()
    try:
        strict = "handling=strict" in prefers
        asked = asked_by(kind, values, site=settings.SITE, strict=strict)
    except BadQuestion as question:
        raise Problem(HTTPStatus.BAD_REQUEST, str(question)) from None
    found = queries.found(kind, asked)
    links = {"self": _address(kind, asked, asked.after), "first": _address(kind, asked, None)}
    if found.after is not None:
        links["next"] = _address(kind, asked, found.after)
    said = fhir.bundle(found.resources, found.along, total=found.total, links=links, base=_base())
    return _answer(said)


def _address(kind: str, asked: Asked, after: UUID | None) -> str:
    said = [*asked.said, *([("_after", str(after))] if after else [])]
    return f"{_base()}/{kind}{'?' if said else ''}{urlencode(said)}"


def _base() -> str:
    return f"{settings.SITE}/api/fhir"


def _uuid(kind: str, said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise _not_here(kind, said) from None


def _gone(kind: str, record: UUID) -> Problem | None:
    became = gone(_RECORDS[kind], record)
    if became is None:
        return None
    since = f" It left on {moment(became.since)}." if became.since else ""
    into = f" {fhir.SERVICE}/{became.merged_into} stands for it." if became.merged_into else ""
    return Problem(HTTPStatus.GONE, f"This {kind} was taken off the map.{since}{into}")


def _not_here(kind: str, id_: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"There is no {kind} with this id: {id_[:64]}.")
