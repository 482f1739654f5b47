"""HSDS as it stands in the official file, and what this publisher says of itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from samen.exchange.api.answers import as_json, for_machines

VERSIONS = ("3.2", "3.3")
READ = ("GET", "HEAD")


@for_machines(*READ)
def root(request: HttpRequest, standard: str) -> HttpResponse:  # noqa: ARG001 a view
    here = f"{settings.SITE}/api/hsds/{standard}"
    return as_json(
        {
            "version": standard,
            "profile": f"{here}/profile/",
            "openapi_url": f"{here}/openapi.json",
            "description": "Help for people who met with violence, in the Netherlands: "
            "the social map of SAMEN.",
            "data_guide": f"{here}/guide",
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
