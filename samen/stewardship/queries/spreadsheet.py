"""The services a colleague keeps, as rows of a spreadsheet, and what she imported."""

from collections.abc import Iterator
from uuid import UUID

from samen.directory import actions as directory
from samen.stewardship.models import SheetImport
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules.scope import Scope
from samen.stewardship.rules.spreadsheet import row_of

_AT_ONCE = 500


def sheet_rows(scope: Scope) -> Iterator[dict[str, str]]:
    """Every service within a scope that is not merged into another, by number."""
    mine = services_within(scope).filter(merged_into=None).order_by("number")
    rows = list(mine.values_list("id", "number", "version"))
    for start in range(0, len(rows), _AT_ONCE):
        chunk = rows[start : start + _AT_ONCE]
        facts = directory.facts_of_services([service for service, _number, _version in chunk])
        for service, number, version in chunk:
            yield row_of(number, version, facts[service])


def imports_by(colleague: UUID) -> list[SheetImport]:
    """Hers that were written and can be undone, the newest first."""
    return list(SheetImport.objects.filter(by=colleague, state=SheetImport.State.WRITTEN)[:20])


def plan_of(colleague: UUID, plan: UUID) -> SheetImport | None:
    planned = SheetImport.objects.filter(state=SheetImport.State.PLANNED)
    return planned.filter(by=colleague, pk=plan).first()
