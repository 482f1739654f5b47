from samen.stewardship.models.checking import Finding, Link
from samen.stewardship.models.duplicates import Candidate, Merge
from samen.stewardship.models.editing import Draft
from samen.stewardship.models.reviewing import Review, Task
from samen.stewardship.models.spreadsheet import ImportedRow, SheetImport
from samen.stewardship.models.suggesting import Suggestion
from samen.stewardship.models.withdrawing import Withdrawal

__all__ = [
    "Candidate",
    "Draft",
    "Finding",
    "ImportedRow",
    "Link",
    "Merge",
    "Review",
    "SheetImport",
    "Suggestion",
    "Task",
    "Withdrawal",
]
