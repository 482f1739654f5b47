"""What another SAMEN says in codes (documents_coded.py), held against what we know ourselves."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from samen.directory.queries import looks_like_a_phone
from samen.exchange.rules.documents_terms import GROUP
from samen.exchange.rules.reading_hours import unknown_hours
from samen.exchange.rules.reading_values import (
    Losses,
    Why,
    clock,
    mapping,
    mappings,
    short,
    words,
)
from samen.foundation.languages import LANGUAGES

Facts = dict[str, dict[str, Any]]

_CODES = {
    "interpreter": ("yes", "partly", "no"),
    "wheelchair": ("yes", "partly", "no"),
    "cost": ("free", "local", "donation", "paid"),
    "referral": ("needed", "not_needed"),
    "insurance": ("needed", "not_needed"),
}
_PHONE_COSTS = ("free", "local", "paid")
_ADDRESS = {"name": 200, "street": 200, "postal_code": 10, "town": 100}
_PAIR, _TRIPLE, _SUNDAY = 2, 3, 6


class Known(Protocol):
    """The part of the ground that is needed here (reading.Ground)."""

    @property
    def kinds(self) -> Mapping[str, str]: ...
    @property
    def areas(self) -> Mapping[str, str]: ...
    @property
    def area(self) -> str: ...
    @property
    def town(self) -> Callable[[str], str]: ...
    @property
    def fits(self) -> Callable[[str, str], bool]: ...


def read_coded(said: Mapping[str, Any], ground: Known, losses: Losses) -> Facts:
    facts: Facts = {name: {name: _code(said, name, losses)} for name in _CODES}
    chat = words(said, "chat_url")
    names = mapping(said.get("names"))
    facts |= {
        "chat_url": {"chat_url": chat if not chat or ground.fits("chat_url", chat) else ""},
        "names": {tag: short(names, tag, losses) for tag in names.keys() & LANGUAGES.keys()},
        "speaks": {"speaks": _listed(said, "speaks", LANGUAGES, losses)},
        "areas": {"areas": _listed(said, "areas", _slugs(ground), losses) or [ground.area]},
        "needs": {"needs": _listed(said, "needs", ground.kinds, losses)},
        "for": {"groups": _groups(said, ground, losses)},
        "phones": {"phones": _phones(said, losses)},
        "hours": _hours(mapping(said.get("hours")), losses),
        "location": {"locations": [_place(p, ground, losses) for p in mappings(said, "places")]},
    }
    return facts


def _code(said: Mapping[str, Any], name: str, losses: Losses) -> str:
    value = words(said, name)
    if value and value not in _CODES[name]:
        losses.note(f"coded.{name}", Why.NOT_READABLE)
        return ""
    return value


def _slugs(ground: Known) -> Mapping[str, Any]:
    return {"nl": "nl", **{slug: slug for slug in ground.areas.values()}}


def _listed(
    said: Mapping[str, Any], name: str, known: Mapping[str, Any], losses: Losses
) -> list[str]:
    value = said.get(name)
    items = [str(item) for item in value] if isinstance(value, list) else []
    if any(item not in known for item in items):
        losses.note(f"coded.{name}", Why.UNKNOWN_NAME)
    return sorted({item for item in items if item in known})


def _groups(said: Mapping[str, Any], ground: Known, losses: Losses) -> list[list[Any]]:
    value = said.get("groups")
    found: dict[str, bool] = {}
    for pair in value if isinstance(value, list) else []:
        whole = isinstance(pair, list) and len(pair) == _PAIR
        if whole and ground.kinds.get(str(pair[0])) == GROUP:
            found[str(pair[0])] = pair[1] is True
        else:
            losses.note("coded.groups", Why.UNKNOWN_NAME)
    return sorted([key, only] for key, only in found.items())


def _phones(said: Mapping[str, Any], losses: Losses) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in mappings(said, "phones"):
        number, kind = words(row, "number"), words(row, "kind")
        sound = kind in ("voice", "whatsapp") and len(number) <= 40  # noqa: PLR2004 the column
        if not sound or not looks_like_a_phone(number):
            losses.note("coded.phones", Why.NOT_READABLE)
            continue
        cost = words(row, "cost")
        found[number, kind] = {
            "number": number,
            "kind": kind,
            "position": len(found),
            "cost": cost if cost in _PHONE_COSTS else "",
            "confirmed": True,  # a SAMEN publishes no other
            "from_abroad": row.get("from_abroad") is True,
        }
    return list(found.values())


def _place(said: Mapping[str, Any], ground: Known, losses: Losses) -> dict[str, Any]:
    parts = {
        name: short(said, name, losses, at=f"coded.places.{name}")[:most]
        for name, most in _ADDRESS.items()
    }
    return {
        "type": "virtual" if words(said, "type") == "virtual" else "physical",
        **parts,
        "place": ground.town(parts["town"]) if parts["town"] else "",
        "confirmed": said.get("confirmed") is True,
    }


def _hours(said: Mapping[str, Any], losses: Losses) -> dict[str, Any]:
    hours = unknown_hours()
    week = [row for row in map(_stretch, _rows(said, "week")) if row]
    state = words(said, "hours")
    if state not in ("", "always", "weekly") or bool(week) != (state == "weekly"):
        losses.note("coded.hours", Why.NOT_READABLE)
        return hours
    holidays = words(said, "closed_on_holidays")
    first, last = _date(said.get("closed_from")), _date(said.get("closed_until"))
    if first and last and first > last:
        first = last = None
    return {
        "hours": state,
        "hours_confirmed": said.get("hours_confirmed") is True,
        "urgent_always": said.get("urgent_always") is True,
        "closed_on_holidays": holidays if holidays in ("yes", "partly", "no") else "",
        "closed_from": first,
        "closed_until": last,
        "week": sorted(week),
        "exceptions": sorted(
            (row for row in map(_exception, _rows(said, "exceptions")) if row), key=str
        ),
    }


def _rows(said: Mapping[str, Any], name: str) -> list[list[Any]]:
    value = said.get(name)
    rows = value if isinstance(value, list) else []
    # A day that is closed may have lost its two empty times on the way.
    return [row for row in rows if isinstance(row, list) and len(row) in (1, _TRIPLE)]


def _stretch(row: list[Any]) -> list[Any]:
    if len(row) != _TRIPLE:
        return []
    weekday, opens, closes = row[0], _clock(row[1]), _clock(row[2])
    sound = isinstance(weekday, int) and 0 <= weekday <= _SUNDAY and opens and closes
    return [int(weekday), opens, closes] if sound else []


def _exception(row: list[Any]) -> list[Any]:
    day = _date(row[0])
    opens, closes = (_clock(row[1]), _clock(row[2])) if len(row) == _TRIPLE else ("", "")
    if day is None or bool(opens) != bool(closes):
        return []
    return [day, opens or None, closes or None]


def _clock(value: Any) -> str:
    return clock({"at": value}, "at")


def _date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None
