"""What a program reads before it asks: the OpenAPI file, the profile, its schemas, the guide."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from samen.exchange.api.answers import Problem, as_json, for_machines
from samen.exchange.rules.openapi import Publisher
from samen.exchange.rules.openapi import openapi as written
from samen.exchange.rules.shapes import PATCHED, SHAPES, Schema, compiled, patch

READ = ("GET", "HEAD")
_GUIDE = Path("docs") / "api.md"


def here(standard: str) -> str:
    return f"{settings.SITE}/api/hsds/{standard}"


@for_machines(*READ)
def openapi(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 a view
    publisher = Publisher(
        name=settings.PUBLISHER_NAME,
        email=settings.PUBLISHER_EMAIL,
        site=settings.SITE,
        licence=settings.LICENCE,
    )
    return as_json(written(standard, here(standard), publisher))


@for_machines(*READ)
def profile(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 a view
    base = here(standard)
    return as_json(
        {
            "name": "SAMEN",
            "based_on": f"HSDS {standard}",
            "description": "Only adds properties, and none that must be there: every record is "
            "valid HSDS too. Patches are JSON Merge Patch (RFC 7386) for the files of the same "
            "name; schemas are for what this publisher writes, and stricter.",
            "patches": {name: f"{base}/profile/{name}.json" for name in PATCHED},
            "schemas": {name: f"{base}/schema/{name}.json" for name in SHAPES},
            "openapi_url": f"{base}/openapi.json",
            "data_guide": f"{base}/guide",
        }
    )


@for_machines(*READ)
def profile_patch(request: HttpRequest, standard: str, shape: str) -> HttpResponse:  # noqa: ARG001 a view
    return _known(shape, PATCHED, patch)


@for_machines(*READ)
def schema(request: HttpRequest, standard: str, shape: str) -> HttpResponse:  # noqa: ARG001 a view
    address = f"{here(standard)}/schema/{shape}.json"
    return _known(shape, SHAPES, lambda name: compiled(name, address))


@for_machines(*READ)
def guide(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 a view
    """For the people who write the programs."""
    text = (settings.BASE / _GUIDE).read_text()
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


def _known(name: str, known: tuple[str, ...], say: Callable[[str], Schema]) -> HttpResponse:
    if name not in known:
        raise Problem(404, "There is no such file.")
    return as_json(say(name))
