"""Where an entry went that was merged into another."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from samen.directory.models import Service
from samen.directory.queries.related import PUBLISHED

_LONGEST = 20  # of a chain, so that no circle is ever walked for ever


def heirs() -> Mapping[UUID, UUID]:
    """Which entry stands for each that was merged. One query."""
    merged = Service.objects.filter(merged_into__isnull=False).order_by()  # as their index has it
    into = {service: heir for service, heir in merged.values_list("id", "merged_into") if heir}
    return {service: _last(service, into) for service in into}


def numbers_now(numbers: Sequence[int]) -> list[int]:
    """The numbers with those of merged entries replaced, each once, in the same order.

    A number that leads to nothing published is left out. Three queries.
    """
    given = dict(Service.objects.filter(number__in=numbers).values_list("number", "id"))
    to = heirs()
    wanted = {number: to.get(service, service) for number, service in given.items()}
    shown = Service.objects.filter(publish__in=PUBLISHED, id__in=wanted.values())
    now = dict(shown.values_list("id", "number"))
    found = [now[wanted[n]] for n in numbers if n in wanted and wanted[n] in now]
    return list(dict.fromkeys(found))


def _last(service: UUID, into: Mapping[UUID, UUID]) -> UUID:
    for _step in range(_LONGEST):
        if service not in into:
            break
        service = into[service]
    return service
