"""What a request asks, wherever it says so: in the address, in a JSON body or in a form."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError

from samen.exchange.api.answers import JSON, Problem
from samen.exchange.rules import ORIGINAL
from samen.exchange.rules.operations import Asked, BadParameter, asked, check_name
from samen.foundation.languages import PUBLISHED

_FORM = "application/x-www-form-urlencoded"
FORMS = (_FORM, "multipart/form-data")


def read(request: HttpRequest, known: tuple[str, ...]) -> Asked:
    """Raises Problem, with the field named. A value is never repeated."""
    try:
        return asked(values(request, known))
    except BadParameter as bad:
        raise refused(bad) from None


def values(request: HttpRequest, known: tuple[str, ...]) -> Mapping[str, Any]:
    """What is said by name, and nothing that is not known here. Raises Problem."""
    said: dict[str, Any] = {}
    try:
        for name, value in _pairs(request):
            check_name(name, known)
            if name in said and said[name] != value:
                raise BadParameter(parameter=name, why="This is said twice, and not the same.")  # noqa: TRY301 beside the others
            said[name] = value
    except BadParameter as bad:
        raise refused(bad) from None
    return said


def refused(bad: BadParameter) -> Problem:
    return Problem(400, bad.why, parameter=bad.parameter)


def _pairs(request: HttpRequest) -> Iterator[tuple[str, Any]]:
    for name, values in request.GET.lists():
        yield from ((name, value) for value in values)
    if request.method == "POST":
        yield from _body(request)


def _body(request: HttpRequest) -> Iterator[tuple[str, Any]]:
    if not request.body:
        return
    if request.content_type == JSON:
        yield from _object(request.body).items()
    elif request.content_type in FORMS:
        for name, values in form(request).lists():
            yield from ((name, value) for value in values)
    else:
        raise Problem(415, f"Send {JSON} or {_FORM}.")


def form(request: HttpRequest) -> QueryDict:
    try:
        return request.POST
    except (BadRequest, MultiPartParserError):
        raise Problem(400, "The form cannot be read.", parameter="body") from None


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.", parameter="body") from None
    if not isinstance(said, dict):
        raise Problem(422, "Send one JSON object with the parameters.", parameter="body")
    # null is as good as leaving it out.
    return {name: value for name, value in said.items() if value is not None}


def language_of(request: HttpRequest, said: Asked) -> str:
    """What was asked for, else what the header likes best of our ten, else Dutch, the original."""
    if said.lang:
        return said.lang
    liked = [_liked(part) for part in request.headers.get("Accept-Language", "")[:500].split(",")]
    best = max(liked, key=lambda each: each[0])
    return best[1] if best[0] > 0 else ORIGINAL


def _liked(part: str) -> tuple[float, str]:
    tag, _, quality = part.partition(";")
    primary = tag.strip().lower().partition("-")[0]
    try:
        weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
    except ValueError:
        weight = 0.0
    return (weight, primary) if primary in PUBLISHED else (0.0, ORIGINAL)


def address_of(request: HttpRequest) -> str:
    """Of who asks, behind the proxies of the operator; whoever else adds one is not believed."""
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    through = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(through) >= proxies:
        return through[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
