from samen.directory.actions.ground import import_needs, import_places
from samen.directory.actions.importing import import_map
from samen.directory.actions.problems import report_problem
from samen.directory.actions.reports import ImportReport, Kept
from samen.directory.actions.routes import import_routes
from samen.needs.actions import Refusal

__all__ = [
    "ImportReport",
    "Kept",
    "Refusal",
    "import_map",
    "import_needs",
    "import_places",
    "import_routes",
    "report_problem",
]
