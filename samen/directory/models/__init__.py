"""The tables of the social map, along HSDS 3.2.3, plus what HSDS lacks."""

from samen.directory.models.history import History
from samen.directory.models.hours import HoursException, OpeningHours
from samen.directory.models.journal import Change, Fact
from samen.directory.models.organizations import (
    FormerPlace,
    Location,
    Organization,
    ServiceAtLocation,
)
from samen.directory.models.origins import Origin
from samen.directory.models.pages import MunicipalityContact, OrganizationPage
from samen.directory.models.projections import ServiceCard, ServiceDocument
from samen.directory.models.reports import ProblemReport
from samen.directory.models.services import (
    CostOption,
    Phone,
    RequiredDocument,
    Route,
    Service,
    ServiceArea,
    ServiceGroup,
    ServiceLanguage,
    ServiceNeed,
)
from samen.directory.models.texts import (
    LocationText,
    OrganizationText,
    ServiceText,
    TextState,
)

__all__ = [
    "Change",
    "CostOption",
    "Fact",
    "FormerPlace",
    "History",
    "HoursException",
    "Location",
    "LocationText",
    "MunicipalityContact",
    "OpeningHours",
    "Organization",
    "OrganizationPage",
    "OrganizationText",
    "Origin",
    "Phone",
    "ProblemReport",
    "RequiredDocument",
    "Route",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceCard",
    "ServiceDocument",
    "ServiceGroup",
    "ServiceLanguage",
    "ServiceNeed",
    "ServiceText",
    "TextState",
]
