from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor
from samen.needs.actions.reading import ConceptRead, Refusal, Refused, WordsRead, read_concept
from samen.needs.models import Need, NeedText
from samen.needs.rules import words_hash

FILE = "needs.yaml"


@dataclass(frozen=True, slots=True)
class ImportReport:
    created: tuple[UUID, ...]
    changed: tuple[UUID, ...]
    unchanged: int
    refused: tuple[Refusal, ...]


@transaction.atomic
def import_needs(*, data: Mapping[str, Any], by: Actor, at: datetime) -> ImportReport:
    """Bring the taxonomy in line with content/needs.yaml, entry by entry.

    An entry that cannot be taken over changes nothing and is reported; the others go on. What
    left the file stays: a number once given is never given up.
    """
    concepts = data.get("concepts")
    if not isinstance(concepts, list):
        return ImportReport((), (), 0, (Refusal(FILE, "concepts", "The file has no such list."),))
    importing = _Importing(concepts, at)
    for concept in concepts:
        importing.take(concept)
    for record_id in (*importing.created, *importing.changed):
        audit.record(verb="need imported", kind="need", record_id=record_id, by=by, at=at)
    return ImportReport(
        created=tuple(importing.created),
        changed=tuple(importing.changed),
        unchanged=importing.unchanged,
        refused=tuple(importing.refused),
    )


class _Importing:
    """What one import has met so far."""

    def __init__(self, concepts: list[Any], at: datetime) -> None:
        self._at = at
        self.created: list[UUID] = []
        self.changed: list[UUID] = []
        self.unchanged = 0
        self.refused: list[Refusal] = []
        self._needs = {need.key: need for need in Need.objects.prefetch_related("texts")}
        self._key_of = {need.number: need.key for need in self._needs.values()}
        self._known = set(self._needs) | {c["id"] for c in concepts if _has_an_id(c)}
        self._met: set[str] = set()

    def take(self, concept: Any) -> None:
        if not _has_an_id(concept):
            self.refused.append(Refusal(FILE, "", f"It has no id: {str(concept)[:60]}"))
            return
        try:
            read = read_concept(concept, known=self._known)
            self._check_number(read.fields["key"], read.fields["number"])
        except Refused as refused:
            self.refused.append(Refusal(FILE, concept["id"], str(refused)))
            return
        self._met.add(read.fields["key"])
        self._key_of[read.fields["number"]] = read.fields["key"]
        self._write(read)

    def _check_number(self, key: str, number: int) -> None:
        """An address holds a number for ever, so it may not come to mean something else."""
        if key in self._met:
            message = "Its id stands twice in the file."
            raise Refused(message)
        need = self._needs.get(key)
        if need and need.number != number:
            message = f"Its number is {need.number} for ever and cannot become {number}."
            raise Refused(message)
        if self._key_of.get(number, key) != key:
            message = f"Its number {number} belongs to {self._key_of[number]}."
            raise Refused(message)

    def _write(self, read: ConceptRead) -> None:
        need = self._needs.get(read.fields["key"])
        if need is None:
            need = Need.objects.create(**read.fields)
            _write_words(need, {}, read)
            self.created.append(need.id)
            return
        fields_changed = _write_fields(need, read.fields | self._open_until(need, read))
        words_changed = _write_words(need, {text.language: text for text in need.texts.all()}, read)
        if fields_changed or words_changed:
            self.changed.append(need.id)
        else:
            self.unchanged += 1

    def _open_until(self, need: Need, read: ConceptRead) -> dict[str, datetime | None]:
        """Whoever was told of it while it was open can be told that it is not any more."""
        if not read.fields["staff_only"]:
            return {"open_until": None}
        return {"open_until": need.open_until if need.staff_only else self._at}


def _has_an_id(concept: Any) -> bool:
    return isinstance(concept, dict) and isinstance(concept.get("id"), str)


def _write_fields(need: Need, fields: Mapping[str, Any]) -> bool:
    different = [name for name, value in fields.items() if getattr(need, name) != value]
    for name in different:
        setattr(need, name, fields[name])
    if different:
        need.save(update_fields=different)
    return bool(different)


def _write_words(need: Need, existing: Mapping[str, NeedText], read: ConceptRead) -> bool:
    """Write the words that differ; whether any did."""
    original = words_hash(read.words["nl"].label, read.words["nl"].phrases)
    changed = False
    for language, words in read.words.items():
        text = existing.get(language) or NeedText(need=need, language=language)
        if _keeps_its_words(text, words):
            continue
        text.label, text.phrases, text.state = words.label, words.phrases, words.state
        # Only new words are made from the original of today. Old ones stay old beside it.
        text.made_from = "" if words.state == NeedText.State.ORIGINAL else original
        text.save()
        changed = True
    return changed


def _keeps_its_words(text: NeedText, words: WordsRead) -> bool:
    """The same words, or words a mediator approved that a draft may not replace."""
    if text.state == NeedText.State.HUMAN and words.state == NeedText.State.MACHINE:
        return True
    return (text.label, text.phrases) == (words.label, words.phrases)
