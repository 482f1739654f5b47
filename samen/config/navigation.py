"""What stands in the bar at the desk: the pages that her roles open, and no others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samen.people.http import Role


@dataclass(frozen=True, slots=True)
class Section:
    words: str | Promise
    address: str
    roles: Sequence[Role]


EVERYBODY = tuple(Role)
MAP = (Role.STEWARD, Role.EDITOR, Role.CONTACT)
SECTIONS = (
    Section(_("Today"), "/desk/", EVERYBODY),
    Section(_("The map"), "/desk/map/", MAP),
    Section(_("Suggestions"), "/desk/suggestions/", (Role.STEWARD,)),
    Section(_("Sources"), "/desk/sources/", (Role.STEWARD,)),
    Section(_("Translations"), "/desk/translations/", (Role.TRANSLATOR,)),
    Section(_("Tasks"), "/desk/tasks/", (Role.STEWARD, Role.EDITOR)),
    Section(_("Reports"), "/desk/reports/", (Role.STEWARD, Role.EDITOR)),
    Section(_("Owners"), "/desk/owners/", (Role.ADMINISTRATOR, Role.STEWARD)),
    Section(_("Colleagues"), "/desk/colleagues/", (Role.ADMINISTRATOR, Role.STEWARD)),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """For the templates of the desk: her sections, and what she is told once."""
    colleague = getattr(request, "colleague", None)
    if not request.path.startswith("/desk/"):
        return {}
    bar = [s for s in SECTIONS if colleague and colleague.holds(*s.roles)]
    return {
        "colleague": colleague,
        "bar": bar,
        "here_now": request.path,
        "messages": messages.get_messages(request),
    }
