from samen.directory.actions.changing import (
    Changed,
    Conflict,
    change_service,
    create_service,
    facts_to_restore,
    restore_service,
    service_facts,
    withhold_fact,
)
from samen.directory.actions.ground import import_needs, import_places
from samen.directory.actions.importing import import_map
from samen.directory.actions.keeping import (
    age_service,
    confirm_service,
    move_service,
    move_services,
    note_named,
    renew_service,
)
from samen.directory.actions.merging import merge_service, part_service
from samen.directory.actions.organizing import change_organization
from samen.directory.actions.pages import page_facts, set_contact
from samen.directory.actions.previewing import preview_service
from samen.directory.actions.problems import end_doubts, report_problem, settle_reports
from samen.directory.actions.projecting import forget_projections, keep_cards, keep_documents
from samen.directory.actions.remembering import organization_facts
from samen.directory.actions.reports import ImportReport, Kept
from samen.directory.actions.routes import import_routes
from samen.directory.actions.tables import blank_facts, facts_of_each, facts_of_services
from samen.directory.actions.taking import (
    Body,
    Entry,
    Source,
    create_entries,
    fits,
    set_origin,
    take_organizations,
)
from samen.needs.actions import Refusal, Refused

__all__ = [
    "Body",
    "Changed",
    "Conflict",
    "Entry",
    "ImportReport",
    "Kept",
    "Refusal",
    "Refused",
    "Source",
    "age_service",
    "blank_facts",
    "change_organization",
    "change_service",
    "confirm_service",
    "create_entries",
    "create_service",
    "end_doubts",
    "facts_of_each",
    "facts_of_services",
    "facts_to_restore",
    "fits",
    "forget_projections",
    "import_map",
    "import_needs",
    "import_places",
    "import_routes",
    "keep_cards",
    "keep_documents",
    "merge_service",
    "move_service",
    "move_services",
    "note_named",
    "organization_facts",
    "page_facts",
    "part_service",
    "preview_service",
    "renew_service",
    "report_problem",
    "restore_service",
    "service_facts",
    "set_contact",
    "set_origin",
    "settle_reports",
    "take_organizations",
    "withhold_fact",
]
