"""From whom a municipality takes records over, what came of it, and what somebody has to decide."""

import json
from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.directory import actions as directory
from samen.directory.actions import Conflict, Refused
from samen.exchange.actions import sources as taking
from samen.exchange.actions import taking_in, undoing
from samen.exchange.actions.differing import DecidedAlready, decide_difference
from samen.exchange.models import Difference, Run, Source
from samen.exchange.queries.provenance import seen_of
from samen.exchange.queries.sources import (
    differences_of,
    differences_page,
    failing_sources,
    given_back,
    known_difference,
    runs_of,
    sources_of,
)
from samen.foundation import clock
from samen.foundation.http import spoken
from samen.foundation.paging import NoSuchPage
from samen.foundation.sentences import told
from samen.people.http import DeskRequest, for_roles, see
from samen.stewardship.actions.sources import accept_difference
from samen.stewardship.desk.differences import fact_in_words, in_words
from samen.stewardship.desk.reach import DECIDES, page_asked, pages, scope_of, version_seen
from samen.stewardship.queries.listing import municipalities

_STEPS = 5  # of a file that somebody brought, while she waits; the worker does the rest
KINDS = (
    (Source.Kind.SAMEN, gettext_lazy("Another SAMEN")),
    (Source.Kind.HSDS, gettext_lazy("A list by Open Referral (HSDS 3)")),
    (Source.Kind.UK, gettext_lazy("A list by Open Referral UK")),
    (Source.Kind.PACKAGE, gettext_lazy("A file: HSDS as zip or JSON")),
    (Source.Kind.SHEET, gettext_lazy("A file: spreadsheet")),
)


class ChangeForm(forms.Form):
    """What may become otherwise of a source that is there."""

    name = forms.CharField(label=gettext_lazy("Whose list is it"), max_length=200)
    address = forms.CharField(
        label=gettext_lazy("Address of its interface (not for a file)"),
        max_length=200,
        required=False,
    )
    licence = forms.CharField(
        label=gettext_lazy("Licence, as visitors read it"), max_length=200, required=False
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Read it every so many hours"), min_value=1, max_value=744, initial=24
    )
    absences = forms.IntegerField(
        label=gettext_lazy("Take a record away when it was missing so many times in a row"),
        min_value=1,
        max_value=20,
        initial=3,
    )


class SourceForm(ChangeForm):
    municipality = forms.ChoiceField(label=gettext_lazy("Municipality"))
    kind = forms.ChoiceField(label=gettext_lazy("What kind of source"), choices=KINDS)

    field_order = ("municipality", "name", "kind", "address")

    def __init__(self, *args: Any, hers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["municipality"]
        if isinstance(field, forms.ChoiceField):
            field.choices = hers


def _hers(request: DeskRequest) -> Collection[str] | None:
    """The municipalities whose sources she keeps; None for all."""
    return scope_of(request, *DECIDES).municipalities


def _source(request: DeskRequest, source: UUID) -> Source:
    found = sources_of(_hers(request)).filter(pk=source).first()
    if found is None:
        raise Http404
    return found


@for_roles(*DECIDES)
@require_safe
def sources(request: DeskRequest) -> HttpResponse:
    silent = failing_sources(_hers(request))
    shown = {
        "rows": sources_of(_hers(request)),
        "failing": [(one, trouble_words(one.trouble), advice(one.trouble)) for one in silent],
    }
    return render(request, "stewardship/sources/sources.html", shown)


@for_roles(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def source_new(request: DeskRequest) -> HttpResponse:
    """Look first, add then: nothing is written before she has seen what would come."""
    hers = [(m.slug, m.name) for m in municipalities(scope_of(request, *DECIDES))]
    form = SourceForm(request.POST or None, hers=hers)
    if not form.is_valid():
        return _form(request, form, "")
    wanted = taking.Wanted(**form.cleaned_data)
    try:
        if "add" not in request.POST and wanted.kind not in taking.BROUGHT:
            preview = taking.preview_source(wanted=wanted, at=clock.now())
            return _form(request, form, "", preview)
        made = taking.add_source(wanted=wanted, by=request.actor, at=clock.now())
    except Refused as refused:
        return _form(request, form, spoken(refused))
    except taking.NotAnswered as silent:
        return _form(request, form, trouble_words(silent.code))
    messages.success(request, _("The source is there."))
    return see("stewardship:source", made.id)


def _form(
    request: DeskRequest, form: SourceForm, problem: str, preview: taking.Preview | None = None
) -> HttpResponse:
    failed = problem or (form.is_bound and form.errors)
    shown = {"form": form, "problem": problem, "preview": preview}
    if preview:
        shown["losses"] = _losses(preview.losses.items())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
    return render(request, "stewardship/sources/new.html", shown, status=status)


@for_roles(*DECIDES)
@require_safe
def source(request: DeskRequest, source: UUID) -> HttpResponse:
    return _show(request, _source(request, source))


def _show(request: DeskRequest, found: Source, problem: str = "") -> HttpResponse:
    runs = runs_of(found)
    shown = {
        "source": found,
        "kind": dict(KINDS)[Source.Kind(found.kind)],
        "paused": found.state == Source.State.PAUSED,
        "brought": found.kind in taking.BROUGHT,
        "trouble": trouble_words(found.trouble) if found.trouble else "",
        "advice": advice(found.trouble),
        "runs": [
            {
                "run": run,
                "state": _states()[run.state],
                "counts": [(_outcomes().get(k, k), n) for k, n in sorted(run.counts.items())],
                "refused": [(original, spoken(told(why))) for original, why in run.refused],
                "losses": _losses((loss.split("|"), n) for loss, n in run.losses.items()),
                "undo": run.id == _last_that_touched(found),
            }
            for run in runs
        ],
        "problem": problem,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "stewardship/sources/source.html", shown, status=status)


def _last_that_touched(source: Source) -> UUID | None:
    over = (Run.State.UNDOING, Run.State.UNDONE)
    touched = source.runs.exclude(touched=None).exclude(state__in=over).order_by("-at")
    return touched.values_list("id", flat=True).first()


@for_roles(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def source_change(request: DeskRequest, source: UUID) -> HttpResponse:
    """Whoever moved has another address; what came from it stays."""
    found = _source(request, source)
    now = {name: getattr(found, name) for name in ChangeForm.base_fields}
    form = ChangeForm(request.POST or None, initial=now)
    if found.kind in taking.BROUGHT:
        for name in ("address", "hours", "absences"):
            form.fields[name].widget = forms.HiddenInput()
            form.fields[name].required = False
    if not form.is_valid():
        return _change(request, found, form)
    wanted = {**now, **{name: value for name, value in form.cleaned_data.items() if value}}
    wanted["licence"] = form.cleaned_data["licence"]
    described = taking.Wanted(found.municipality.slug, kind=found.kind, **wanted)
    try:
        taking.change_source(source_id=found.id, wanted=described, by=request.actor, at=clock.now())
    except Refused as refused:
        return _change(request, found, form, spoken(refused))
    messages.success(request, _("Kept."))
    return see("stewardship:source", found.id)


def _change(
    request: DeskRequest, found: Source, form: ChangeForm, problem: str = ""
) -> HttpResponse:
    failed = problem or (form.is_bound and form.errors)
    kind = dict(KINDS)[Source.Kind(found.kind)]
    shown = {"source": found, "form": form, "kind": kind, "problem": problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
    return render(request, "stewardship/sources/change.html", shown, status=status)


@for_roles(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def source_remove(request: DeskRequest, source: UUID) -> HttpResponse:
    """It says first what stays and what goes."""
    found = _source(request, source)
    shown: dict[str, Any] = {"source": found}
    if request.method == "POST":
        try:
            taking.remove_source(source_id=found.id, by=request.actor, at=clock.now())
        except Refused as refused:
            shown["problem"] = spoken(refused)
        else:
            messages.success(request, _("The source is gone. Its entries are still on the map."))
            return see("stewardship:sources")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "problem" in shown else HTTPStatus.OK
    return render(request, "stewardship/sources/remove.html", shown, status=status)


@for_roles(*DECIDES)
@require_POST
def source_do(request: DeskRequest, source: UUID, what: str) -> HttpResponse:
    found = _source(request, source)
    done: dict[str, Any] = {"source_id": found.id, "by": request.actor, "at": clock.now()}
    if what == "pause":
        taking.pause_source(**done)
        messages.success(request, _("It stands still."))
    elif what == "resume":
        taking.resume_source(**done)
        goes_on = _("It goes on, and is read within a minute.")
        file = _("It goes on. Bring its file when there is a new one.")
        messages.success(request, file if found.kind in taking.BROUGHT else goes_on)
    else:
        raise Http404
    return see("stewardship:source", found.id)


@for_roles(*DECIDES)
@require_POST
def source_file(request: DeskRequest) -> HttpResponse:
    """Bring a file to one of her sources: first what it would do, then it is taken in."""
    found = _source(request, _uuid(request.POST.get("source", "")))
    given = request.FILES.get("file")
    if given is None or found.kind not in taking.BROUGHT:
        return _show(request, found, _("Choose a file first."))
    try:
        documents = taking.documents_of_file(found.kind, given.read())
    except Refused as refused:
        return _show(request, found, spoken(refused))
    if "look" in request.POST:
        wanted = taking.Wanted(found.municipality.slug, found.name, found.kind)
        preview = taking.preview_documents(wanted=wanted, documents=documents, at=clock.now())
        shown = {
            "source": found,
            "preview": preview,
            "losses": _losses(preview.losses.items()),
        }
        return render(request, "stewardship/sources/look.html", shown)
    done: dict[str, Any] = {"by": request.actor, "at": clock.now()}
    run = taking_in.begin_file(source_id=found.id, documents=documents, **done)
    for _step in range(_STEPS):
        if not taking_in.take_step(run_id=run.id, gate=taking.gate(), **done):
            messages.success(request, _("The file was taken in. Below is what it did."))
            break
    else:
        messages.success(request, _("The file is being taken in. It is long: look again later."))
    return see("stewardship:source", found.id)


def _uuid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise Http404 from None


@for_roles(*DECIDES)
@require_POST
def run_undo(request: DeskRequest, run: UUID) -> HttpResponse:
    found = Run.objects.filter(pk=run, source__in=sources_of(_hers(request)).values("id")).first()
    if found is None:
        raise Http404
    done: dict[str, Any] = {"run_id": found.id, "by": request.actor, "at": clock.now()}
    try:
        undoing.undo_run(**done)
    except Refused as refused:
        return _show(request, _source(request, found.source_id), spoken(refused))
    for _step in range(_STEPS):
        if not undoing.undo_step(**done):
            break
    messages.success(request, _("The import is taken back, and the source stands still."))
    return see("stewardship:source", found.source_id)


@for_roles(*DECIDES)
@require_safe
def source_records(request: DeskRequest, source: UUID) -> StreamingHttpResponse:
    """All that the source said, whole, for whoever keeps it: one JSON record in a line."""
    found = _source(request, source)
    answer = StreamingHttpResponse(_lines(found), content_type="application/x-ndjson")
    answer.headers["Content-Disposition"] = 'attachment; filename="records.ndjson"'
    return answer


def _lines(source: Source) -> Iterator[bytes]:
    for record in given_back(source):
        yield json.dumps(record, ensure_ascii=False).encode() + b"\n"


# --- differences -----------------------------------------------------------------------------


@for_roles(*DECIDES)
@require_safe
def offers(request: DeskRequest) -> HttpResponse:
    try:
        page = differences_page(_hers(request), page=page_asked(request))
    except NoSuchPage as missing:
        raise Http404 from missing
    lines = [(one, fact_in_words(one.fact)) for one in page.items]
    return render(request, "stewardship/sources/offers.html", {**pages(page), "lines": lines})


@for_roles(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: DeskRequest, difference: UUID) -> HttpResponse:
    """What stands here, what is offered, and the two buttons."""
    found = differences_of(_hers(request)).filter(pk=difference).first()
    if found is None:
        if request.method == "POST" and known_difference(difference, _hers(request)):
            messages.info(request, _("Somebody else was first."))
            return see("stewardship:offers")
        raise Http404
    if request.method != "POST":
        return _offer(request, found)
    try:
        _decide(request, found)
    except Refused as refused:
        return _offer(request, found, spoken(refused))
    except Conflict:
        return _offer(request, found, _("It was changed a moment ago. Look at it once more."))
    except DecidedAlready:
        messages.info(request, _("Somebody else was first."))
    return see("stewardship:offers")


def _decide(request: DeskRequest, found: Difference) -> None:
    done: dict[str, Any] = {"difference_id": found.id, "by": request.actor, "at": clock.now()}
    if "accept" not in request.POST:
        decide_difference(accepted=False, **done)
        messages.success(request, _("What stands here stays."))
        return
    edited = accept_difference(version=version_seen(request) or 0, **done)
    if edited.waiting:
        messages.info(request, _("A phone number or address waits for a second person."))
    else:
        messages.success(request, _("Taken over."))


def _offer(request: DeskRequest, found: Difference, problem: str = "") -> HttpResponse:
    version, now = directory.service_facts(found.service_id)
    after = {**now, found.fact: found.offered}
    shown = {
        "difference": found,
        "seen": seen_of(found.held, found.fact),
        "differences": in_words(now, after, blank=now),
        "version": version,
        "problem": problem,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "stewardship/sources/offer.html", shown, status=status)


# --- words -------------------------------------------------------------------------------------


def _losses(losses: Any) -> list[tuple[dict[str, str], str, int]]:
    """Field, reason in words, how many; the commonest first."""
    rows = sorted(((*loss, number) for loss, number in losses), key=lambda row: (-row[2], row[0]))
    return [(_field(path), _whys().get(why, why), number) for path, why, number in rows[:50]]


def _field(path: str) -> dict[str, str]:
    """By its name in the list, and what it is about, where that is known."""
    parts = path.replace("[]", "").split(".")
    if parts[0] == "coded":  # what another SAMEN says in codes, under the names of our own columns
        parts = parts[1:] or parts
    at = "addresses" if "addresses" in parts else parts[0]
    return {"path": path, "words": _fields().get(at, "")}


def _fields() -> dict[str, str]:
    return {
        "name": _("Name"),
        "alternate_name": _("Another name"),
        "description": _("What they do"),
        "status": _("Shown or hidden"),
        "phones": _("Phone numbers"),
        "languages": _("Languages spoken"),
        "schedules": _("Hours"),
        "hours": _("Hours"),
        "speaks": _("Languages spoken"),
        "areas": _("Where they help"),
        "places": _("Place"),
        "needs": _("Which help"),
        "groups": _("For whom"),
        "cost": _("Cost"),
        "interpreter": _("Interpreters"),
        "safety": _("For emergencies"),
        "required_documents": _("Papers to bring"),
        "application_process": _("What happens when somebody calls or comes"),
        "translations": _("Translations"),
        "regular_schedules": _("Hours"),
        "operating_hours": _("Hours"),
        "service_areas": _("Where they help"),
        "service_at_locations": _("Place"),
        "addresses": _("Address"),
        "organization": _("Organisation"),
        "contacts": _("Contacts by name"),
        "attributes": _("Which help"),
        "taxonomy_terms": _("Which help"),
        "eligibility_description": _("For whom"),
        "minimum_age": _("Ages"),
        "maximum_age": _("Ages"),
        "cost_options": _("Cost"),
        "fees": _("Cost"),
        "fees_description": _("Cost"),
        "funding": _("Who pays for it"),
        "accreditations": _("Quality marks"),
        "interpretation_services": _("Interpreters"),
        "assured_date": _("Day of confirmation"),
        "program": _("Programme"),
        "url": _("Website"),
        "email": _("E-mail address"),
    }


def _whys() -> dict[str, str]:
    return {
        "no-place": _("the map has no field for it; it is kept beside the record"),
        "not-readable": _("it cannot be read"),
        "too-long": _("it is too long and was cut"),
        "missing": _("it is missing"),
        "unknown-name": _("we do not know this name"),
        "past": _("it lies in the past"),
        "not-a-week": _("these hours do not fit into a week"),
        "ours-to-say": _("only somebody here can say so"),
    }


def _states() -> dict[str, str]:
    return {
        Run.State.RUNNING: _("is being read"),
        Run.State.WHOLE: _("read to the end"),
        Run.State.INCOMPLETE: _("not complete: nothing counts as missing"),
        Run.State.UNDOING: _("is being taken back"),
        Run.State.UNDONE: _("taken back"),
    }


def _outcomes() -> dict[str, str]:
    return {
        "seen": _("seen"),
        "created": _("new"),
        "changed": _("changed"),
        "unchanged": _("the same"),
        "withdrawn": _("taken away"),
        "returned": _("came back"),
        "review": _("to be decided"),
        "echo": _("our own, come back"),
        "elsewhere": _("already here by another source"),
        "refused": _("refused"),
        "objects": _("other records, kept"),
        "undone": _("taken back"),
        "left": _("left, because somebody changed it"),
    }


def advice(code: str) -> str:
    """What she can do about it."""
    asked = _("Ask them for their address of today, and change it here.")
    again = _("It is asked again by itself. When it is still silent in a few days, write to them.")
    known = {
        "not-https": asked,
        "not-public": _("Ask whoever runs SAMEN for you to open it."),
        "bad-address": asked,
        "no-such-host": asked,
        "bad-certificate": _(
            "Tell them: their certificate is not valid. Until it is, we read nothing."
        ),
        "too-large": _("Ask them for a file, and bring it as a source of its own."),
        "not-a-list": _("Look whether the address and the kind of source are right."),
        "not-a-feed": _("Look whether the address and the kind of source are right."),
        "401": _("It asks for a key. Ask them whether it can be read without one."),
        "403": _("It asks for a key. Ask them whether it can be read without one."),
        "404": asked,
        "410": asked,
    }
    return known.get(code, again)


def trouble_words(code: str) -> str:
    known = {
        "not-https": _("Its address does not begin with https."),
        "not-public": _("Its address leads to no public site. An operator can open it."),
        "bad-address": _("Its address is not sound."),
        "no-such-host": _("This site does not exist."),
        "unreachable": _("It does not answer."),
        "bad-certificate": _("It has no valid certificate."),
        "too-slow": _("It takes too long to answer."),
        "too-large": _("A page of it is too large."),
        "not-a-list": _("It answers with something that is no list of services."),
        "not-a-feed": _("It answers with something that is no feed of changes."),
        "gaps": _("Some of it did not answer, or it changed while it was read."),
    }
    return known.get(code) or _("It answers with error %(code)s.") % {"code": code}
