"""What a machine can see of an entry that is not right. Plain Python only.

Each finding is a kind, what it is about, and a code: never words of the entry, so that a finding
can be kept while what it was about is forgotten.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

Facts = Mapping[str, Mapping[str, Any]]
About = tuple[str, str]  # kind, what it is about

_COUNTRY = "NL"
_REMARKS = re.compile(r"\([^)]*\)")

# --- phones ------------------------------------------------------------------------------------


def phone_trouble(number: str, *, cost: str) -> str:
    """A code for what is wrong with a number, "" for nothing."""
    printed = _REMARKS.sub("", number).strip()
    try:
        read = phonenumbers.parse(printed, _COUNTRY)
    except phonenumbers.NumberParseException:
        return "not-a-number"
    short = phonenumbers.is_possible_short_number_for_region(read, _COUNTRY)
    if not (phonenumbers.is_valid_number(read) or (short and not printed.startswith("+"))):
        return "not-a-number"
    paid = phonenumbers.number_type(read) in (
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
    )
    return "not-free" if paid and cost == "free" else ""


# --- words -------------------------------------------------------------------------------------

HARDEST = 45  # Flesch-Douma; newspapers have about 60, letters of an office about 40
LONGEST = 20  # words in a sentence
_FEWEST = 10  # words; of fewer nobody can say how hard they are
_SENTENCES = re.compile(r"[.!?:;]+(?:\s+|$)|\n+")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SYLLABLES = re.compile(r"[aeiouyáàâäéèêëíìîïóòôöúùûü]+", re.IGNORECASE)


def reading_ease(body: str) -> float | None:
    """Flesch-Douma: the higher, the easier. None for a text too short to tell."""
    words = _WORDS.findall(body)
    sentences = [s for s in _SENTENCES.split(body) if _WORDS.search(s)]
    if len(words) < _FEWEST:
        return None
    syllables = sum(max(1, len(_SYLLABLES.findall(word))) for word in words)
    return 206.84 - 77 * syllables / len(words) - 0.93 * len(words) / len(sentences)


def words_trouble(body: str) -> str:
    """A hint that a Dutch text is harder than B1; "" when it is not."""
    longest = max((len(_WORDS.findall(s)) for s in _SENTENCES.split(body)), default=0)
    if longest > LONGEST:
        return f"long-sentence {longest}"
    ease = reading_ease(body)
    return "hard-words" if ease is not None and ease < HARDEST else ""


# --- links -------------------------------------------------------------------------------------

OK_AGAIN = timedelta(days=7)
BROKEN_AGAIN = timedelta(days=1)
# A site may be down for a night. These do not mend by themselves.
_AT_ONCE = frozenset(
    {"not-https", "bad-address", "not-public", "elsewhere", "status-404", "status-410"}
)
_ENOUGH = 2  # times in a row
# They are there, and speak to no machine.
_CLOSED_TO_MACHINES = frozenset({401, 403, 405, 406, 429, 999})
_FIRST_FAULT = 400


def status_trouble(status: int) -> str:
    fault = status >= _FIRST_FAULT and status not in _CLOSED_TO_MACHINES
    return f"status-{status}" if fault else ""


def is_same_site(host: str, other: str) -> bool:
    """With or without www: the site is where it says."""
    return host.removeprefix("www.") == other.removeprefix("www.")


def is_broken(trouble: str, failures: int) -> bool:
    code = trouble.partition(" ")[0]
    return bool(code) and (code in _AT_ONCE or failures >= _ENOUGH)


def next_look(trouble: str, at: datetime) -> datetime:
    return at + (BROKEN_AGAIN if trouble else OK_AGAIN)


# --- one entry ---------------------------------------------------------------------------------

_LONG_CLOSED = timedelta(days=30)
_LINKS = ("website", "chat_url")


def findings_in(facts: Facts, *, broken: Mapping[str, str], today: date) -> dict[About, str]:
    """What is wrong with a published service. `broken` says what is wrong with which address."""
    return dict(
        (
            *_in_phones(facts),
            *_missing(facts),
            *_in_hours(facts["hours"], today),
            *_in_words(facts),
            *_in_links(facts, broken),
        )
    )


def _in_phones(facts: Facts) -> Iterator[tuple[About, str]]:
    for position, phone in enumerate(facts["phones"]["phones"]):
        if code := phone_trouble(phone["number"], cost=phone["cost"]):
            yield ("phone", f"phones.{position}"), code


def _missing(facts: Facts) -> Iterator[tuple[About, str]]:
    reached = any(phone["confirmed"] for phone in facts["phones"]["phones"])
    reached = reached or any(facts[fact][fact] for fact in ("website", "email", "chat_url"))
    comes = {"walkin", "visit"} & {*facts["how"]["channels"]}
    there = {
        "reach": reached,
        "areas": facts["areas"]["areas"],
        "needs": facts["needs"]["needs"],
        "speaks": facts["speaks"]["speaks"],
        "hours": facts["hours"]["hours"],
        "location": facts["location"]["locations"] or not comes,
        "what.en": facts.get("what.en"),
    }
    for about in (about for about, is_there in there.items() if not is_there):
        yield ("missing", about), "missing"


def _in_hours(hours: Mapping[str, Any], today: date) -> Iterator[tuple[About, str]]:
    closed_from, closed_until = (_day(hours[part]) for part in ("closed_from", "closed_until"))
    dates = [day for day in (_day(row[0]) for row in hours["exceptions"]) if day]
    if closed_until and closed_until < today:
        yield ("hours", "closed"), "closing-over"
    elif closed_from and not closed_until and closed_from < today - _LONG_CLOSED:
        yield ("hours", "closed"), "closed-long"
    if dates and max(dates) < today:
        yield ("hours", "exceptions"), "exceptions-over"


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _in_words(facts: Facts) -> Iterator[tuple[About, str]]:
    for fact, value in facts.items():
        code = words_trouble(value["body"]) if fact.endswith(".nl") and value else ""
        if code:
            yield ("words", fact), code


def _in_links(facts: Facts, broken: Mapping[str, str]) -> Iterator[tuple[About, str]]:
    for fact in _LINKS:
        if code := broken.get(facts[fact][fact], ""):
            yield ("link", fact), code
