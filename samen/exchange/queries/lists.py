"""The lists and the records of HSDS as bytes: joined from what is kept, read only where a language
or a form asks for it. A handful of queries for a page, however many records it has.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from samen.directory import queries as directory
from samen.directory.models import Change, ServiceAtLocation
from samen.exchange import rules
from samen.exchange.queries import meant
from samen.exchange.queries.documents import kept, made_by
from samen.exchange.queries.meant import Meant, how_many, stretch_of
from samen.exchange.queries.taxonomies import terms
from samen.exchange.rules import ORIGINAL, Term
from samen.exchange.rules.operations import Asked
from samen.search import queries as search

_AT_ONCE = 500  # records of a stream that are in memory together

Bodies = Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a record is written."""

    standard: str  # version of HSDS
    language: str
    full: bool = False
    full_service: bool = False
    minimal: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of record: how many, which ones, and how they are written."""

    count: Callable[[Asked], int]
    stretch: Callable[[Asked, int, int], Sequence[UUID]]
    chunks: Callable[[Asked], Iterator[Sequence[UUID]]]
    bodies: Callable[[Sequence[UUID], Shape], Bodies]


def total(kind: str, asked: Asked) -> int:
    return _KINDS[kind].count(asked)


def stretch(kind: str, asked: Asked, shape: Shape, *, start: int, end: int) -> list[bytes]:
    """Of the list, in its order."""
    listed = _KINDS[kind]
    return list(listed.bodies(listed.stretch(asked, start, end), shape))


def everything(kind: str, asked: Asked, shape: Shape) -> Iterator[list[bytes]]:
    """The whole list, a few hundred at once."""
    listed = _KINDS[kind]
    for ids in listed.chunks(asked):
        yield list(listed.bodies(ids, shape))


def one(kind: str, record: UUID, shape: Shape) -> bytes | None:
    """The record with everything nested in it; None when it is not published."""
    listed = _KINDS[kind]
    return next(iter(listed.bodies([record], shape)), None)


def fingerprint(asked: Asked) -> tuple[object, ...]:
    """What an answer is made of: another one, and the answer may be another.

    Words may for a moment be looked for in an older index than the map is.
    """
    return directory.revision(), made_by(), search.as_of() if asked.search else None


# --- services ------------------------------------------------------------------------------------


def _services(ids: Sequence[UUID], shape: Shape) -> Bodies:
    if shape.minimal:
        yield from _minimal(ids)
        return
    there = kept(ids)
    for each in ids:
        if each in there:
            yield _service(there[each], shape)


def _service(body: bytes, shape: Shape) -> bytes:
    if shape.language == ORIGINAL:
        return rules.whole(body, shape.standard) if shape.full else rules.listed(body)
    if not shape.full:
        return rules.encoded(rules.listed_in_language(body, shape.language))
    said = json.loads(rules.whole(body, shape.standard))
    return rules.encoded(rules.in_language(said, shape.language))


def _minimal(ids: Sequence[UUID]) -> Bodies:
    """What HSDS demands of a service, and when it changed: by both names that the standard has."""
    published = meant.published_services().filter(id__in=list(ids)).order_by("number")
    rows = list(published.values_list("id", "name", "stamp"))
    moments = dict(
        Change.objects.filter(pk__in={stamp for _id, _name, stamp in rows}).values_list("pk", "at")
    )
    for service, name, stamp in rows:
        at = rules.moment(moments.get(stamp))
        times = {"last_modified": at, "modified_date": at} if at else {}
        yield rules.encoded({"id": str(service), "name": name, "status": "active", **times})


# --- services at a place -------------------------------------------------------------------------


def _service_at_locations(ids: Sequence[UUID], shape: Shape) -> Bodies:
    links = dict(ServiceAtLocation.objects.filter(id__in=list(ids)).values_list("id", "service_id"))
    there = kept(dict.fromkeys(links.values()))
    for each in ids:
        body = there.get(links[each]) if each in links else None
        said = _at(body, each, shape) if body is not None else None
        if said is not None:
            yield rules.encoded(said)


def _at(body: bytes, link: UUID, shape: Shape) -> dict[str, Any] | None:
    """A confidential place stands in no document, and so it is not found here."""
    everything = json.loads(rules.whole(body, shape.standard))
    places = everything.pop("service_at_locations", [])
    said: dict[str, Any] | None = next((p for p in places if p["id"] == str(link)), None)
    if said is None:
        return None
    if shape.full:
        return said | {"service": rules.in_language(everything, shape.language)}
    location = {name: v for name, v in said["location"].items() if not isinstance(v, list)}
    service = rules.listed_in_language(body, shape.language)
    return said | {"location": location, "service": service}


# --- organisations -------------------------------------------------------------------------------


def _organizations(ids: Sequence[UUID], shape: Shape) -> Bodies:
    shown = meant.organizations(Asked()).rows.filter(id__in=list(ids))
    known = directory.organizations_known(shown.values_list("id", flat=True))
    theirs = _of_organizations(known, shape) if shape.full or shape.full_service else {}
    for each in ids:
        if each not in known:
            continue
        said = rules.organization(known[each])
        if shape.language != ORIGINAL:
            said = rules.in_language(said, shape.language)
        if each in theirs:
            yield _with_services(rules.encoded(said), theirs[each])
        else:
            yield rules.encoded({n: v for n, v in said.items() if n != "translations"})


def _of_organizations(ids: Iterable[UUID], shape: Shape) -> Mapping[UUID, list[bytes]]:
    """Their published services, whole or by name."""
    rows = meant.published_services().filter(organization__in=list(ids)).order_by("number")
    services = list(rows.values_list("organization_id", "id", "name"))
    found: dict[UUID, list[bytes]] = {each: [] for each in ids}
    whole = Shape(shape.standard, shape.language, full=True)
    there = kept([id_ for _owner, id_, _name in services]) if shape.full_service else {}
    for owner, service, name in services:
        if not shape.full_service:
            short = {"id": str(service), "name": name, "status": "active"}
            found[owner].append(rules.encoded(short))
        elif service in there:
            found[owner].append(_service(there[service], whole))
    return found


def _with_services(organization: bytes, services: Sequence[bytes]) -> bytes:
    return organization[:-1] + b',"services":[' + b",".join(services) + b"]}"


# --- terms ---------------------------------------------------------------------------------------


def _taxonomies_meant(asked: Asked) -> list[UUID]:
    every = (rules.taxonomy(kind) for kind in rules.taxonomy_kinds())
    return [
        UUID(each["id"]) for each in every if _says(asked.search, each["name"], each["description"])
    ]


def _taxonomies(ids: Sequence[UUID], _shape: Shape) -> Bodies:
    every = {rules.taxonomy_id(kind): kind for kind in rules.taxonomy_kinds()}
    return (rules.encoded(rules.taxonomy(every[each])) for each in ids if each in every)


def _terms_meant(asked: Asked) -> list[UUID]:
    every: Iterable[Term] = terms(directory.revision())
    if asked.top_only:
        every = rules.without_children(every)
    return [each.id for each in every if _is_meant(each, asked)]


def _is_meant(term: Term, asked: Asked) -> bool:
    return (
        asked.taxonomy_id in {None, rules.taxonomy_id(term.kind)}
        and asked.parent_id in {None, term.parent}
        and _says(asked.search, term.key, *(name for name, _state in term.names.values()))
    )


def _terms(ids: Sequence[UUID], shape: Shape) -> Bodies:
    every = {each.id: each for each in terms(directory.revision())}
    for each in ids:
        if each in every:
            said = rules.taxonomy_term(every[each])
            if shape.language != ORIGINAL:
                said = rules.in_language(said, shape.language)
            yield rules.encoded(said)


def _says(search: str, *texts: str) -> bool:
    told = " ".join(texts).casefold()
    return all(word in told for word in search.casefold().split())


# --- by their names ------------------------------------------------------------------------------


def _in_tables(
    which: Callable[[Asked], Meant], bodies: Callable[[Sequence[UUID], Shape], Bodies]
) -> Listed:
    return Listed(
        count=lambda asked: how_many(which, asked),
        stretch=lambda asked, start, end: stretch_of(which, asked, start, end),
        chunks=lambda asked: which(asked).chunks(_AT_ONCE),
        bodies=bodies,
    )


def _in_memory(
    which: Callable[[Asked], list[UUID]], bodies: Callable[[Sequence[UUID], Shape], Bodies]
) -> Listed:
    return Listed(
        count=lambda asked: len(which(asked)),
        stretch=lambda asked, start, end: which(asked)[start:end],
        chunks=lambda asked: iter([which(asked)]),
        bodies=bodies,
    )


_KINDS: Mapping[str, Listed] = {
    "services": _in_tables(meant.services, _services),
    "organizations": _in_tables(meant.organizations, _organizations),
    "service_at_locations": _in_tables(meant.service_at_locations, _service_at_locations),
    "taxonomies": _in_memory(_taxonomies_meant, _taxonomies),
    "taxonomy_terms": _in_memory(_terms_meant, _terms),
}
