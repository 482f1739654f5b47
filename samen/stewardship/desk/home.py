"""The first page of the desk: what to do today, and nothing else."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samen.directory.models import Organization
from samen.people.http import DeskRequest, Role, for_colleagues
from samen.stewardship.desk.reach import DECIDES, EDITS, SUGGESTS, scope_of
from samen.stewardship.queries import keeping
from samen.stewardship.queries.listing import municipalities
from samen.stewardship.queries.waiting import today


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
    }
    return render(request, "stewardship/home.html", page)
