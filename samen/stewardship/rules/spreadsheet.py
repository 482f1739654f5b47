"""What a row of the spreadsheet says of a service. Plain Python only.

A place stands in no column: an address is changed on its own page, and a secret one is nowhere.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from samen.foundation.sentences import Spoken, gettext_noop
from samen.stewardship.rules.checking import phone_trouble

Facts = Mapping[str, Mapping[str, Any]]
Cells = Mapping[str, str]

NUMBER, VERSION = "number", "version"
_SEPARATOR = ";"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STRETCH = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]")
_OLDEST = 120
_DANGER = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff]*[=@|%＝＠＋－\x00-\x1f]")
_SIGN = re.compile(r"^\s*[+-]")
_DIALLED = re.compile(r"^\s*\+[0-9]")
_ORIGINAL = {"state": "original", "made_from": ""}
_IN_COLUMN = "%(name)s: %(bad)s"
_YES_OR_NO = ("yes", "partly", "no", "")


class BadCell(Spoken):
    """A cell that cannot be taken over; the words say why."""


@dataclass(frozen=True, slots=True)
class Column:
    fact: str
    part: str
    write: Callable[[Any], str]
    read: Callable[[str, Mapping[str, Any]], Any]
    about: str


# --- one value ---------------------------------------------------------------------------------


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _as_it_is(text: str, _now: Mapping[str, Any]) -> str:
    return text


def _listed(values: Any) -> str:
    return f"{_SEPARATOR} ".join(values)


def _list(text: str, _now: Mapping[str, Any]) -> list[str]:
    found = [one.strip() for one in text.split(_SEPARATOR) if one.strip()]
    return list(dict.fromkeys(found))


def _choice(*known: str) -> Callable[[str, Mapping[str, Any]], str]:
    def read(text: str, _now: Mapping[str, Any]) -> str:
        if text not in known:
            raise BadCell(
                gettext_noop("“%(text)s” is not one of: %(known)s, or empty."),
                text=text,
                known=", ".join(filter(None, known)),
            )
        return text

    return read


def _age(text: str, _now: Mapping[str, Any]) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) > _OLDEST:
        raise BadCell(gettext_noop("“%(text)s” is not an age."), text=text)
    return int(text)


def _day(text: str, _now: Mapping[str, Any]) -> str | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadCell(
            gettext_noop("“%(text)s” is not a date like 2026-12-25."), text=text
        ) from None


def _phones_written(phones: Any) -> str:
    return _listed(phone["number"] for phone in phones)


def _phones(text: str, now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Numbers that were there keep what is known of them; a new one is a voice line."""
    known = {phone["number"]: phone for phone in now["phones"]}
    numbers = _list(text, now)
    for number in numbers:
        if number not in known and phone_trouble(number, cost=""):
            raise BadCell(
                gettext_noop("The phone number “%(number)s” cannot be dialled."), number=number
            )
    new = {"kind": "voice", "cost": "", "confirmed": True, "from_abroad": False}
    return [
        {**new, **known.get(number, {}), "number": number, "position": position}
        for position, number in enumerate(numbers)
    ]


def week_written(hours: str, week: Any) -> str:
    """ "mon 09:00-12:00 13:00-17:00; tue 09:00-12:00", "always", or nothing."""
    if hours != "weekly":
        return hours
    days: dict[int, list[str]] = {}
    for day, opens, closes in sorted(week):
        days.setdefault(day, []).append(f"{opens}-{closes}")
    return f"{_SEPARATOR} ".join(f"{_DAYS[day]} {' '.join(said)}" for day, said in days.items())


def _week(text: str) -> tuple[str, list[list[Any]]]:
    if text in ("", "always"):
        return text, []
    week: list[list[Any]] = []
    for said in text.split(_SEPARATOR):
        day, *stretches = said.split() or [""]
        if day not in _DAYS or not stretches:
            raise BadCell(
                gettext_noop("“%(text)s” is not like: mon 09:00-12:00 13:00-17:00."),
                text=said.strip(),
            )
        week += [[_DAYS.index(day), *_stretch(stretch)] for stretch in stretches]
    return "weekly", week


def _stretch(text: str) -> list[str]:
    if not _STRETCH.fullmatch(text):
        raise BadCell(gettext_noop("“%(text)s” is not like 09:00-17:00."), text=text)
    opens, _, closes = text.partition("-")
    return [opens, "00:00" if closes.startswith("24:") else closes]


# --- columns -----------------------------------------------------------------------------------


def _text_column(fact: str, about: str) -> Column:
    return Column(fact, fact, _plain, _as_it_is, about)


def _answer_column(fact: str, about: str) -> Column:
    return Column(fact, fact, _plain, _choice(*_YES_OR_NO), about)


def _list_column(fact: str, part: str, about: str) -> Column:
    return Column(fact, part, _listed, _list, about)


COLUMNS: Mapping[str, Column] = {
    "name": Column("name", "name", _plain, _as_it_is, "the name, as they write it"),
    "organization": Column("name", "organization", _plain, _as_it_is, "id of the organisation"),
    "kind": Column(
        "publish", "kind", _plain, _choice("line", "service", "info", "placeholder"), "what it is"
    ),
    "publish": Column(
        "publish", "publish", _plain, _choice("ready", "review", "hidden"), "shown or hidden"
    ),
    "phones": Column("phones", "phones", _phones_written, _phones, "numbers; 0800-2000; 112"),
    "how": _list_column("how", "channels", "phone; chat; whatsapp; email; walkin; visit"),
    "website": _text_column("website", "https://…"),
    "email": _text_column("email", "a mailbox of the organisation, not of a person"),
    "chat_url": _text_column("chat_url", "https://…"),
    "speaks": _list_column("speaks", "speaks", "languages: nl; ar; ti"),
    "areas": _list_column("areas", "areas", "municipalities, or nl for the whole country"),
    "needs": _list_column("needs", "needs", "ids of needs: sit.danger_now; sup.shelter"),
    "closed_from": Column("hours", "closed_from", _plain, _day, "a date like 2026-12-25"),
    "closed_until": Column("hours", "closed_until", _plain, _day, "the last day of the closing"),
    "cost": Column(
        "cost", "cost", _plain, _choice("free", "local", "donation", "paid", ""), "what it costs"
    ),
    "referral": Column(
        "referral", "referral", _plain, _choice("needed", "not_needed", ""), "of a doctor"
    ),
    "insurance": Column(
        "insurance", "insurance", _plain, _choice("needed", "not_needed", ""), "of health"
    ),
    "interpreter": _answer_column("interpreter", "can one be called in"),
    "anonymous": _answer_column("anonymous", "without a name"),
    "without_documents": _answer_column("without_documents", "without papers"),
    "children": _answer_column("children", "may they come along"),
    "wheelchair": _answer_column("wheelchair", "can one come in"),
    "deaf": _answer_column("deaf", "for people who are deaf"),
    "minimum_age": Column("ages", "minimum_age", _plain, _age, "a number, or empty"),
    "maximum_age": Column("ages", "maximum_age", _plain, _age, "a number, or empty"),
}
HOURS = "hours"  # two parts in one cell
TEXTS = ("what.nl", "call.nl")
ALL = (NUMBER, VERSION, *COLUMNS, HOURS, *TEXTS)
EXPLANATION = (
    (NUMBER, "leave it as it is; empty for a new entry"),
    (VERSION, "leave it as it is: it tells what you have read"),
    *((name, column.about) for name, column in COLUMNS.items()),
    (HOURS, "mon 09:00-12:00 13:00-17:00; tue 09:00-12:00, or always, or empty for not known"),
    *((name, "Dutch, short sentences, no numbers or addresses") for name in TEXTS),
)


def row_of(number: int, version: int, facts: Facts) -> dict[str, str]:
    """A service as cells."""
    cells = {name: _written(name, facts) for name in ALL[2:]}
    return {NUMBER: str(number), VERSION: str(version), **cells}


def changes_in(cells: Cells, now: Facts) -> dict[str, dict[str, Any]]:
    """The facts that a row says otherwise than the map. Raises BadCell.

    A column that is not in the file is left alone; an empty cell empties.
    """
    wanted: dict[str, dict[str, Any]] = {}
    for name, text in cells.items():
        # The same words say the same: what they do not show stays as it is.
        if name not in ALL[2:] or text == _written(name, now):
            continue
        _check_harmless(name, text)
        if name in TEXTS:
            wanted[name] = {"body": text, **_ORIGINAL} if text else {}
        elif name == HOURS:
            hours, week = _in_column(name, partial(_week, text))
            said = wanted.setdefault("hours", dict(now["hours"]))
            said |= {"hours": hours, "week": week}
        else:
            column = COLUMNS[name]
            said = wanted.setdefault(column.fact, dict(now[column.fact]))
            said[column.part] = _in_column(name, partial(column.read, text, now[column.fact]))
    return wanted


def unknown_columns(names: Any) -> list[str]:
    return sorted(name for name in names if name not in ALL)


def number_of(cells: Cells, name: str) -> int | None:
    """A number of an entry or a version; None when the cell is empty. Raises BadCell."""
    text = cells.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > len("999999999"):
        raise BadCell(gettext_noop("%(name)s: “%(text)s” is not a number."), name=name, text=text)
    return int(text)


def _written(name: str, now: Facts) -> str:
    if name in TEXTS:
        return str(now.get(name, {}).get("body", ""))
    if name == HOURS:
        return week_written(now["hours"]["hours"], now["hours"]["week"])
    column = COLUMNS[name]
    return column.write(now[column.fact][column.part])


def _in_column(name: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except BadCell as bad:
        raise BadCell(_IN_COLUMN, name=name, bad=bad) from None


def _check_harmless(name: str, text: str) -> None:
    """A text that a spreadsheet would run is refused, so that nobody is handed it later."""
    runs = _DANGER.match(text) or (_SIGN.match(text) and not _DIALLED.match(text))
    if text and runs:
        raise BadCell(
            gettext_noop("%(name)s: it begins like a formula. Begin with a letter or a number."),
            name=name,
        )
