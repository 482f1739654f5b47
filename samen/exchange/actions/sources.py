"""A municipality begins to take over from somebody, changes how, pauses and goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from samen.audit import actions as audit
from samen.audit.actions import Action
from samen.directory.actions import Refused
from samen.exchange.actions.crawling import NotAnswered, base_of, first_look
from samen.exchange.actions.ground import ground_of
from samen.exchange.models import Run, Source
from samen.exchange.rules.reading import Offer, read_service
from samen.exchange.rules.reading_package import (
    BadPackage,
    documents_of,
    nested,
    read_package,
    services_of_sheet,
)
from samen.exchange.rules.reading_pages import documents_in, services_in
from samen.exchange.rules.reading_values import mapping, parsed, words
from samen.foundation.actor import Actor
from samen.foundation.http.fetching import Gate, NotFetched, fetch
from samen.foundation.sentences import gettext_noop
from samen.foundation.sheets import BadFile, read_sheet
from samen.places.models import Municipality

_MOST_ABSENCES, _MOST_HOURS = 20, 24 * 31
_SHOWN = 20
_READ_ALREADY = gettext_noop("This municipality reads this address already.")
BROUGHT = (Source.Kind.PACKAGE, Source.Kind.SHEET)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source as somebody describes it."""

    municipality: str  # slug
    name: str
    kind: str
    address: str = ""
    licence: str = ""
    absences: int = 3
    hours: int = 24


@dataclass(slots=True)
class Preview:
    """What would come, before anything is written."""

    names: list[str] = field(default_factory=list)  # the first ones
    read: int = 0
    unreadable: int = 0
    total: int | None = None
    losses: dict[tuple[str, str], int] = field(default_factory=dict)
    hidden: int = 0  # those that nobody would see


def gate() -> Gate:
    """The operator's openings, and time enough for a long page."""
    return Gate(openings=settings.FETCH_OPENINGS, seconds=20, most_bytes=16_000_000)


@transaction.atomic
def add_source(*, wanted: Wanted, by: Actor, at: datetime) -> Source:
    """Raises Refused with a sentence."""
    _check(wanted)
    address = base_of(wanted.address) if wanted.address else ""
    place = Municipality.objects.filter(slug=wanted.municipality).first()
    if place is None:
        raise Refused(gettext_noop("There is no such municipality."))
    id_ = uuid4()
    try:
        with transaction.atomic():
            source = Source.objects.create(
                id=id_,
                municipality=place,
                name=wanted.name.strip()[:200],
                kind=wanted.kind,
                address=address,
                publisher=_publisher(wanted.kind, address) or f"urn:uuid:{id_}",
                licence=wanted.licence.strip()[:200],
                absences=wanted.absences,
                hours=wanted.hours,
                next_at=at if address else None,
                by=by.id,
                at=at,
            )
    except IntegrityError:
        raise Refused(_READ_ALREADY) from None
    audit.record(verb="source added", kind="source", record_id=source.id, by=by, at=at)
    return source


@transaction.atomic
def change_source(*, source_id: UUID, wanted: Wanted, by: Actor, at: datetime) -> None:
    """Another name, licence, rhythm or address: it stays the same source, with all it has brought.

    Municipality and kind stay as they are. Raises Refused, Source.DoesNotExist.
    """
    source = Source.objects.select_for_update().get(pk=source_id)
    kept = replace(wanted, kind=source.kind, municipality=source.municipality.slug)
    _check(kept)
    address = base_of(kept.address) if kept.address else ""
    moved = address != source.address
    try:
        with transaction.atomic():
            Source.objects.filter(pk=source_id).update(
                name=kept.name.strip()[:200],
                address=address,
                licence=kept.licence.strip()[:200],
                absences=kept.absences,
                hours=kept.hours,
                # At another address a cursor means nothing, nor what was answered before.
                **({"next_at": at, "cursor": "", "whole_at": None} if moved else {}),
            )
    except IntegrityError:
        raise Refused(_READ_ALREADY) from None
    if moved:
        source.answered.all().delete()
        running = source.runs.filter(state=Run.State.RUNNING)
        running.update(state=Run.State.INCOMPLETE, ended_at=at)
    audit.record(verb="source changed", kind="source", record_id=source_id, by=by, at=at)


@transaction.atomic
def remove_source(*, source_id: UUID, by: Actor, at: datetime) -> None:
    """It is read no more, and what it said is forgotten. Its entries stay on the map.

    Only what stands still can go. Raises Refused, Source.DoesNotExist.
    """
    source = Source.objects.select_for_update().get(pk=source_id)
    if source.state != Source.State.PAUSED:
        raise Refused(gettext_noop("Let it stand still first."))
    source.delete()
    audit.record(
        verb="source removed",
        kind="source",
        record_id=source_id,
        action=Action.DELETE,
        by=by,
        at=at,
    )


def _publisher(kind: str, address: str) -> str:
    """Another SAMEN says itself who it is; any other list is known by its address."""
    if kind == Source.Kind.SAMEN:
        try:
            answer = fetch(f"{address}/", gate=gate())
        except NotFetched:
            return address[:200]
        who = mapping(mapping(parsed(answer.body)).get("publisher"))
        return (words(who, "identifier") or address)[:200]
    return address[:200]


def _check(wanted: Wanted) -> None:
    sentence = ""
    if not wanted.name.strip():
        sentence = gettext_noop("Give the source a name.")
    elif wanted.kind not in Source.Kind.values:
        sentence = gettext_noop("Say what kind of source it is.")
    elif wanted.kind not in BROUGHT and not _is_https(wanted.address):
        sentence = gettext_noop("The address of a source begins with https://.")
    elif wanted.kind in BROUGHT and wanted.address:
        sentence = gettext_noop("What somebody brings as a file has no address.")
    elif not 1 <= wanted.absences <= _MOST_ABSENCES or not 1 <= wanted.hours <= _MOST_HOURS:
        sentence = gettext_noop("Read it every 1 to 744 hours; 1 to 20 absences.")
    if sentence:
        raise Refused(sentence)


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and len(address) <= 180  # noqa: PLR2004 the column, and room for a list


def preview_source(*, wanted: Wanted, at: datetime) -> Preview:
    """The first stretch of it, read and thrown away. Raises Refused, NotAnswered."""
    _check(wanted)
    source = Source(kind=wanted.kind, address=wanted.address)
    batch = first_look(source, gate())
    preview = preview_documents(wanted=wanted, documents=batch.documents, at=at)
    preview.total = batch.total
    return preview


def preview_documents(
    *, wanted: Wanted, documents: Sequence[Mapping[str, Any]], at: datetime
) -> Preview:
    found = Preview()
    ground = ground_of(wanted.municipality, at)
    for document in documents:
        for service in [document] if wanted.address else services_in(document):
            samen = wanted.kind in (Source.Kind.SAMEN, Source.Kind.PACKAGE)
            _note(found, read_service(service, ground, publisher="preview", samen=samen))
    return found


def _note(found: Preview, offer: Offer | None) -> None:
    if offer is None:
        found.unreadable += 1
        return
    found.read += 1
    found.hidden += offer.facts["publish"]["publish"] == "hidden"
    if len(found.names) < _SHOWN:
        found.names.append(offer.name)
    for loss in offer.losses:
        key = (loss.field, loss.why.value)
        found.losses[key] = found.losses.get(key, 0) + 1


def documents_of_file(kind: str, body: bytes) -> list[Mapping[str, Any]]:
    """What somebody brought. Raises Refused."""
    try:
        if kind == Source.Kind.SHEET:
            return [*services_of_sheet(dict(row.cells) for row in read_sheet(body))]
        if body[:2] == b"PK":
            return [*documents_of(nested(read_package(body)))]
    except (BadPackage, BadFile) as bad:
        raise Refused(str(bad)) from bad
    documents = documents_in(body)
    if not documents:
        raise Refused(gettext_noop("No record can be read in this file."))
    return documents


@transaction.atomic
def pause_source(*, source_id: UUID, by: Actor, at: datetime) -> None:
    """It stands still where it is, until somebody lets it go on."""
    Source.objects.filter(pk=source_id).update(state=Source.State.PAUSED)
    audit.record(verb="source paused", kind="source", record_id=source_id, by=by, at=at)


@transaction.atomic
def resume_source(*, source_id: UUID, by: Actor, at: datetime) -> None:
    """Go on, and read it in the next round. Raises Source.DoesNotExist."""
    source = Source.objects.select_for_update().get(pk=source_id)
    source.state = Source.State.ACTIVE
    source.next_at = at if source.address else None
    source.save(update_fields=["state", "next_at"])
    audit.record(verb="source resumed", kind="source", record_id=source_id, by=by, at=at)


__all__ = [
    "BROUGHT",
    "NotAnswered",
    "Preview",
    "Wanted",
    "add_source",
    "change_source",
    "documents_of_file",
    "gate",
    "pause_source",
    "preview_documents",
    "preview_source",
    "remove_source",
    "resume_source",
]
