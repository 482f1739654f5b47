"""What a visitor reads when something is wrong: the emergency numbers, and one clear sentence.

These pages need neither the database nor a session, and leave nothing of the request in a log.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from samen.audit.actions import LogbookStopped
from samen.foundation.bodies import UNREAD, most_bytes

log = logging.getLogger("samen.finder")


_MACHINES = "/api/"
_NOT_READ = (_("We could not read that"), _("Go back and try it once more, in a few words."))
_WORDS = {
    400: _NOT_READ,
    408: _NOT_READ,
    404: (_("This page is not here"), _("The address may be old, or a letter is missing.")),
    405: (_("This does not work here"), _("Go to the first page and try again from there.")),
    413: (_("That is too long for us to read"), _("Use a few words, for example: safe place.")),
    500: (_("Something went wrong on our side"), _("You did nothing wrong. Try again.")),
    503: (_("We cannot show everything right now"), _("Try again in a few minutes.")),
}


def fault(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """A page that says what is wrong, in the language of the address, with the numbers."""
    if request.path.startswith(_MACHINES):
        return _for_machines(status)
    title, sentence = _WORDS[status]
    page = {"title": title, "sentence": sentence, "path_without_language": ""}
    return render(request, "theme/fault.html", page, status=status)


def _for_machines(status: HTTPStatus) -> HttpResponse:
    """As every door for machines says it (samen/exchange/api/answers.py)."""
    detail = status.description or status.phrase
    return JsonResponse(
        {"title": status.phrase, "status": status.value, "detail": detail},
        status=status,
        content_type="application/problem+json",
        headers={"Access-Control-Allow-Origin": "*"},
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django calls it so
    return fault(request, HTTPStatus.BAD_REQUEST)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 Django calls it so
    return fault(request, HTTPStatus.NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    return fault(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _status_of(error: Exception) -> HTTPStatus:
    if isinstance(error, RequestDataTooBig):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if isinstance(error, SuspiciousOperation | UnicodeError):
        return HTTPStatus.BAD_REQUEST
    if isinstance(error, DatabaseError | LogbookStopped):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.INTERNAL_SERVER_ERROR


class ClearFaults:
    """Turns what went wrong into a page. Stands inside the language, outside the views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A body that is too large is never read at all.
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > most_bytes(request.path):
            return fault(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if UNREAD in request.META:
            return fault(request, request.META[UNREAD])
        response = self._get_response(request)
        refused = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        if refused and not getattr(response, "content", b"-"):
            page = fault(request, HTTPStatus.METHOD_NOT_ALLOWED)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Http404):
            return None
        status = _status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("a page could not be made", exc_info=error)
        return fault(request, status)
