"""What is taken over from where, for the desk; and what a source said, given back whole."""

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from samen.directory import actions as directory
from samen.exchange.models import Difference, Held, Run, Source
from samen.exchange.queries.secrets import redacted_among
from samen.exchange.rules.comparing import mark
from samen.foundation import paging
from samen.foundation.paging import Page

_AT_ONCE = 200
_PAGE = 50
# The fields of HSDS in which each fact of ours stands.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "alternate_name"),
    "what.nl": ("description",),
    "call.nl": ("application_process",),
    "cost_note.nl": ("fees_description",),
    "cost": ("fees_description",),
    "cost_options": ("cost_options",),
    "website": ("url",),
    "email": ("email",),
    "chat_url": ("additional_urls",),
    "ages": ("minimum_age", "maximum_age"),
    "hours": ("schedules", "operating_hours", "alert"),
    "phones": ("phones",),
    "areas": ("service_areas",),
    "speaks": ("languages",),
    "documents": ("required_documents",),
    "needs": ("attributes",),
    "for": ("attributes", "eligibility_description"),
    "location": ("service_at_locations",),
    "interpreter": ("interpretation_services",),
}


def sources_of(municipalities: Collection[str] | None) -> QuerySet[Source]:
    """Of these municipalities by slug, None for all; with how many records, and what waits."""
    found = Source.objects.select_related("municipality")
    if municipalities is not None:
        found = found.filter(municipality__slug__in=municipalities)
    here = Q(held__kind="service", held__state=Held.State.HERE)
    waiting = Q(held__differences__state=Difference.State.WAITING)
    return found.annotate(
        records=Count("held", filter=here, distinct=True),
        waiting=Count("held__differences", filter=waiting, distinct=True),
    ).order_by("name", "id")


def failing_sources(municipalities: Collection[str] | None) -> QuerySet[Source]:
    """Those of these municipalities that did not answer whole last time, the longest first (F3)."""
    active = sources_of(municipalities).filter(state=Source.State.ACTIVE)
    return active.exclude(trouble="").order_by("trouble_since", "name", "id")


def runs_of(source: Source, *, most: int = 20) -> list[Run]:
    return list(source.runs.order_by("-at", "id")[:most])


def differences_of(municipalities: Collection[str] | None) -> QuerySet[Difference]:
    """What waits for a person of these municipalities, the oldest first."""
    found = Difference.objects.filter(state=Difference.State.WAITING)
    if municipalities is not None:
        found = found.filter(held__source__municipality__slug__in=municipalities)
    return found.select_related("held__source", "service__organization").order_by("at", "id")


def differences_page(municipalities: Collection[str] | None, *, page: int) -> Page[Difference]:
    """Raises paging.NoSuchPage."""
    found = differences_of(municipalities)
    where, last = paging.cut(found.count(), number=page, size=_PAGE)
    return Page(list(found[where]), page, last)


def known_difference(difference: UUID, municipalities: Collection[str] | None) -> bool:
    """Whether there is such a difference of hers at all, decided or not."""
    found = Difference.objects.filter(pk=difference)
    if municipalities is not None:
        found = found.filter(held__source__municipality__slug__in=municipalities)
    return found.exists()


def due_sources(*, at: datetime) -> list[UUID]:
    found = Source.objects.filter(state=Source.State.ACTIVE, next_at__lte=at).exclude(address="")
    return list(found.order_by("next_at", "id").values_list("id", flat=True))


def running() -> list[UUID]:
    found = Run.objects.filter(state=Run.State.RUNNING, source__state=Source.State.ACTIVE)
    return list(found.order_by("at", "id").values_list("id", flat=True))


def being_undone() -> list[UUID]:
    found = Run.objects.filter(state=Run.State.UNDOING)
    return list(found.order_by("at", "id").values_list("id", flat=True))


def unpacked(held: Held) -> dict[str, Any]:
    """What the source said last; nothing of a record that had to be forgotten."""
    if not held.document:
        return {}
    said: dict[str, Any] = json.loads(zlib.decompress(held.document))
    return said


def given_back(source: Source) -> Iterator[dict[str, Any]]:
    """Every record of the source as it gave it, with what people here changed since."""
    everything = Held.objects.filter(source=source).exclude(state=Held.State.UNDONE)
    ids = list(everything.order_by("kind", "original").values_list("id", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        yield from _given_back(ids[start : start + _AT_ONCE])


def _given_back(ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    rows = {held.id: held for held in Held.objects.filter(id__in=ids).select_related("service")}
    services = [held.service_id for held in rows.values() if held.service_id]
    secret, now = redacted_among(services), directory.facts_of_services(services)
    for each in (rows[id_] for id_ in ids):
        document = unpacked(each)
        if each.service_id is None:
            yield document
        elif document and each.service_id not in secret:
            yield _as_it_is_now(document, each, now[each.service_id])


def _as_it_is_now(
    document: dict[str, Any], held: Held, now: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Fields whose facts a person changed say what she wrote, as far as a field of HSDS can."""
    edited = [
        fact
        for fact in _FIELDS
        if fact in held.facts and mark(now.get(fact, {})) != held.facts[fact]
    ]
    for fact in edited:
        for name in _FIELDS[fact]:
            document.pop(name, None)
        document |= _PLAIN.get(fact, lambda _value: {})(now.get(fact, {}))
    return document


def _text(name: str) -> Any:
    return lambda value: {name: value["body"]} if value else {}


def _column(fact: str, name: str) -> Any:
    return lambda value: {name: value[fact]} if value.get(fact) else {}


def _cost_option(cost: Mapping[str, Any]) -> dict[str, Any]:
    amount = cost["amount"]
    said = {
        "option": cost["option"],
        "currency": cost["currency"],
        "amount": "" if amount is None else float(amount),
        "amount_description": cost["details"],
    }
    return {name: value for name, value in said.items() if value != ""}


_PLAIN: Mapping[str, Any] = {
    "name": _column("name", "name"),
    "what.nl": _text("description"),
    "call.nl": _text("application_process"),
    "cost_note.nl": _text("fees_description"),
    "website": _column("website", "url"),
    "email": _column("email", "email"),
    "ages": lambda value: {name: age for name, age in value.items() if age is not None},
    "cost_options": lambda value: {
        "cost_options": [_cost_option(each) for each in value["cost_options"]]
    },
    "documents": lambda value: {
        "required_documents": [{"document": each} for each in value["documents"]]
    },
    "phones": lambda value: {
        "phones": [
            {"number": each["number"], "type": each["kind"]}
            for each in value["phones"]
            if each["confirmed"]
        ]
    },
}
