"""At the desk: what visitors say, what waits for an owner, and whose entries are whose."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.directory import actions as directory
from samen.directory import queries as listings
from samen.directory.actions import Conflict, Refused
from samen.directory.models import ProblemReport, Service
from samen.finder.queries import Card
from samen.foundation import clock
from samen.foundation.http import spoken
from samen.foundation.paging import NoSuchPage
from samen.people.http import DeskRequest, Role, for_roles, form_page, see
from samen.stewardship.actions.answering import confirm_listing, finish_task, listing_to_check
from samen.stewardship.actions.owning import hand_over
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.desk.handing_over import HandOver
from samen.stewardship.desk.reach import EDITS, page_asked, pages, scope_of, version_seen
from samen.stewardship.models import Task
from samen.stewardship.queries import keeping
from samen.stewardship.queries.listing import kept_by
from samen.stewardship.queries.reviewing import today_of

_ask = require_http_methods(["GET", "HEAD", "POST"])


@for_roles(*EDITS)
@require_safe
def reports(request: DeskRequest) -> HttpResponse:
    """What visitors say, the oldest first, with the day by which somebody looks at it."""
    try:
        found = keeping.cases(
            scope_of(request, *EDITS), page=page_asked(request), today=today_of(clock.now())
        )
    except NoSuchPage as missing:
        raise Http404 from missing
    page = {**pages(found), "site": settings.SITE}
    return render(request, "stewardship/freshness/reports.html", page)


@for_roles(*EDITS)
@require_POST
def settle(request: DeskRequest, service: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if not keeping.reported(scope_of(request, *EDITS), service, reason):
        # Another was first, or it is not hers: both times there is nothing to settle here.
        if not kept_by(scope_of(request, *EDITS)).filter(pk=service).exists():
            raise Http404
        messages.info(request, _("Somebody else has done this already."))
        return see("stewardship:reports")
    directory.settle_reports(
        service_id=service,
        reason=ProblemReport.Reason(reason),
        by=request.actor,
        at=clock.now(),
    )
    messages.success(request, _("Done. Thank you."))
    return see("stewardship:reports")


@for_roles(*EDITS)
@require_safe
def tasks(request: DeskRequest) -> HttpResponse:
    """What no letter can do."""
    try:
        found = keeping.tasks(scope_of(request, *EDITS), page=page_asked(request))
    except NoSuchPage as missing:
        raise Http404 from missing
    lines = [(task, _what_to_do(task)) for task in found.items]
    return render(request, "stewardship/freshness/tasks.html", {**pages(found), "lines": lines})


def _what_to_do(task: Task) -> str:
    return {
        "no_address": _("Nobody can be asked: there is no e-mail address. Call them."),
        "bounced": _("Our letter came back. Find their address, or call them."),
        "unanswered": _("They do not answer our letters. Call them."),
        "corrected": _("They said what has changed. Look at the suggestion, then confirm."),
        "message": _("They wrote something."),
        "unnamed": _(
            "The list that it comes from has not named it for a long time. Find out whether it is "
            "still there: confirm it, or take it off the map."
        ),
    }[task.kind]


@for_roles(*EDITS)
@require_POST
def done(request: DeskRequest, task: UUID) -> HttpResponse:
    mine = kept_by(scope_of(request, *EDITS))
    if not Task.objects.filter(pk=task, service__in=mine).exists():
        raise Http404
    try:
        finish_task(task_id=task, by=request.actor, at=clock.now())
    except AlreadyDecided:
        messages.info(request, _("Somebody else has done this already."))
    else:
        messages.success(request, _("Done. Thank you."))
    return see("stewardship:tasks")


@for_roles(*EDITS)
@_ask
def confirm(request: DeskRequest, service: UUID) -> HttpResponse:
    """She has called them, reads what visitors read, and says that all of it is right."""
    if not kept_by(scope_of(request, *EDITS)).filter(pk=service).exists():
        raise Http404
    if request.method != "POST":
        return _to_confirm(request, service)
    seen = version_seen(request)
    version = -1 if seen is None else seen
    try:
        confirm_listing(service_id=service, version=version, by=request.actor, at=clock.now())
    except Conflict:
        return _to_confirm(request, service, wrong=_("Somebody changed this. Read it once more."))
    except Refused as reason:
        return _to_confirm(request, service, wrong=spoken(reason))
    messages.success(request, _("Confirmed. Visitors read the date."))
    return see("stewardship:tasks")


def _to_confirm(request: DeskRequest, service: UUID, *, wrong: str = "") -> HttpResponse:
    version, _facts = directory.service_facts(service)
    item = listing_to_check(service, language=request.colleague.language)
    page: dict[str, Any] = {
        "item": item,
        "card": Card(item, listings.opening(item.hours, clock.now()), None),
        "today": today_of(clock.now()),
        "version": version,
        "wrong": wrong,
        "about": Service.objects.get(pk=service),
    }
    return render(request, "stewardship/freshness/confirm.html", page, status=422 if wrong else 200)


@for_roles(Role.STEWARD, Role.ADMINISTRATOR)
@_ask
def owners(request: DeskRequest) -> HttpResponse:
    """Who answers for how many entries; and all of them to another, when somebody goes."""
    scope = scope_of(request, Role.STEWARD, Role.ADMINISTRATOR)
    form = HandOver(request.POST or None, scope=scope)
    if form.is_valid():
        try:
            moved = hand_over(**form.moves(), by=request.actor, at=clock.now())
        except Refused as reason:
            form.add_error(None, spoken(reason))
        else:
            messages.success(request, _("Moved: %(count)s entries.") % {"count": moved})
            return see("stewardship:owners")
    page = {"owners": keeping.owned(scope), "form": form}
    return form_page(request, "stewardship/freshness/owners.html", page)
