"""The first page of the desk: what to do today, and nothing else."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samen.directory.models import Organization
from samen.exchange.queries.sources import failing_sources
from samen.foundation import clock
from samen.people.http import DeskRequest, Role, for_colleagues, keys_are_closed
from samen.stewardship.desk.reach import DECIDES, EDITS, SUGGESTS, scope_of
from samen.stewardship.queries import keeping
from samen.stewardship.queries.listing import municipalities
from samen.stewardship.queries.waiting import today
from samen.vault import queries as vault

_NAMED = 3  # sources; more of them would hide what else there is to do


@for_colleagues
@require_safe
def home(request: DeskRequest) -> HttpResponse:
    languages = request.colleague.languages(Role.TRANSLATOR)
    page = {
        "today": today(scope_of(request, *SUGGESTS), languages=languages),
        "waiting": keeping.waiting(scope_of(request, *EDITS)),
        "edits": request.colleague.holds(*EDITS),
        "keeps": request.colleague.holds(*SUGGESTS),
        "own_pages": Organization.objects.filter(
            id__in=request.colleague.organizations(Role.CONTACT)
        ),
        "places": municipalities(scope_of(request, *DECIDES)),
        "decides": request.colleague.holds(*DECIDES),
        "translates": sorted(languages),
        "failing": _failing(request),
        "circles": _circles(request),
        "told": sum(not one.seen for one in vault.notices(request.user.id)),
        "keys_closed": keys_are_closed(request),
    }
    return render(request, "stewardship/home.html", page)


def _failing(request: DeskRequest) -> dict[str, Any]:
    """Which sources of hers did not answer (F3), the longest silent first; why is on their page."""
    if not request.colleague.holds(*DECIDES):
        return {"number": 0}
    found = failing_sources(scope_of(request, *DECIDES).municipalities)
    names, number = list(found.values_list("name", flat=True)[:_NAMED]), found.count()
    return {"number": number, "names": names, "more": number - len(names)}


def _circles(request: DeskRequest) -> int:
    """Circles she is asked into, and what waits for her in hers."""
    her = request.user.id
    circles = vault.circles()
    hers = [one.id for one in circles if one.has(her)]
    asks = vault.asks_in(hers, at=clock.now()) if hers else []
    # A yes waits for everybody else; what was agreed to waits for who asked.
    waiting = [one for one in asks if (one.asked_by == her) == bool(one.agreed_by) and not one.done]
    asked_in = [one for one in circles if one.has(her, joined=False)]
    return len(asked_in) + len(waiting)
