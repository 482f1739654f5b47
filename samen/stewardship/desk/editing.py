"""One service at the desk: its facts section by section, its history, and withdrawing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import MultipleChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.directory import actions as directory
from samen.directory.actions import Conflict, Refused
from samen.directory.models import History, Organization, Service
from samen.directory.queries import Listing, history_of, opening
from samen.exchange.queries.provenance import Seen, Telling, told_of
from samen.finder.queries import InList, draw
from samen.foundation import clock
from samen.foundation.http import spoken
from samen.people.http import DeskRequest, for_roles, form_page, see
from samen.people.queries import names_of
from samen.stewardship.actions import editing, suggesting, withdrawing
from samen.stewardship.desk.differences import Difference, fact_in_words, in_words
from samen.stewardship.desk.forms import NewForm, ReasonForm
from samen.stewardship.desk.reach import (
    DECIDES,
    EDITS,
    SUGGESTS,
    edits,
    scope_of,
    service_for,
    version_seen,
)
from samen.stewardship.desk.sections import SECTIONS, Section, copied_to_other_days
from samen.stewardship.models import Draft, Suggestion, Withdrawal
from samen.stewardship.queries.duplicates import who_already
from samen.stewardship.queries.listing import kept_by

_ask = require_http_methods(["GET", "HEAD", "POST"])
Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Desk:
    """A section of a service as it lies open before somebody."""

    service: Service
    section: str
    version: int
    facts: Facts
    herself: bool  # she changes it; otherwise she suggests


@for_roles(*SUGGESTS)
@require_safe
def service(request: DeskRequest, number: int) -> HttpResponse:
    found = service_for(request, number, *SUGGESTS)
    return render(request, "stewardship/service.html", _about(request, found))


def _about(
    request: DeskRequest, found: Service, reason: ReasonForm | None = None
) -> dict[str, Any]:
    herself = edits(request, found)
    shown = directory.preview_service(service_id=found.id, changes={}, language="nl")
    return {
        "service": found,
        "card": _card(shown),
        "sections": [(name, cls.title) for name, cls in _sections(herself=herself).items()],
        "drafts": set(
            Draft.objects.filter(colleague=request.actor.id, record=found.id).values_list(
                "section", flat=True
            )
        ),
        "waiting": Suggestion.objects.filter(service=found, state=Suggestion.State.WAITING),
        "withdrawn": Withdrawal.objects.filter(service=found, decision="").first(),
        "herself": herself,
        "confirms": kept_by(scope_of(request, *EDITS)).filter(pk=found.pk).exists(),
        "decides": request.colleague.holds(*DECIDES),
        "form": reason or ReasonForm(),
    }


def _sections(*, herself: bool) -> dict[str, type[Section]]:
    """Whether it is shown is the steward's to say."""
    return {name: cls for name, cls in SECTIONS.items() if herself or name != "status"}


def _card(listing: Listing) -> InList:
    """As a visitor reads it in a list, in Dutch."""
    return InList(draw(listing, "nl"), opening(listing.hours, clock.now()), None)


# --- one section -------------------------------------------------------------------------------


@for_roles(*SUGGESTS)
@_ask
def section(request: DeskRequest, number: int, section: str) -> HttpResponse:
    """The form of a section: shown, looked at beforehand, kept for later, or kept."""
    found = service_for(request, number, *SUGGESTS)
    herself = edits(request, found)
    if section not in _sections(herself=herself):
        raise Http404
    version, facts = directory.service_facts(found.id)
    desk = Desk(found, section, version, facts, herself)
    if request.method != "POST":
        return _opened(request, desk)
    for press, done in _PRESSES.items():
        if press in request.POST:
            return done(request, desk)
    return _sent(request, desk)


def _sent(request: DeskRequest, desk: Desk) -> HttpResponse:
    form = SECTIONS[desk.section](request.POST)
    if not form.is_valid():
        return _show(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return (_looked if "look" in request.POST else _kept)(request, desk, form)


def _dropped(request: DeskRequest, desk: Desk) -> HttpResponse:
    editing.drop_draft(
        record=desk.service.id, section=desk.section, by=request.actor, at=clock.now()
    )
    return see("stewardship:section", desk.service.number, desk.section)


def _opened(request: DeskRequest, desk: Desk) -> HttpResponse:
    """With what she had typed before she was signed out, if anything."""
    mine = {"colleague": request.actor.id, "record": desk.service.id, "section": desk.section}
    draft = Draft.objects.filter(**mine).first()
    said = SECTIONS[desk.section].said(desk.facts)
    if draft is None:
        return _show(request, desk, SECTIONS[desk.section](initial=said))
    form = SECTIONS[desk.section](initial=said | draft.fields)
    return _show(request, desk, form, draft=draft)


def _copied(request: DeskRequest, desk: Desk) -> HttpResponse:
    """The hours of one day on the others: typed so far, and nothing kept yet."""
    day = request.POST["copy"]
    typed = request.POST.dict()
    if day.isdecimal() and int(day) < len("1234567"):
        typed = copied_to_other_days(typed, int(day))
    return _show(request, desk, SECTIONS[desk.section](initial=_typed(desk, typed)))


def _typed(desk: Desk, typed: Mapping[str, Any]) -> dict[str, Any]:
    names = SECTIONS[desk.section]().fields
    return {name: typed.get(name, "") for name in names}


def _drafted(request: DeskRequest, desk: Desk) -> HttpResponse:
    names = SECTIONS[desk.section]().fields.items()
    fields = {
        name: request.POST.getlist(name)
        if isinstance(field, MultipleChoiceField)
        else request.POST.get(name, "")
        for name, field in names
    }
    try:
        editing.save_draft(
            record=desk.service.id,
            section=desk.section,
            version=_version(request, desk),
            fields=fields,
            by=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        return _refused(request, desk, SECTIONS[desk.section](request.POST), refused)
    if request.headers.get("Accept") == "application/json":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    messages.success(request, _("Kept for later. Visitors do not see it."))
    return see("stewardship:section", desk.service.number, desk.section)


def _looked(request: DeskRequest, desk: Desk, form: Section) -> HttpResponse:
    """The page as visitors would read it, above the form; nothing is kept."""
    try:
        listing = directory.preview_service(
            service_id=desk.service.id,
            changes=form.facts(desk.facts),
            language="nl",
        )
    except Refused as refused:
        return _refused(request, desk, form, refused)
    return _show(request, desk, form, card=_card(listing))


def _kept(request: DeskRequest, desk: Desk, form: Section) -> HttpResponse:
    try:
        waiting = _write(request, desk, form)
    except Refused as refused:
        return _refused(request, desk, form, refused)
    except Conflict as conflict:
        return _conflict(request, desk, form, conflict)
    editing.drop_draft(
        record=desk.service.id, section=desk.section, by=request.actor, at=clock.now()
    )
    if waiting:
        messages.info(request, _("A second person looks at it before visitors see it."))
    else:
        messages.success(request, _("Kept. Visitors see it within two seconds."))
    return see("stewardship:service", desk.service.number)


def _write(request: DeskRequest, desk: Desk, form: Section) -> bool:
    """Whether somebody else has to look at it first."""
    said: dict[str, Any] = {
        "service_id": desk.service.id,
        "changes": form.facts(desk.facts),
        "version": _version(request, desk),
        "why": request.POST.get("why", "")[:200],
        "by": request.actor,
        "at": clock.now(),
    }
    if desk.herself:
        return editing.edit_service(**said).waiting is not None
    suggesting.suggest_change(**said)
    return True


def _version(request: DeskRequest, desk: Desk) -> int:
    """The one she saw when she opened the form; what is not a number is the one of now."""
    seen = version_seen(request)
    return desk.version if seen is None else seen


def _refused(request: DeskRequest, desk: Desk, form: Section, refused: Refused) -> HttpResponse:
    form.is_valid()
    form.add_error(None, spoken(refused))
    return _show(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _conflict(request: DeskRequest, desk: Desk, form: Section, conflict: Conflict) -> HttpResponse:
    """Both are on one page: what she typed is in the form, what the other kept stands above it."""
    theirs = {fact: conflict.now[fact] for fact in conflict.fields if fact in conflict.now}
    hers = form.facts(desk.facts)
    mine = {fact: hers[fact] for fact in conflict.fields if fact in hers}
    page: dict[str, Any] = {
        "conflict": in_words({**desk.facts, **theirs}, {**desk.facts, **mine}, blank=desk.facts)
    }
    fresh = Desk(desk.service, desk.section, conflict.version, conflict.now, desk.herself)
    return _show(request, fresh, form, status=HTTPStatus.CONFLICT, **page)


def _show(
    request: DeskRequest, desk: Desk, form: Section, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    kept = request.POST.get("version") if status != HTTPStatus.CONFLICT else None
    page = {
        "service": desk.service,
        "section": desk.section,
        "title": SECTIONS[desk.section].title,
        "form": form,
        "version": kept or desk.version,
        "why": request.POST.get("why", ""),
        "herself": desk.herself,
        **more,
    }
    return render(request, "stewardship/section.html", page, status=status)


_PRESSES = {"drop": _dropped, "copy": _copied, "draft": _drafted}


# --- history -----------------------------------------------------------------------------------


@for_roles(*SUGGESTS)
@require_safe
def history(request: DeskRequest, number: int) -> HttpResponse:
    found = service_for(request, number, *SUGGESTS)
    _version, facts = directory.service_facts(found.id)
    versions = history_of(History.Kind.SERVICE, found.id)
    names = names_of({version.by for version in versions if version.by})
    rows = [
        (version, names.get(version.by) if version.by else None, _told(version, facts))
        for version in versions
    ]
    sources = [(one, _fields_told(one)) for one in told_of(found.id)]
    page = {
        "service": found,
        "rows": rows,
        "herself": edits(request, found),
        "sources": sources,
    }
    return render(request, "stewardship/history.html", page)


def _fields_told(telling: Telling) -> list[tuple[str, Seen]]:
    named = [(fact_in_words(one.fact), one) for one in telling.fields]
    return sorted(named, key=lambda pair: pair[0])


def _told(version: Any, blank: Facts) -> list[Difference]:
    before = {d.fact: d.before for d in version.differences if d.before}
    after = {d.fact: d.after for d in version.differences if d.after}
    return in_words({**blank, **before}, {**blank, **after}, blank=blank)


@for_roles(*EDITS)
@require_POST
def restore(request: DeskRequest, number: int, version: int) -> HttpResponse:
    found = service_for(request, number, *EDITS)
    now, _facts = directory.service_facts(found.id)
    try:
        done = editing.restore_version(
            service_id=found.id,
            to=version,
            version=now,
            why=_("Back to version %(number)s") % {"number": version},
            by=request.actor,
            at=clock.now(),
        )
    except History.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, spoken(refused))
        return see("stewardship:history", number)
    if done.waiting:
        messages.info(request, _("A second person looks at it before visitors see it."))
    else:
        messages.success(request, _("It is as it was."))
    return see("stewardship:history", number)


# --- away, and new -----------------------------------------------------------------------------


@for_roles(*EDITS)
@require_POST
def withdraw(request: DeskRequest, number: int) -> HttpResponse:
    """Out of everything visitors and partners read, at once."""
    found = service_for(request, number, *EDITS)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            withdrawing.withdraw_service(
                service_id=found.id,
                why=form.cleaned_data["reason"],
                by=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error("reason", spoken(refused))
        else:
            messages.success(request, _("It is gone within two seconds."))
            return see("stewardship:service", number)
    return form_page(request, "stewardship/service.html", _about(request, found, form))


@for_roles(*EDITS)
@_ask
def new(request: DeskRequest) -> HttpResponse:
    """First who does this already, and only then one more."""
    form = NewForm(request.POST or None, scope=request.colleague.municipalities(*EDITS))
    if not form.is_valid():
        return form_page(request, "stewardship/new.html", {"form": form})
    said = form.cleaned_data
    if "add" not in request.POST:
        there = who_already(name=said["name"], phone=said["phone"], area=said["area"])
        page = {"form": form, "there": there, "looked": True}
        return render(request, "stewardship/new.html", page)
    organization: Organization = said["organization"]
    created = directory.create_service(
        key=f"desk-{form.once.hex}",
        facts={
            "name": {"organization": organization.key, "name": said["name"], "names": {}},
            "areas": {"areas": [said["area"]]},
            # Nobody reads it before its facts are there and a second person has looked.
            "publish": _HIDDEN,
        },
        why="",
        by=request.actor,
        at=clock.now(),
    )
    number = Service.objects.values_list("number", flat=True).get(pk=created.id)
    messages.success(request, _("It is there and hidden. Now fill in what you know."))
    return see("stewardship:service", number)


_HIDDEN = {"kind": "service", "publish": "hidden", "verified": "unverified", "emergency": False}
