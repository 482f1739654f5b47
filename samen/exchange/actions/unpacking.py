"""What a source said in one step, read. Before anything is locked: reading is most of the work."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from samen.directory.actions import Refused
from samen.exchange.actions.ground import ground_of
from samen.exchange.models import Source
from samen.exchange.rules.comparing import document_hash
from samen.exchange.rules.reading import Offer, read_service
from samen.exchange.rules.reading_package import ROW_OF
from samen.exchange.rules.reading_pages import kind_of, services_in
from samen.exchange.rules.reading_values import words
from samen.foundation.sentences import gettext_noop

SERVICE = "service"
_LONGEST_ID = 200
_NAMELESS = Refused(gettext_noop("It has no id or no name."))


@dataclass(slots=True)
class Unpacked:
    """What there was in one step."""

    offers: dict[str, Offer] = field(default_factory=dict)  # by the id at the source
    hashes: dict[str, str] = field(default_factory=dict)  # of their documents
    objects: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)  # and their kind
    refused: list[tuple[str, Refused]] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)  # "field|why"
    seen: int = 0  # services, read or refused


def unpack(source: Source, documents: Sequence[Mapping[str, Any]], at: datetime) -> Unpacked:
    found = Unpacked()
    ground = ground_of(source.municipality.slug, at)
    samen = source.kind in (Source.Kind.SAMEN, Source.Kind.PACKAGE)
    for service in _services(source, documents, found):
        found.seen += 1
        offer = read_service(
            service, ground, publisher=source.publisher, licence=source.licence, samen=samen
        )
        if offer is None:
            found.refused.append((words(service, "id")[:_LONGEST_ID], _NAMELESS))
            continue
        found.losses.update(f"{loss.field}|{loss.why.value}" for loss in offer.losses)
        found.offers[offer.original] = offer
        found.hashes[offer.original] = document_hash(offer.document)
    return found


def _services(
    source: Source, documents: Sequence[Mapping[str, Any]], found: Unpacked
) -> Iterator[Mapping[str, Any]]:
    """The services among them; what else there is, is set apart."""
    for document in documents:
        if source.address:
            # A list of services holds nothing else, whatever its records look like.
            yield document
            continue
        table = words(document, ROW_OF)
        if not table:
            yield from services_in(document)
        if table or kind_of(document) != SERVICE:
            found.objects.append((table or kind_of(document), document))
