"""Services as HSDS documents, encoded: kept ones where they hold, made anew where they do not."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from django.conf import settings

from samen.directory import queries as directory
from samen.exchange import rules
from samen.exchange.queries.provenance import provenance_of
from samen.exchange.queries.taxonomies import terms


def documents(ids: Iterable[UUID], *, standard: str = "") -> dict[UUID, bytes]:
    """The published services among `ids`, whole. One query, if their documents are kept."""
    return {each: rules.whole(body, standard) for each, body in kept(ids).items()}


def made(ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The same, from the tables, whatever is kept."""
    return {each: rules.whole(body) for each, body in to_keep(ids).items()}


def kept(ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """In the form in which they are kept: see rules.whole and rules.listed."""
    wanted = list(ids)
    there = directory.documents(wanted, made_by=made_by())
    missing = [service for service in wanted if service not in there]
    return {**there, **to_keep(missing)} if missing else dict(there)


def to_keep(ids: Iterable[UUID]) -> dict[UUID, bytes]:
    known = {term.key: term for term in terms(directory.revision())}
    records = directory.open_records(list(ids))
    origins = provenance_of([record.listing.id for record in records])
    return {
        record.listing.id: rules.to_keep(record, known, origins[record.listing.id])
        for record in records
    }


@lru_cache(maxsize=1)
def made_by() -> str:
    """Which release makes them, and who publishes: another way of writing, another document."""
    written = sorted(Path(rules.__file__).parent.glob("documents*.py"))
    source = b"".join(path.read_bytes() for path in [*written, Path(__file__)])
    who = repr((settings.PUBLISHER_ID, settings.LICENCE)).encode()
    return blake2b(source + who, digest_size=8).hexdigest()
