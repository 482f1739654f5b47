"""The first page of the desk: what to do today, and nothing else."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samen.directory.models import Organization
from samen.exchange.queries.sources import failing_sources
from samen.foundation import clock
from samen.people.http import DeskRequest, Role, for_colleagues
from samen.stewardship.desk.reach import DECIDES, EDITS, SUGGESTS, scope_of
from samen.stewardship.queries import keeping
from samen.stewardship.queries.listing import municipalities
from samen.stewardship.queries.waiting import today
from samen.vault import queries as vault


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
    }
    return render(request, "stewardship/home.html", page)


def _failing(request: DeskRequest) -> int:
    """Sources of hers that did not answer (F3)."""
    if not request.colleague.holds(*DECIDES):
        return 0
    return failing_sources(scope_of(request, *DECIDES).municipalities)


def _circles(request: DeskRequest) -> int:
    """What others of her circles ask, and records of hers that two others opened."""
    her = request.user.id
    hers = [one.id for one in vault.circles() if one.has(her)]
    asks = vault.asks_in(hers, at=clock.now()) if hers else []
    waiting = [one for one in asks if one.asked_by != her and one.agreed_by is None]
    return len(waiting) + len(vault.notices(her))
