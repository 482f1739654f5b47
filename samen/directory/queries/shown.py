"""A service as a page shows it: plain values, no table behind them, safe to keep and to print."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from samen.directory.rules import Hours


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the best language there is for the reader."""

    body: str
    language: str  # what it is really written in
    draft: bool  # translated by machine, approved by nobody yet
    out_of_date: bool  # the original says something else by now


@dataclass(frozen=True, slots=True)
class PhoneShown:
    number: str  # as printed
    kind: str  # voice, whatsapp
    cost: str  # free, local, paid, "" unknown
    from_abroad: bool


@dataclass(frozen=True, slots=True)
class AreaShown:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class AddressShown:
    """Where to go. A confidential place never has one."""

    name: str
    street: str
    town: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Listing:
    id: UUID
    number: int
    key: str
    name: str
    names: Mapping[str, str]  # in another language, where it has one
    organization_name: str
    kind: str  # line, service, info
    publish: str  # ready, review; what nobody confirmed for too long is for review again
    verified: str  # person, seed, page
    freshness: str  # fresh, due, overdue
    emergency: bool

    what: Words | None
    call: Words | None
    hours_note: Words | None
    cost_note: Words | None

    phones: tuple[PhoneShown, ...]  # confirmed ones only
    website: str
    email: str
    chat_url: str
    channels: tuple[str, ...]  # phone, chat, whatsapp, email, walkin, visit

    hours: Hours
    languages: tuple[str, ...]  # tags
    # yes, partly, no, "" unknown:
    interpreter: str
    anonymous: str
    without_documents: str
    children: str
    wheelchair: str
    deaf: str
    # needed, not_needed, "" unknown:
    referral: str
    insurance: str
    cost: str  # free, local, donation, paid, "" unknown

    minimum_age: int | None
    maximum_age: int | None
    groups: tuple[str, ...]  # need keys: who is especially welcome
    only: tuple[str, ...]  # need keys: nobody else is

    national: bool
    areas: tuple[AreaShown, ...]
    address: AddressShown | None
    confidential: bool  # there is a place, and nobody may know where
    documents: tuple[str, ...]

    checked_on: date | None
    assured_on: date | None
    assurer: str  # organization, steward
    number_doubted: bool  # people say again and again that the number is wrong
    source_year: int | None
    needs: tuple[str, ...]  # need keys
