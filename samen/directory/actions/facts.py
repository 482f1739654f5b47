"""Take over the facts of one service, but none that a person changed since the last import."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from samen.directory.actions.reading import ENGLISH, ORIGINAL, Backing, ServiceRead
from samen.directory.actions.tables import (
    Ids,
    columns,
    empty_fact,
    plain_fact,
    plain_texts,
    write_rows,
    write_texts,
)
from samen.directory.models import Fact, Location, Service
from samen.directory.rules import value_hash

Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry."""

    written: bool
    redacted: bool  # a place became confidential
    kept: tuple[str, ...]  # facts that a person changed
    facts: tuple[str, ...]  # facts that were written


@dataclass(frozen=True, slots=True)
class _Difference:
    """One fact as the tables say it now, as the file wants it, and as the last import left it."""

    fact: str
    now: Value
    wanted: Value
    empty: Value
    remembered: Fact | None

    @property
    def is_none(self) -> bool:
        return value_hash(self.now) == value_hash(self.wanted)

    @property
    def is_wanted_empty(self) -> bool:
        return value_hash(self.wanted) == value_hash(self.empty)

    @property
    def is_ours(self) -> bool:
        """The last import wrote what is there now, or nobody wrote anything."""
        left = self.remembered.imported if self.remembered else value_hash(self.empty)
        return value_hash(self.now) == left

    @property
    def hides_a_place(self) -> bool:
        """The one change that no edit of a person holds up."""
        return (
            self.fact == "location"
            and any(p["type"] == Location.Type.CONFIDENTIAL for p in self.wanted["locations"])
            and not self.is_none
        )

    @property
    def is_to_be_written(self) -> bool:
        return not self.is_none and (self.is_ours or self.hides_a_place)


def create_service(read: ServiceRead, ids: Ids) -> Service:
    """A new service with what the table asks for; `take_over` writes the rest, as for any."""
    parts = {**read.facts["name"], **read.facts["publish"]}
    return Service.objects.create(key=read.key, number=read.number, **columns(parts, ids))


def take_over(service: Service, read: ServiceRead, ids: Ids, at: datetime) -> Outcome:
    """Write the facts of `service` that differ, and remember what was written."""
    differences = list(_differences(service, read))
    to_write = [difference for difference in differences if difference.is_to_be_written]
    write_facts(service, {d.fact: d.wanted for d in to_write}, ids, at)
    taken = [d for d in differences if d.is_none or d.is_to_be_written]
    notes = [note for d in taken if (note := _note(service, d, read.backing(d.fact)))]
    _remember(notes)
    return Outcome(
        written=bool(to_write or notes),
        redacted=any(d.hides_a_place and d.now["locations"] for d in to_write),
        kept=tuple(d.fact for d in differences if not (d.is_none or d.is_to_be_written)),
        facts=tuple(d.fact for d in to_write),
    )


def _is_text(fact: str) -> bool:
    """Texts are facts of their own in every language: "what.nl", "hours_note.ar"."""
    return "." in fact


def _differences(service: Service, read: ServiceRead) -> Iterator[_Difference]:
    facts = {fact.name: fact for fact in service.facts.all()}
    texts = plain_texts(service)
    for name, value in read.facts.items():
        if not _is_text(name):
            now, empty = plain_fact(service, value), empty_fact(value)
            yield _Difference(name, now, value, empty, facts.get(name))
    of_file = {name: value for name, value in read.facts.items() if _is_text(name)}
    left = [name for name in texts if name not in of_file and _is_to_go(name, read)]
    for name in (*of_file, *left):
        words, wanted = texts.get(name, {}), of_file.get(name, {})
        if name.endswith(f".{ENGLISH}"):
            wanted = _made_from_the_same(words, wanted)
        yield _Difference(name, words, wanted, {}, facts.get(name))


def _is_to_go(text: str, read: ServiceRead) -> bool:
    """Whether the files left out a text in a language they speak of, or its original."""
    field, _, language = text.partition(".")
    return language in read.languages or f"{field}.{ORIGINAL}" not in read.facts


def _made_from_the_same(now: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """English words that stay as they are were not made anew when the Dutch ones changed."""
    same = now and wanted and (now["body"], now["state"]) == (wanted["body"], wanted["state"])
    return now if same else wanted


def write_facts(service: Service, wanted: Mapping[str, Value], ids: Ids, at: datetime) -> None:
    texts = {fact: value for fact, value in wanted.items() if _is_text(fact)}
    parts = {part: v for fact in wanted.keys() - texts.keys() for part, v in wanted[fact].items()}
    filled = columns(parts, ids)
    if filled:
        Service.objects.filter(pk=service.pk).update(**filled)
    write_rows(service, parts, ids, at)
    write_texts(service, texts)


def _note(service: Service, difference: _Difference, backing: Backing) -> Fact | None:
    """What the import left behind and what backs it, if that is not noted already."""
    noted = difference.remembered
    if noted is None and difference.is_wanted_empty:
        return None
    note = {
        "imported": value_hash(difference.wanted),
        "verified": backing.verified,
        "year": backing.year,
        "sources": backing.sources,
    }
    if noted and all(getattr(noted, column) == value for column, value in note.items()):
        return None
    return Fact(service=service, name=difference.fact, **note)


def _remember(notes: list[Fact]) -> None:
    Fact.objects.bulk_create(
        notes,
        update_conflicts=True,
        unique_fields=["service", "name"],
        update_fields=["imported", "verified", "year", "sources"],
    )
