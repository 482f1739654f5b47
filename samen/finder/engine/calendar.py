"""When a service is not open as usual, as a calendar that can be followed (iCalendar).

Read aloud: a day with other hours, a day closed, a closure for some time. No name, no address and
no phone stands in it, only the number of the entry: what is in a calendar lies open on a phone.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from samen.directory.queries import Exceptional, Hours
from samen.foundation.clock import AMSTERDAM

_SPACE = UUID("5b0f6a6e-8f0a-5d0c-9a55-0d3f6f4f7c13")
_DAY = timedelta(days=1)
# A closure of which nobody knows the end is shown so far.
_OPEN_END = timedelta(days=365)


def calendar(
    *,
    number: int,
    hours: Hours,
    closed: str,
    closed_for_long: str,
    address: str,
    at: datetime,
) -> bytes:
    book = Calendar()
    book.add("prodid", "-//Samen//map of help//NL")
    book.add("version", "2.0")
    book.add("x-wr-calname", f"Samen {number}")
    book.add("x-published-ttl", "PT12H")
    for exception in hours.exceptions:
        book.add_component(_exception(number, exception, closed, address, at))
    if hours.closed_from or hours.closed_until:
        book.add_component(_closure(number, hours, closed_for_long, address, at))
    return bytes(book.to_ical())


def _exception(number: int, said: Exceptional, closed: str, address: str, at: datetime) -> Event:
    if said.opens is None or said.closes is None:
        return _whole_days(number, said.date, said.date, closed, address, at)
    begins = datetime.combine(said.date, said.opens, AMSTERDAM)
    ends = datetime.combine(said.date, said.closes, AMSTERDAM)
    words = f"{said.opens:%H:%M}–{said.closes:%H:%M}"
    event = _event(number, f"{begins} {ends}", words, address, at)
    event.add("dtstart", begins)
    event.add("dtend", ends if ends > begins else ends + _DAY)
    return event


def _closure(number: int, hours: Hours, closed: str, address: str, at: datetime) -> Event:
    first = hours.closed_from or at.astimezone(AMSTERDAM).date()
    last = hours.closed_until or first + _OPEN_END
    return _whole_days(number, min(first, last), last, closed, address, at)


def _whole_days(
    number: int, first: date, last: date, words: str, address: str, at: datetime
) -> Event:
    event = _event(number, f"{first} {last}", words, address, at)
    event.add("dtstart", first)
    event.add("dtend", last + _DAY)
    event.add("transp", "TRANSPARENT")
    return event


def _event(number: int, what: str, words: str, address: str, at: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid5(_SPACE, f"{number} {what}")))
    event.add("dtstamp", at)
    event.add("summary", f"Samen {number}: {words}")
    event.add("url", address)
    return event
