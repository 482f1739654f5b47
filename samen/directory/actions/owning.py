"""Every entry has an owner and a day on which it is looked at again, from its first moment."""

from datetime import datetime

from samen.directory.actions.tables import all_facts
from samen.directory.models import Service
from samen.directory.rules import next_review
from samen.directory.rules.freshness import first_owner
from samen.foundation.clock import AMSTERDAM
from samen.places.models import Municipality, Place


def take_charge(service: Service, at: datetime) -> None:
    """Of an entry that is new, as the tables have it (`service_in_tables`).

    What it was held against on some day counts from that day.
    """
    facts = all_facts(service)
    slug = first_owner(facts["areas"]["areas"], _municipality(facts["location"]["locations"]))
    last = service.checked_on or at.astimezone(AMSTERDAM).date()
    Service.objects.filter(pk=service.pk).update(
        owner=Municipality.objects.filter(slug=slug).first() if slug else None,
        review_due_on=next_review(last, service.kind, emergency=service.emergency),
    )


def _municipality(places: list[dict[str, str]]) -> str:
    """Of the first place that is in one."""
    slugs = [place["place"] for place in places if place["place"]]
    found = Place.objects.filter(slug__in=slugs).exclude(municipality=None)
    return next(iter(found.values_list("municipality__slug", flat=True)), "")
