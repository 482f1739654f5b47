"""The taxonomy of situations and help, in all its languages, kept in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from samen.foundation.languages import fallbacks
from samen.needs.models import Need, NeedText
from samen.needs.rules import words_hash


@dataclass(frozen=True, slots=True)
class NeedWords:
    label: str
    phrases: tuple[str, ...]
    state: str  # original, human, machine
    out_of_date: bool  # the original says something else by now


@dataclass(frozen=True, slots=True)
class NeedShown:
    id: UUID
    key: str
    number: int
    kind: str
    urgency: str
    hours: int | None
    sensitive: bool
    staff_only: bool
    open_until: datetime | None
    forms: tuple[str, ...]  # need keys
    support: tuple[str, ...]  # need keys
    windows: tuple[str, ...]  # need keys
    texts: Mapping[str, NeedWords] = field(hash=False)

    def words(self, language: str) -> tuple[NeedWords, str]:
        """The words in the best language there is for the reader, and which one that is.

        Raises KeyError for a need without Dutch words, which no import lets in.
        """
        tag = next((tag for tag in fallbacks(language) if tag in self.texts), "nl")
        return self.texts[tag], tag


class Taxonomy:
    """Every need by key and by number. Lists are in the order of the numbers."""

    def __init__(self, revision: int, needs: Iterable[NeedShown]) -> None:
        self.revision = revision
        self._by_number = {need.number: need for need in needs}
        self._by_key = {need.key: need for need in self._by_number.values()}

    def by_key(self, key: str) -> NeedShown | None:
        return self._by_key.get(key)

    def by_number(self, number: int) -> NeedShown | None:
        return self._by_number.get(number)

    def all(self) -> tuple[NeedShown, ...]:
        """Every need, those for colleagues included."""
        return tuple(self._by_number.values())

    def situations(self) -> tuple[NeedShown, ...]:
        """What visitors choose from."""
        return self._open_to_visitors(Need.Kind.SITUATION)

    def groups(self) -> tuple[NeedShown, ...]:
        """For whom: what visitors may tell about themselves."""
        return self._open_to_visitors(Need.Kind.GROUP)

    def kinds_of_help(self) -> tuple[NeedShown, ...]:
        return self._open_to_visitors(Need.Kind.SUPPORT)

    def _open_to_visitors(self, kind: str) -> tuple[NeedShown, ...]:
        return tuple(need for need in self.all() if need.kind == kind and not need.staff_only)


@lru_cache(maxsize=2)
def taxonomy(revision: int) -> Taxonomy:
    """The taxonomy as of `revision` of the map. Two queries, then none until the map changes."""
    needs = Need.objects.order_by("number").prefetch_related("texts")
    return Taxonomy(revision, map(_shown, needs))


def _shown(need: Need) -> NeedShown:
    return NeedShown(
        id=need.id,
        key=need.key,
        number=need.number,
        kind=need.kind,
        urgency=need.urgency,
        hours=need.hours,
        sensitive=need.sensitive,
        staff_only=need.staff_only,
        open_until=need.open_until,
        forms=tuple(need.forms),
        support=tuple(need.support),
        windows=tuple(need.windows),
        texts=_words(list(need.texts.all())),
    )


def _words(texts: list[NeedText]) -> dict[str, NeedWords]:
    """Out of date is what was made from another original than the one there is now."""
    now = {
        words_hash(text.label, text.phrases)
        for text in texts
        if text.state == NeedText.State.ORIGINAL
    }
    return {
        text.language: NeedWords(
            label=text.label,
            phrases=tuple(text.phrases),
            state=text.state,
            out_of_date=text.state != NeedText.State.ORIGINAL and text.made_from not in now,
        )
        for text in texts
    }
