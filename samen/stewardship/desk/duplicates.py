"""Two entries beside each other: one help, or two."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.directory import actions as directory
from samen.directory.actions import Conflict, Refused
from samen.foundation import clock
from samen.foundation.http import spoken
from samen.foundation.paging import NoSuchPage
from samen.people.http import DeskRequest, for_roles, see
from samen.stewardship.actions.duplicates import dismiss_candidate, merge_services, undo_merge
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.desk.reach import EDITS, page_asked, pages, scope_of, version_seen
from samen.stewardship.models import Candidate
from samen.stewardship.queries.duplicates import candidate_of, candidates, merge_of, merges
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules.duplicates import LISTS, differing

_SEE = 303
_CANNOT = 422


@for_roles(*EDITS)
@require_safe
def duplicates(request: DeskRequest) -> HttpResponse:
    scope = scope_of(request, *EDITS)
    try:
        page = candidates(scope, page=page_asked(request))
    except NoSuchPage as missing:
        raise Http404 from missing
    shown = {**pages(page), "merges": merges(scope)}
    return render(request, "stewardship/checks/duplicates.html", shown)


@for_roles(*EDITS)
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: DeskRequest, candidate: UUID) -> HttpResponse:
    pair = candidate_of(candidate, scope=scope_of(request, *EDITS))
    if pair is None:
        raise Http404
    if request.method != "POST":
        return _side_by_side(request, pair, {}, "")
    if request.POST.get("do") == "two":
        dismiss_candidate(candidate_id=pair.id, by=request.actor, at=clock.now())
        messages.success(request, _("They stay two."))
        return see("stewardship:duplicates")
    return _merge(request, pair)


def _merge(request: DeskRequest, pair: Candidate) -> HttpResponse:
    keep = request.POST.get("keep", "")
    ids = {str(pair.first_id): pair.first_id, str(pair.second_id): pair.second_id}
    if keep not in ids:
        return _side_by_side(request, pair, request.POST, _("Say which of the two stays."))
    kept, gone = ids.pop(keep), next(iter(ids.values()))
    mine = services_within(scope_of(request, *EDITS)).filter(id__in=(kept, gone))
    if mine.count() < len((kept, gone)):
        sentence = _("One of the two is kept by somebody else. Ask her, or leave them two.")
        return _side_by_side(request, pair, request.POST, sentence)
    try:
        merged = merge_services(
            kept_id=kept,
            gone_id=gone,
            versions=(_version(request, kept), _version(request, gone)),
            choices=_choices(request, kept),
            why=request.POST.get("why", ""),
            by=request.actor,
            at=clock.now(),
        )
    except (Conflict, AlreadyDecided, Refused) as refusal:
        return _side_by_side(request, pair, request.POST, _why_not(refusal))
    messages.success(request, _("They are one. The old number leads to the page that stays."))
    if merged.edited.waiting:
        messages.info(request, _("A phone number or address waits for a second person."))
    return see("stewardship:duplicates")


def _why_not(refusal: Exception) -> str:
    if isinstance(refusal, Refused):
        return spoken(refusal)
    if isinstance(refusal, AlreadyDecided):
        return _("One of the two was merged already.")
    return _("Somebody has changed one of the two meanwhile. Look again before you merge.")


@for_roles(*EDITS)
@require_POST
def undo(request: DeskRequest, merge: UUID) -> HttpResponse:
    merged = merge_of(merge, scope=scope_of(request, *EDITS))
    if merged is None:
        raise Http404
    try:
        undo_merge(merge_id=merged.id, by=request.actor, at=clock.now())
    except (Conflict, Refused, AlreadyDecided):
        messages.error(
            request, _("Somebody has changed what was taken over, so nothing was undone.")
        )
        return see("stewardship:duplicates")
    messages.success(request, _("They are two again."))
    return see("stewardship:duplicates")


def _version(request: DeskRequest, service: UUID) -> int:
    seen = version_seen(request, f"version-{service}")
    return -1 if seen is None else seen


def _choices(request: DeskRequest, kept: UUID) -> dict[str, str]:
    """Which entry's words stay for each fact; the form names the entries, not the roles."""
    choices = {}
    for name, said in request.POST.items():
        fact = name.removeprefix("fact-")
        if fact != name and said != str(kept):
            choices[fact] = "both" if said == "both" else "gone"
    return choices


def _side_by_side(
    request: DeskRequest, pair: Candidate, said: Mapping[str, Any], sentence: str
) -> HttpResponse:
    sides = [
        (service, *directory.service_facts(service.id)) for service in (pair.first, pair.second)
    ]
    (first, _one, mine), (second, _two, theirs) = sides
    facts = [
        {
            "name": fact,
            "first": mine.get(fact, {}),
            "second": theirs.get(fact, {}),
            "both": fact in LISTS,
            "chosen": said.get(f"fact-{fact}", str(first.id if mine.get(fact) else second.id)),
        }
        for fact in differing(mine, theirs)
    ]
    shown = {
        "pair": pair,
        "sides": sides,
        "first": first,
        "second": second,
        "facts": facts,
        "keep": said.get("keep", ""),
        "why": said.get("why", ""),
        "sentence": sentence,
    }
    status = _CANNOT if sentence else 200
    return render(request, "stewardship/checks/duplicate.html", shown, status=status)
