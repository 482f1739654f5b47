"""Services as they stand in a list, made once for every language and then only read.

A card holds everything but what changes by itself or with the question: whether it is open, how
far it is, and which heading it is. It is read with one query and without the ORM; one that nobody
has kept yet is made on the spot, and remembered by this process.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, time
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from django.utils.translation import override

from samen.directory import queries as directory
from samen.directory.queries import CardRow, Exceptional, Hours, Listing, Stretch
from samen.theme.pieces import pieces

_ROOMS = Path(__file__).parents[2]
_MOST_REMEMBERED = 8_000  # cards, some 3 KB each


@dataclass(frozen=True, slots=True)
class Drawn:
    """A service in a list, but for what changes by itself."""

    number: int
    key: str
    publish: str
    parts: tuple[str, str, str, str]  # of its HTML: around the heading twice, then around the facts
    where: str  # HTML: what stands there when no distance is known
    reachable: bool  # by a phone
    hours: Hours


@dataclass(frozen=True, slots=True)
class _Seen:
    drawn: Drawn
    stamp: int
    revision: int  # of the map, at which the service was last found to be as the card says


class Remembered:
    """The cards this process made or read itself, the latest ones; of each service one."""

    def __init__(self) -> None:
        self._cards: OrderedDict[tuple[int, str], _Seen] = OrderedDict()
        self._lock = Lock()

    def cache_clear(self) -> None:
        self._cards.clear()

    def get(self, number: int, language: str) -> _Seen | None:
        return self._cards.get((number, language))

    def put(self, row: CardRow, language: str, drawn: Drawn, *, revision: int) -> None:
        with self._lock:
            self._cards[row.number, language] = _Seen(drawn, row.stamp, revision)
            self._cards.move_to_end((row.number, language))
            while len(self._cards) > _MOST_REMEMBERED:
                self._cards.popitem(last=False)


remembered = Remembered()


def drawn_cards(numbers: Sequence[int], *, keys: Sequence[str] = (), language: str) -> list[Drawn]:
    """The published services among these numbers and keys.

    One query, if their cards are kept; and none for those that were asked for since the map was
    changed last.
    """
    revision = directory.revision()  # before anything else is asked
    seen = {n: found for n in numbers if (found := remembered.get(n, language))}
    known = {n: each.drawn for n, each in seen.items() if each.revision == revision}
    rows = directory.card_rows(
        numbers=[number for number in numbers if number not in known],
        keys=keys,
        language=language,
        made_by=made_by(language),
        at_hand=[number for number in seen if number not in known],
    )
    for row in rows:
        card = _known(row, seen.get(row.number))
        if card is not None:
            known[row.number] = card
            remembered.put(row, language, card, revision=revision)
    missing = [row for row in rows if row.number not in known]
    return [*known.values(), *(_made(missing, language, revision) if missing else ())]


def _known(row: CardRow, seen: _Seen | None) -> Drawn | None:
    """The card, where nobody has to make it."""
    if seen is not None and seen.stamp == row.stamp:
        return seen.drawn
    return None if row.body is None else read(row.body)


def _made(rows: Sequence[CardRow], language: str, revision: int) -> Iterable[Drawn]:
    """Their stamps were read before their facts are: a change in between makes another stamp."""
    of = {row.id: row for row in rows}
    for listing in directory.listings(list(of), language=language):
        card = draw(listing, language)
        remembered.put(of[listing.id], language, card, revision=revision)
        yield card


def draw(item: Listing, language: str) -> Drawn:
    """The card of a service for a reader of `language`."""
    with override(language):
        opening_tag, name, facts, where, rest = pieces(
            "finder/parts/card.html", {"item": item, "reading_tag": language}
        )
    return Drawn(
        number=item.number,
        key=item.key,
        publish=item.publish,
        parts=(opening_tag, name, facts, rest),
        where=where,
        reachable=bool(item.phones),
        hours=item.hours,
    )


@lru_cache(maxsize=32)
def made_by(language: str) -> str:
    """Which release makes the cards: a new sentence or a new template is a new card."""
    sources = [
        *sorted((_ROOMS / "finder" / "templatetags").glob("*.py")),
        *sorted((_ROOMS / "theme" / "templatetags").glob("*.py")),
        _ROOMS / "finder" / "templates" / "finder" / "parts" / "card.html",
        _ROOMS / "finder" / "locale" / language / "LC_MESSAGES" / "django.po",
        Path(__file__),
    ]
    stamp = blake2b(digest_size=8)
    for source in sources:
        stamp.update(source.read_bytes() if source.exists() else b"")
    return stamp.hexdigest()


def written(card: Drawn) -> str:
    """The hours as a text of their own: many services have the same, and it is read once."""
    said = asdict(card)
    return _json({**said, "hours": _json(said["hours"])})


def _json(said: dict[str, Any]) -> str:
    return json.dumps(
        said, default=_plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )


def _plain(value: object) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(value)


def read(body: str) -> Drawn:
    card = json.loads(body)
    return Drawn(**{**card, "parts": tuple(card["parts"]), "hours": _hours(card["hours"])})


@lru_cache(maxsize=2048)
def _hours(text: str) -> Hours:
    said = json.loads(text)
    return Hours(
        **said
        | {
            "week": tuple(
                Stretch(one["weekday"], _time(one["opens"]), _time(one["closes"]))
                for one in said["week"]
            ),
            "exceptions": tuple(
                Exceptional(
                    date.fromisoformat(one["date"]),
                    _time(one["opens"]) if one["opens"] else None,
                    _time(one["closes"]) if one["closes"] else None,
                )
                for one in said["exceptions"]
            ),
            "closed_from": _day(said["closed_from"]),
            "closed_until": _day(said["closed_until"]),
        }
    )


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
