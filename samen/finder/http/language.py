"""The language of a page is the first part of its address; nothing else is asked or kept."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from samen.foundation import languages


def language_of(request: HttpRequest) -> str:
    """The language in the address, else the browser's best published one."""
    first = request.path.split("/")[1]
    if first in languages.PUBLISHED:
        return first
    return languages.best_published(request.headers.get("Accept-Language", ""))


class LanguageFromPath:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(language_of(request)):
            response = self._get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
            return response
