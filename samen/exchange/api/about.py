"""What a program reads before it asks: the OpenAPI file, the profile, its schemas, the guide."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from samen.exchange.api import asking
from samen.exchange.api.answers import Problem, View, as_json, for_machines
from samen.exchange.api.turns import take_turn
from samen.exchange.rules.openapi import OPENAPI, PACKAGE, Publisher, openapi_patch
from samen.exchange.rules.openapi import openapi as written
from samen.exchange.rules.shapes import PATCHED, SHAPES, Schema, compiled, patch
from samen.exchange.rules.tables import package, package_patch

READ = ("GET", "HEAD")
_GUIDE = Path("docs") / "api.md"


def _to_read(view: View) -> View:
    """A file: it takes its turn like every question, and nothing is asked of it."""

    @for_machines(*READ)
    @wraps(view)
    def told(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        asking.values(request, ())
        take_turn(request)
        return view(request, **parts)

    return told


def here(standard: str) -> str:
    return f"{settings.SITE}/api/hsds/{standard}"


def _publisher() -> Publisher:
    return Publisher(
        name=settings.PUBLISHER_NAME,
        email=settings.PUBLISHER_EMAIL,
        site=settings.SITE,
        licence=settings.LICENCE,
    )


@_to_read
def openapi(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 a view
    return as_json(written(standard, here(standard), _publisher()))


@_to_read
def profile(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 a view
    base = here(standard)
    patched, shapes = (*PATCHED, OPENAPI, PACKAGE), (*SHAPES, PACKAGE)
    return as_json(
        {
            "name": "SAMEN",
            "based_on": f"HSDS {standard}",
            "description": "Only adds properties, and none that must be there: every record is "
            "valid HSDS too. Patches are JSON Merge Patch (RFC 7386) for the files of the same "
            "name; schemas are for what this publisher writes, and stricter.",
            "patches": {name: f"{base}/profile/{name}.json" for name in patched},
            "schemas": {name: f"{base}/schema/{name}.json" for name in shapes},
            "openapi_url": f"{base}/openapi.json",
            "data_guide": f"{base}/guide",
        }
    )


@_to_read
def profile_patch(request: HttpRequest, standard: str, shape: str) -> HttpResponse:  # noqa: ARG001 a view
    if shape == OPENAPI:
        return as_json(openapi_patch(standard, here(standard), _publisher()))
    if shape == PACKAGE:
        return as_json(package_patch(**_whose()))
    return _known(shape, PATCHED, patch)


@_to_read
def schema(request: HttpRequest, standard: str, shape: str) -> HttpResponse:  # noqa: ARG001 a view
    if shape == PACKAGE:
        return as_json(package(**_whose()))
    address = f"{here(standard)}/schema/{shape}.json"
    return _known(shape, SHAPES, lambda name: compiled(name, address))


def _whose() -> dict[str, str]:
    return {
        "publisher": settings.PUBLISHER_NAME,
        "site": settings.SITE,
        "licence": settings.LICENCE,
    }


@_to_read
def guide(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 a view
    """For the people who write the programs."""
    text = (settings.BASE / _GUIDE).read_text()
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


def _known(name: str, known: tuple[str, ...], say: Callable[[str], Schema]) -> HttpResponse:
    if name not in known:
        raise Problem(404, "There is no such file.")
    return as_json(say(name))
