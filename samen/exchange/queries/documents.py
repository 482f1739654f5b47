"""Services as HSDS documents, encoded: kept ones where they hold, made anew where they do not."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from samen.directory import queries as directory
from samen.exchange import rules
from samen.exchange.rules import Term
from samen.needs import queries as needs


def documents(ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The published services among `ids`. One query, if their documents are kept."""
    wanted = list(ids)
    kept = directory.documents(wanted, made_by=made_by())
    missing = [service for service in wanted if service not in kept]
    return {**kept, **made(missing)} if missing else dict(kept)


def made(ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """From the tables, whatever is kept."""
    terms = _terms(directory.revision())
    return {
        record.listing.id: rules.encoded(rules.document(record, terms))
        for record in directory.open_records(list(ids))
    }


@lru_cache(maxsize=1)
def made_by() -> str:
    """Which release makes them: another way of writing them is another document."""
    written = sorted(Path(rules.__file__).parent.glob("documents*.py"))
    source = b"".join(path.read_bytes() for path in [*written, Path(__file__)])
    return blake2b(source, digest_size=8).hexdigest()


@lru_cache(maxsize=2)
def _terms(revision: int) -> Mapping[str, Term]:
    taxonomy = needs.taxonomy(revision)
    return {
        need.key: Term(need.id, need.key, need.words("nl")[0].label)
        for need in taxonomy.all()
        if not need.staff_only
    }
