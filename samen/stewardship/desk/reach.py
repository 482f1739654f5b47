"""Which services are whose at the desk. What lies outside answers 404, the same as none."""

from django.http import Http404

from samen.directory.models import Service
from samen.people.http import DeskRequest, Role
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules.scope import Scope

EDITS = (Role.STEWARD, Role.EDITOR)
SUGGESTS = (*EDITS, Role.CONTACT)
DECIDES = (Role.STEWARD,)


def scope_of(request: DeskRequest, *roles: Role) -> Scope:
    colleague = request.colleague
    return Scope(colleague.municipalities(*roles), colleague.organizations(*roles))


def service_for(request: DeskRequest, number: int, *roles: Role) -> Service:
    """The service with this number, if it is hers to look at. Raises Http404."""
    within = services_within(scope_of(request, *roles))
    service = within.filter(number=number).select_related("organization").first()
    if service is None:
        raise Http404
    return service


def edits(request: DeskRequest, service: Service) -> bool:
    """Whether she changes it herself; otherwise she suggests, and a steward decides."""
    within = services_within(Scope(request.colleague.municipalities(*EDITS)))
    return within.filter(pk=service.pk).exists()
