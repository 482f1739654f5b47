"""The map as a spreadsheet: out, in after a look at what it does, and back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.foundation import clock
from samen.foundation.http import spoken
from samen.foundation.sheets import BadFile, read_sheet, write_csv, write_xlsx
from samen.people.http import DeskRequest, for_roles, see
from samen.stewardship.actions.spreadsheet import (
    apply_import,
    drop_plan,
    keep_plan,
    plan_import,
    rows_of,
    undo_import,
)
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.desk.reach import EDITS, scope_of
from samen.stewardship.models import SheetImport
from samen.stewardship.queries.spreadsheet import imports_by, plan_of, sheet_rows
from samen.stewardship.rules.spreadsheet import ALL, EXPLANATION

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CANNOT = 422


@for_roles(*EDITS)
@require_http_methods(["GET", "HEAD", "POST"])
def spreadsheet(request: DeskRequest) -> HttpResponse:
    """Take it along, or bring it back: nothing is written before she has seen what it does."""
    if request.method != "POST":
        return _page(request, "")
    given = request.FILES.get("sheet")
    if given is None:
        return _page(request, _("Choose a file first."))
    try:
        rows = read_sheet(given.read())
    except BadFile as bad:
        return _page(request, str(bad))
    plan = keep_plan(rows=rows, by=request.actor, at=clock.now())
    return see("stewardship:sheet", plan.id)


@for_roles(*EDITS)
@require_safe
def sheet_out(request: DeskRequest, kind: str) -> HttpResponse:
    if kind not in _TYPES:
        raise Http404
    rows = sheet_rows(scope_of(request, *EDITS))
    body = (
        write_csv(ALL, rows)
        if kind == "csv"
        else write_xlsx(ALL, rows, title="Samen", explanation=EXPLANATION)
    )
    answer = HttpResponse(body, content_type=_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="samen.{kind}"'
    return answer


@for_roles(*EDITS)
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: DeskRequest, sheet: UUID) -> HttpResponse:
    plan = plan_of(request.colleague.id, sheet)
    if plan is None:
        if any(done.id == sheet for done in imports_by(request.colleague.id)):
            return see("stewardship:spreadsheet")  # pressed twice: it is written already
        raise Http404
    scope = scope_of(request, *EDITS)
    if request.method == "POST":
        outcome = apply_import(sheet_id=plan.id, scope=scope, by=request.actor, at=clock.now())
        messages.success(
            request,
            _("Written: %(changes)s. Refused: %(refused)s.")
            % {"changes": len(outcome.changes), "refused": len(outcome.refused)},
        )
        return see("stewardship:spreadsheet")
    outcome = plan_import(rows=rows_of(plan), scope=scope, by=request.actor, at=clock.now())
    page = {
        "plan": plan,
        "outcome": outcome,
        "refused": [(row, spoken(row.why)) for row in outcome.refused],
    }
    return render(request, "stewardship/checks/sheet.html", page)


@for_roles(*EDITS)
@require_POST
def sheet_dropped(request: DeskRequest, sheet: UUID) -> HttpResponse:
    try:
        drop_plan(sheet_id=sheet, by=request.actor, at=clock.now())
    except SheetImport.DoesNotExist as missing:
        raise Http404 from missing
    return see("stewardship:spreadsheet")


@for_roles(*EDITS)
@require_POST
def sheet_undone(request: DeskRequest, sheet: UUID) -> HttpResponse:
    if not SheetImport.objects.filter(pk=sheet, by=request.colleague.id).exists():
        raise Http404
    try:
        outcome = undo_import(sheet_id=sheet, by=request.actor, at=clock.now())
    except AlreadyDecided:
        return see("stewardship:spreadsheet")
    messages.success(request, _("The import was taken back."))
    for left in outcome.refused:
        messages.error(
            request,
            _("This entry stays as it is, somebody has changed it since: %(name)s.")
            % {"name": left.name},
        )
    return see("stewardship:spreadsheet")


def _page(request: DeskRequest, sentence: str) -> HttpResponse:
    shown = {"imports": imports_by(request.colleague.id), "sentence": sentence}
    status = _CANNOT if sentence else 200
    return render(request, "stewardship/checks/spreadsheet.html", shown, status=status)
