"""What a search for resources of health care may say, and what it means. Plain Python only."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from re import compile as pattern
from uuid import UUID

MOST, USUAL = 200, 50  # resources on a page

_MOMENT = pattern(
    r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb)?"
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_NAMES = {"name": "startswith", "name:contains": "contains", "name:exact": "exact"}
_JSON = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
_LONGEST, _LONGEST_NAME = 200, 64
_DIGITS = 6


class BadQuestion(Exception):
    """A value that cannot be meant; the words say which."""


@dataclass(frozen=True, slots=True)
class Name:
    how: str  # startswith, contains, exact
    words: tuple[str, ...]  # any of them


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment until another, and what is asked of a time beside it."""

    prefix: str
    start: datetime
    end: datetime  # no longer in it


@dataclass(frozen=True, slots=True)
class Asked:
    ids: tuple[UUID, ...] | None = None  # None: any
    organizations: tuple[UUID, ...] | None = None
    locations: tuple[UUID, ...] | None = None
    names: tuple[Name, ...] = ()
    changed: tuple[Span, ...] = ()
    count: int = USUAL
    only_total: bool = False
    nothing: bool = False  # no resource is like that
    after: UUID | None = None
    said: tuple[tuple[str, str], ...] = field(default=())  # what was understood, for the links


def asked_by(values: Mapping[str, Sequence[str]], *, strict: bool = False) -> Asked:
    """Unknown names are left out, as FHIR allows; the links of the answer say what was understood.
    Who says `Prefer: handling=strict` is told of them instead.

    Raises BadQuestion.
    """
    _check_format(values)
    for unknown in (name for name in values if strict and name not in (*_UNDERSTOOD, *_OF_ANY)):
        message = f"`{unknown[:_LONGEST_NAME]}` is not known here."
        raise BadQuestion(message)
    count = _count(_last(values, "_count", str(USUAL)))
    return Asked(
        ids=_ids(values, "_id"),
        organizations=_ids(values, "organization", within="Organization/"),
        locations=_ids(values, "location", within="Location/"),
        names=tuple(_names(values)),
        changed=tuple(_span(said) for said in values.get("_lastUpdated", ())),
        count=min(count, MOST),
        only_total=count == 0 or _last(values, "_summary", "") == "count",
        nothing=_last(values, "active", "true") == "false",
        after=_after(_last(values, "_after", "")),
        said=tuple(_understood(values)),
    )


_OF_ANY = ("_format", "_after", "_pretty")
_UNDERSTOOD = (
    *("_id", "_lastUpdated", "organization", "location", "active", "_count", "_summary"),
    *_NAMES,
)


def _understood(values: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    return ((name, each) for name in _UNDERSTOOD for each in values.get(name, ()))


def _last(values: Mapping[str, Sequence[str]], name: str, otherwise: str) -> str:
    given = values.get(name, ())
    return given[-1] if given else otherwise


def _check_format(values: Mapping[str, Sequence[str]]) -> None:
    said = _last(values, "_format", "json").replace(" ", "+")
    if said.partition(";")[0] not in _JSON:
        message = "`_format`: only json is written here."
        raise BadQuestion(message)


def _count(said: str) -> int:
    if said.isascii() and said.isdecimal() and len(said) <= _DIGITS:
        return int(said)
    message = "`_count` is a whole number."
    raise BadQuestion(message)


def _ids(
    values: Mapping[str, Sequence[str]], name: str, *, within: str = ""
) -> tuple[UUID, ...] | None:
    """Of all values of the parameter; what is no id of ours is nobody's."""
    given = values.get(name)
    if not given:
        return None
    sets = [
        {_uuid(each.removeprefix(within)) for each in said[:10_000].split(",")} for said in given
    ]
    return tuple(id_ for id_ in set.intersection(*sets) if id_ is not None)


def _uuid(said: str) -> UUID | None:
    try:
        id_ = UUID(said)
    except ValueError:
        return None
    return id_ if str(id_) == said.lower() else None


def _after(said: str) -> UUID | None:
    if not said:
        return None
    id_ = _uuid(said)
    if id_ is None:
        message = "`_after` is taken from the link to the next page."
        raise BadQuestion(message)
    return id_


def _names(values: Mapping[str, Sequence[str]]) -> Iterable[Name]:
    for param, how in _NAMES.items():
        for said in values.get(param, ()):
            if len(said) > _LONGEST or "\x00" in said:
                message = f"`{param}` is too long, or holds a sign that no name has."
                raise BadQuestion(message)
            words = tuple(word.strip() for word in said.split(",") if word.strip())
            if words:
                yield Name(how, words)


def _span(said: str) -> Span:
    match = _MOMENT.fullmatch(said.replace(" ", "+")) if said.isascii() else None
    with suppress(ValueError, OverflowError):
        if match is not None:
            start = _start(match.groupdict())
            return Span(match["prefix"] or "eq", start, _end(start, match.groupdict()))
    message = "`_lastUpdated` is a moment such as ge2026-11-25 or gt2026-11-25T12:00:00Z."
    raise BadQuestion(message)


def _start(parts: Mapping[str, str | None]) -> datetime:
    day = f"{parts['year']}-{parts['month'] or '01'}-{parts['day'] or '01'}"
    zone = parts["zone"] or "+00:00"
    said = f"{day}T{parts['time'] or '00:00'}{'+00:00' if zone == 'Z' else zone}"
    return datetime.fromisoformat(said).astimezone(UTC)


def _end(start: datetime, parts: Mapping[str, str | None]) -> datetime:
    """As exact as it was said."""
    time = parts["time"]
    if time is None:
        return _end_of_date(start, parts)
    whole, _dot, fraction = time.partition(".")
    if fraction:
        return start + timedelta(microseconds=10 ** (6 - len(fraction)))
    return start + (timedelta(seconds=1) if whole.count(":") > 1 else timedelta(minutes=1))


def _end_of_date(start: datetime, parts: Mapping[str, str | None]) -> datetime:
    if parts["day"]:
        return start + timedelta(days=1)
    if parts["month"]:
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start.replace(year=start.year + 1)
