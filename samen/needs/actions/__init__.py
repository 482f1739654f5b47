from samen.needs.actions.importing import ImportReport, import_needs
from samen.needs.actions.reading import Refusal, Refused

__all__ = ["ImportReport", "Refusal", "Refused", "import_needs"]
