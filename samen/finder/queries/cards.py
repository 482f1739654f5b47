"""Services as they stand in a list, made once for every language and then only read.

A card holds everything but what changes by itself or with the question: whether it is open, how
far it is, and which heading it is. It is read without the ORM, and then remembered; one that nobody
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
_MOST_REMEMBERED = 2_000  # cards, some 5 KB each


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


class Remembered:
    """The cards this process made or read itself, the latest ones."""

    def __init__(self) -> None:
        self._cards: OrderedDict[tuple[int, int, str], Drawn] = OrderedDict()
        self._lock = Lock()

    def cache_clear(self) -> None:
        self._cards.clear()

    def get(self, row: CardRow, language: str) -> Drawn | None:
        return self._cards.get((row.number, row.stamp, language))

    def put(self, row: CardRow, language: str, drawn: Drawn) -> None:
        with self._lock:
            self._cards[row.number, row.stamp, language] = drawn
            while len(self._cards) > _MOST_REMEMBERED:
                self._cards.popitem(last=False)


remembered = Remembered()


def drawn_cards(numbers: Sequence[int], *, keys: Sequence[str] = (), language: str) -> list[Drawn]:
    """The published services among these numbers and keys. One query, and one more where a card is
    not remembered but kept."""
    rows = directory.card_rows(numbers=numbers, keys=keys)
    known = _known(rows, language)
    missing = [row for row in rows if row.number not in known]
    made = dict(_made(missing, language)) if missing else {}
    cards = (known.get(row.number) or made.get(row.number) for row in rows)
    return [card for card in cards if card]


def _known(rows: Sequence[CardRow], language: str) -> dict[int, Drawn]:
    """The cards there are, by number: nobody has to make them."""
    found = {row.number: card for row in rows if (card := remembered.get(row, language))}
    others = [row for row in rows if row.number not in found]
    kept = directory.card_bodies(others, language=language, made_by=made_by(language))
    for row, body in kept.items():
        found[row.number] = read(body)
        remembered.put(row, language, found[row.number])
    return found


def _made(rows: Sequence[CardRow], language: str) -> Iterable[tuple[int, Drawn]]:
    """Their stamps were read before their facts are: a change in between makes another stamp."""
    of = {row.id: row for row in rows}
    for listing in directory.listings(list(of), language=language):
        card = draw(listing, language)
        remembered.put(of[listing.id], language, card)
        yield listing.number, card


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
    return json.dumps(
        asdict(card), default=_plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )


def _plain(value: object) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(value)


def read(body: str) -> Drawn:
    card = json.loads(body)
    return Drawn(**{**card, "parts": tuple(card["parts"]), "hours": _hours(card["hours"])})


def _hours(said: dict[str, Any]) -> Hours:
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


@lru_cache(maxsize=2048)
def _time(text: str) -> time:
    return time.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
