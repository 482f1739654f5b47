"""Values as somebody else wrote them: what can be read is, and every loss is noted. Plain Python.

Nothing in here raises for what a source says. A loss names the field and the reason, never the
value: a report is read by many, and a value may be about a person.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from typing import Any

LONGEST_TEXT = 20_000
_LONGEST_NAME = 200
_DEEPEST = 24
_OLDEST = 120
_NEVER_PRINTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Why(StrEnum):
    """Why something of a record is not on our map. A code, said in words at the desk."""

    NO_PLACE = "no-place"  # our map has no column for it: it is kept beside the record
    NOT_READABLE = "not-readable"
    TOO_LONG = "too-long"
    MISSING = "missing"
    UNKNOWN_NAME = "unknown-name"  # a language, area or subject that we do not know
    PAST = "past"  # hours of a time that is over
    NOT_A_WEEK = "not-a-week"  # a rhythm that a weekly grid cannot say
    OURS_TO_SAY = "ours-to-say"  # only somebody here can: that it was confirmed, that it is urgent


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    field: str
    why: Why


@dataclass(slots=True)
class Losses:
    """What could not be taken over, each field once for each reason."""

    noted: dict[Loss, None] = field(default_factory=dict)

    def note(self, name: str, why: Why) -> None:
        self.noted[Loss(name, why)] = None

    def all(self) -> tuple[Loss, ...]:
        return tuple(sorted(self.noted))


def parsed(body: bytes | str) -> Any:
    """What a JSON text says; None for what is none. Never raises."""
    try:
        words = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        return json.loads(words, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return None


def canonical(value: Any) -> str:
    """The same for the same JSON: the order of names does not count."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def without_nulls(value: Any, depth: int = 0) -> Any:
    """Null says nothing in HSDS. What is nested deeper than any record is leaves no trace."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        inside = {str(k): without_nulls(v, depth + 1) for k, v in value.items()}
        return {name: each for name, each in inside.items() if each is not None}
    if isinstance(value, list):
        return [e for e in (without_nulls(v, depth + 1) for v in value) if e is not None]
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def mappings(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The records of a list; one that stands there without a list is a list of one."""
    value = record.get(name)
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, Mapping)]


def words(record: Mapping[str, Any], name: str) -> str:
    """A text without what no screen shows; numbers are read as they are written."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    said = str(value)
    # Most is printable, and asking so is ten times as quick as taking nothing away.
    return (said if said.isprintable() else _NEVER_PRINTED.sub("", said)).strip()


def short(record: Mapping[str, Any], name: str, losses: Losses, *, at: str = "") -> str:
    """A name: on one line, and not longer than a column."""
    said = " ".join(words(record, name).split())
    if len(said) > _LONGEST_NAME:
        losses.note(at or name, Why.TOO_LONG)
        return f"{said[: _LONGEST_NAME - 1].rstrip()}…"
    return said


def long(record: Mapping[str, Any], name: str, losses: Losses, *, at: str = "") -> str:
    said = words(record, name)
    if len(said) > LONGEST_TEXT:
        losses.note(at or name, Why.TOO_LONG)
    return said[:LONGEST_TEXT]


def age(record: Mapping[str, Any], name: str, losses: Losses) -> int | None:
    said = words(record, name)
    if not said:
        return None
    try:
        read = float(said)
    except ValueError:
        read = -1.0
    if not 0 <= read <= _OLDEST:
        losses.note(name, Why.NOT_READABLE)
        return None
    return int(read)


def day(record: Mapping[str, Any], name: str) -> date | None:
    """Of a moment its day; None for what is no date."""
    try:
        return date.fromisoformat(words(record, name)[:10])
    except ValueError:
        return None


def clock(record: Mapping[str, Any], name: str) -> str:
    """ "9:00", "09:00:00", "09:00+01:00" and "24:00" as 09:00 or 00:00; "" for what is none."""
    found = _TIME.fullmatch(words(record, name))
    if not found:
        return ""
    hour, minute = int(found[1]), int(found[2])
    try:
        return f"{time(0 if hour == 24 else hour, minute):%H:%M}"  # noqa: PLR2004 midnight
    except ValueError:
        return ""


def is_mail(said: str) -> bool:
    return bool(_MAIL.fullmatch(said))


def unplaced(document: Mapping[str, Any], placed: frozenset[str]) -> Iterator[str]:
    """The fields that say something and have no column of ours, each once: "phones[].extension"."""
    yield from dict.fromkeys(_unplaced(document, "", placed, 0))


def _unplaced(value: Any, path: str, placed: frozenset[str], depth: int) -> Iterator[str]:
    if depth > _DEEPEST or path in placed or value in (None, "", [], {}):
        return
    if isinstance(value, list):
        for each in value:
            yield from _unplaced(each, f"{path}[]", placed, depth + 1)
    elif isinstance(value, Mapping) and _leads_on(path, placed):
        for name, each in value.items():
            if name != "id" and not str(name).endswith("_id"):
                yield from _unplaced(each, f"{path}.{name}".lstrip("."), placed, depth + 1)
    else:
        yield path.removesuffix("[]")


def _leads_on(path: str, placed: frozenset[str]) -> bool:
    return path in _ways(placed)


@lru_cache(maxsize=8)
def _ways(placed: frozenset[str]) -> frozenset[str]:
    """Every beginning of a placed path: "", "a" and "a.b" of "a.b.c"."""
    steps = (path.split(".") for path in placed)
    return frozenset(".".join(parts[:end]) for parts in steps for end in range(len(parts)))
