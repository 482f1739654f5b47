"""What waits for a second person: suggestions, and entries that were taken away."""

from http import HTTPStatus
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
from samen.people.http import DeskRequest, for_roles, see
from samen.people.queries import names_of
from samen.stewardship.actions import suggesting, withdrawing
from samen.stewardship.actions.suggesting import AlreadyDecided, NeedsSecondPerson
from samen.stewardship.desk.differences import in_words
from samen.stewardship.desk.reach import DECIDES, scope_of, version_seen
from samen.stewardship.models import Suggestion, Withdrawal
from samen.stewardship.queries import waiting


@for_roles(*DECIDES)
@require_safe
def suggestions(request: DeskRequest) -> HttpResponse:
    found = waiting.suggestions(scope_of(request, *DECIDES))
    names = names_of(one.author for one in found)
    rows = [(one, names.get(one.author, "")) for one in found]
    return render(request, "stewardship/suggestions.html", {"rows": rows})


@for_roles(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def suggestion(request: DeskRequest, suggestion: UUID) -> HttpResponse:
    """What is there, what is suggested, and the two buttons."""
    found = _hers(request, suggestion)
    if request.method != "POST":
        return _show(request, found)
    reason = request.POST.get("reason", "").strip()[:200]
    try:
        _decide(request, found, reason)
    except NeedsSecondPerson:
        return _show(request, found, _("You wrote this yourself. Somebody else decides about it."))
    except Refused as refused:
        return _show(request, found, spoken(refused))
    except Conflict:
        return _show(request, found, _("It was changed a moment ago. Look at it once more."))
    except AlreadyDecided:
        messages.info(request, _("Somebody else was first."))
    else:
        messages.success(request, _("Done."))
    return see("stewardship:suggestions")


def _decide(request: DeskRequest, found: Suggestion, reason: str) -> None:
    done: dict[str, Any] = {"suggestion_id": found.id, "by": request.actor, "at": clock.now()}
    if "approve" in request.POST:
        suggesting.approve_suggestion(version=version_seen(request) or 0, reason=reason, **done)
    else:
        suggesting.reject_suggestion(reason=reason, **done)


def _hers(request: DeskRequest, suggestion: UUID) -> Suggestion:
    found = waiting.suggestion_of(suggestion, scope=scope_of(request, *DECIDES))
    if found is None:
        raise Http404
    return found


def _show(request: DeskRequest, found: Suggestion, problem: str = "") -> HttpResponse:
    version, now = directory.service_facts(found.service_id)
    page = {
        "suggestion": found,
        "author": names_of([found.author]).get(found.author, ""),
        "differences": in_words(now, {**now, **found.changes}, blank=now),
        "version": version,
        "own": found.author == request.actor.id,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "stewardship/suggestion.html", page, status=status)


@for_roles(*DECIDES)
@require_safe
def withdrawn(request: DeskRequest) -> HttpResponse:
    found = waiting.withdrawals(scope_of(request, *DECIDES))
    names = names_of(one.by for one in found)
    rows = [(one, names.get(one.by, ""), one.by == request.actor.id) for one in found]
    return render(request, "stewardship/withdrawn.html", {"rows": rows})


@for_roles(*DECIDES)
@require_POST
def decide_withdrawn(request: DeskRequest, withdrawal: UUID) -> HttpResponse:
    if waiting.withdrawal_of(withdrawal, scope=scope_of(request, *DECIDES)) is None:
        # Somebody else may have been first: the list says what is left.
        if not Withdrawal.objects.exclude(decision="").filter(pk=withdrawal).exists():
            raise Http404
        return see("stewardship:withdrawn")
    try:
        withdrawing.decide_withdrawal(
            withdrawal_id=withdrawal,
            returns="returns" in request.POST,
            reason=request.POST.get("reason", "")[:200],
            by=request.actor,
            at=clock.now(),
        )
    except NeedsSecondPerson:
        messages.error(request, _("You took it away yourself. Somebody else decides about it."))
    except Refused as refused:
        messages.error(request, spoken(refused))
    except AlreadyDecided:
        messages.info(request, _("Somebody else was first."))
    else:
        messages.success(request, _("Done."))
    return see("stewardship:withdrawn")
