"""What a search for resources of health care may say, and what it means. Plain Python only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from re import compile as pattern
from uuid import UUID

from samen.exchange.rules import fhir

ANY = ""  # of our codes
MOST, USUAL = 200, 50  # resources on a page

_MOMENT = pattern(
    r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb)?"
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_NAMES = {"name": "startswith", "name:contains": "contains", "name:exact": "exact"}
_JSON = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
_COMMA, _ESCAPED = pattern(r"(?<!\\),"), pattern(r"\\([,|$\\])")
_NUMBER = pattern(r"[0-9]{1,9}")
_MOST_SIGNS, _LONGEST_NAME = 10_000, 64
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
    numbers: tuple[frozenset[int], ...] = ()  # of services: one out of each
    terms: tuple[frozenset[str], ...] = ()  # keys of needs, or ANY: one out of each
    changed: tuple[Span, ...] = ()
    include: tuple[str, ...] = ()
    count: int = USUAL
    only_total: bool = False
    nothing: bool = False  # no resource is like that
    after: UUID | None = None
    said: tuple[tuple[str, str], ...] = field(default=())  # what was understood, for the links


@dataclass(frozen=True, slots=True)
class _Token:
    """`code`, `system|code`, `system|` or `|code`, as FHIR writes them."""

    system: str | None  # None: of any; "": of none
    code: str  # or ANY

    def means(self, system: str, code: str) -> bool:
        return self.means_system(system) and self.code in (ANY, code)

    def means_system(self, system: str) -> bool:
        return self.system in (None, system)


def asked_by(
    kind: str, values: Mapping[str, Sequence[str]], *, site: str, strict: bool = False
) -> Asked:
    """What is asked of the resources of one sort; `site` is the address of this map.

    Unknown names are left out, as FHIR allows; the links of the answer say what was understood.
    Who says `Prefer: handling=strict` is told of them instead.

    Raises BadQuestion.
    """
    _check_format(values)
    said = tuple(_understood(kind, values))
    if strict:
        _check_known(values, {name for name, _value in said})
    known: dict[str, list[str]] = {}
    for name, value in said:
        known.setdefault(name, []).append(_readable(name, value))
    count = _count(_last(values, "_count", str(USUAL)))
    base = f"{site}/api/fhir/"
    return Asked(
        ids=_ids(known, "_id"),
        organizations=_ids(known, "organization", within="Organization/", base=base),
        locations=_ids(known, "location", within="Location/", base=base),
        names=tuple(_names(known)),
        numbers=tuple(_numbers(known, fhir.numbers_of(site)) if kind == fhir.SERVICE else ()),
        terms=tuple(_terms(known, fhir.terms_of(site))),
        changed=tuple(_span(each) for each in known.get("_lastUpdated", ())),
        include=tuple(dict.fromkeys(known.get("_include", ()))),
        count=min(count, MOST),
        only_total=count == 0 or _last(values, "_summary", "") == "count",
        nothing=_is_nothing(kind, known),
        after=_after(_last(values, "_after", "")),
        said=said,
    )


_SHOWN = ("_count", "_summary")
_OF_ANY = ("_format", "_after", "_pretty")


def _understood(kind: str, values: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    for name in (*fhir.PARAMETERS[kind], "name:contains", "name:exact", *_SHOWN):
        yield from ((name, each) for each in values.get(name, ()))
    includes = fhir.INCLUDES[kind]
    yield from (("_include", each) for each in values.get("_include", ()) if each in includes)


def _check_known(values: Mapping[str, Sequence[str]], understood: Collection[str]) -> None:
    for unknown in (n for n in values if values[n] and n not in (*understood, *_OF_ANY)):
        message = f"`{unknown[:_LONGEST_NAME]}` is not known here, or not with this value."
        raise BadQuestion(message)


def _readable(name: str, value: str) -> str:
    if len(value) > _MOST_SIGNS or "\x00" in value:
        message = f"`{name}` is too long, or holds a sign that no value has."
        raise BadQuestion(message)
    return value


def _any_of(value: str) -> list[str]:
    """The values that commas part; a comma behind a backslash parts nothing."""
    parts = (_ESCAPED.sub(r"\1", each).strip() for each in _COMMA.split(value))
    return [part for part in parts if part]


def _tokens(values: Mapping[str, Sequence[str]], name: str) -> Iterable[list[_Token]]:
    """Of each time it was said: any of them."""
    for value in values.get(name, ()):
        parted = [each.rpartition("|") for each in _any_of(value)]
        yield [_Token(system if bar else None, code) for system, bar, code in parted]


# What every resource of a sort says alike.
_ALIKE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    fhir.SERVICE: {"active": fhir.ACTIVE},
    fhir.ORGANIZATION: {"active": fhir.ACTIVE, "type": fhir.KIND_OF_ORGANIZATION},
    fhir.LOCATION: {"status": fhir.STATUS_OF_LOCATION, "type": fhir.KIND_OF_LOCATION},
}
# What none says.
_NEVER = {
    fhir.SERVICE: (),
    fhir.ORGANIZATION: ("identifier", "partof"),
    fhir.LOCATION: ("identifier", "partof"),
}


def _is_nothing(kind: str, values: Mapping[str, Sequence[str]]) -> bool:
    return any(values.get(name) for name in _NEVER[kind]) or any(
        not any(token.means(*said) for token in tokens)
        for name, said in _ALIKE[kind].items()
        for tokens in _tokens(values, name)
    )


def _numbers(values: Mapping[str, Sequence[str]], system: str) -> Iterable[frozenset[int]]:
    for tokens in _tokens(values, "identifier"):
        if any(token == _Token(system, ANY) for token in tokens):
            continue  # every service has one of this system
        codes = [token.code for token in tokens if token.means_system(system)]
        yield frozenset(int(code) for code in codes if _NUMBER.fullmatch(code))


def _terms(values: Mapping[str, Sequence[str]], system: str) -> Iterable[frozenset[str]]:
    for tokens in _tokens(values, "service-type"):
        yield frozenset(token.code for token in tokens if token.means_system(system))


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
    values: Mapping[str, Sequence[str]], name: str, *, within: str = "", base: str = ""
) -> tuple[UUID, ...] | None:
    """Of all values of the parameter; what is no id of ours is nobody's."""
    given = values.get(name)
    if not given:
        return None
    sets = [
        {_uuid(each.removeprefix(base).removeprefix(within)) for each in _any_of(said)}
        for said in given
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
            words = tuple(_any_of(said))
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
