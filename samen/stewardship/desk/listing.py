"""The services a colleague keeps, as a list one can narrow."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samen.foundation import paging
from samen.people.http import DeskRequest, for_roles
from samen.stewardship.desk.reach import EDITS, SUGGESTS, scope_of
from samen.stewardship.queries import listing

STATES = ("ready", "review", "hidden", "waiting", "withdrawn")


@for_roles(*SUGGESTS)
@require_safe
def services(request: DeskRequest) -> HttpResponse:
    asked = _asked(request)
    scope = scope_of(request, *SUGGESTS)
    try:
        found = listing.lines(asked, scope=scope)
    except listing.NoSuchPage:
        raise Http404 from None
    query = {"words": asked.words, "area": asked.area, "state": asked.state}
    pages: paging.Page[object] = paging.Page((), found.number, found.last)
    page = {
        "found": found,
        "asked": asked,
        "municipalities": listing.municipalities(scope),
        "everywhere": scope.is_everywhere,
        "adds": request.colleague.holds(*EDITS),
        "page": pages,
        "previous_address": _address(query, pages.previous),
        "next_address": _address(query, pages.next),
    }
    return render(request, "stewardship/services.html", page)


def _asked(request: DeskRequest) -> listing.Asked:
    """What cannot be read is not asked for."""
    said = request.GET
    state, page = said.get("state", ""), said.get("page", "1")
    return listing.Asked(
        words=said.get("words", "")[:100],
        area=said.get("area", "")[:80],
        state=state if state in STATES else "",
        page=int(page) if page.isdecimal() and len(page) < len("12345") else 1,
    )


def _address(query: dict[str, str], page: int | None) -> str:
    return f"?{urlencode(query | {'page': page})}" if page else ""
