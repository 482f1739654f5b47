"""Leave at once: while the two-minute cookie lives, no page of ours is shown.

The cookie is the only one without a form. It says nothing but "1", and it is what makes Back
show the neutral site instead of our page when there is no script (reference: requirement 2-3 of
the public side, measured).
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

COOKIE = "v"
SECONDS = 120


def neutral_site(language: str) -> str:
    return str(settings.LEAVE_FOR.get(language) or settings.LEAVE_FOR[""])


def away(language: str) -> HttpResponse:
    """The answer that sends somebody to the neutral site and keeps nothing."""
    response = HttpResponse(status=303, headers={"Location": neutral_site(language)})
    response.headers["Cache-Control"] = "no-store"
    return response


class LeaveAtOnce:
    """Stands before every cache and every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if COOKIE in request.COOKIES and not request.path.startswith(("/static/", "/healthz")):
            return away(request.path.split("/")[1])
        response = self._get_response(request)
        patch_vary_headers(response, ["Cookie"])
        return response
