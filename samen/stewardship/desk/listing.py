"""The services a colleague keeps, as a list one can narrow."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samen.foundation import paging
from samen.foundation.typed import whole_number
from samen.people.http import DeskRequest, for_roles
from samen.stewardship.desk.reach import EDITS, SUGGESTS, pages, scope_of
from samen.stewardship.queries import listing

STATES = ("ready", "review", "hidden", "waiting", "withdrawn", "overdue")


@for_roles(*SUGGESTS)
@require_safe
def services(request: DeskRequest) -> HttpResponse:
    asked = _asked(request)
    scope = scope_of(request, *SUGGESTS)
    try:
        found = listing.lines(asked, scope=scope)
    except paging.NoSuchPage:
        raise Http404 from None
    page = {
        "asked": asked,
        "municipalities": listing.municipalities(scope),
        "everywhere": scope.is_everywhere,
        "adds": request.colleague.holds(*EDITS),
        **pages(found, words=asked.words, area=asked.area, state=asked.state),
    }
    return render(request, "stewardship/services.html", page)


def _asked(request: DeskRequest) -> listing.Asked:
    """What cannot be read is not asked for."""
    said = request.GET
    state, page = said.get("state", ""), whole_number(said.get("page", "1"), digits=4)
    return listing.Asked(
        words=said.get("words", "")[:100],
        area=said.get("area", "")[:80],
        state=state if state in STATES else "",
        page=1 if page is None else page,
    )
