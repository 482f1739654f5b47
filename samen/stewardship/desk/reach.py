"""What somebody asks for at the desk, and whether it is hers. What is not answers 404, as none."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404

from samen.directory.models import Organization, Service
from samen.foundation.paging import Page
from samen.foundation.typed import whole_number
from samen.people.http import DeskRequest, Role
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules.scope import Scope

EDITS = (Role.STEWARD, Role.EDITOR)
SUGGESTS = (*EDITS, Role.CONTACT)
DECIDES = (Role.STEWARD,)


def scope_of(request: DeskRequest, *roles: Role) -> Scope:
    colleague = request.colleague
    return Scope(colleague.municipalities(*roles), colleague.organizations(*roles))


def page_asked(request: DeskRequest) -> int:
    """The number of a page in the address; 0, which is no page, for what is not a number."""
    return whole_number(request.GET.get("page", "1")) or 0


def pages(page: Page[Any], **query: str) -> dict[str, Any]:
    """A page of a list for its template, with the addresses of the one before and the one after."""

    def address(number: int | None) -> str:
        return f"?{urlencode(query | {'page': number})}" if number else ""

    return {
        "page": page,
        "previous_address": address(page.previous),
        "next_address": address(page.next),
    }


def version_seen(request: DeskRequest, name: str = "version") -> int | None:
    """The version that stood before her when she opened the form, if the form says it."""
    return whole_number(request.POST.get(name, ""))


def service_for(request: DeskRequest, number: int, *roles: Role) -> Service:
    """The service with this number, if it is hers to look at. Raises Http404."""
    within = services_within(scope_of(request, *roles))
    service = within.filter(number=number).select_related("organization").first()
    if service is None:
        raise Http404
    return service


def organization_for(request: DeskRequest, organization: UUID, *roles: Role) -> Organization:
    """Of a contact her own; of a steward those with a service in her municipality.

    Raises Http404.
    """
    scope = scope_of(request, *roles)
    found = Organization.objects.filter(pk=organization).first()
    if found is None:
        raise Http404
    kept = scope.is_everywhere or services_within(scope).filter(organization=found).exists()
    if not kept and found.id not in scope.organizations:
        raise Http404
    return found


def edits(request: DeskRequest, service: Service) -> bool:
    """Whether she changes it herself; otherwise she suggests, and a steward decides."""
    return services_within(scope_of(request, *EDITS)).filter(pk=service.pk).exists()
