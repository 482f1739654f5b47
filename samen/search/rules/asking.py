"""What may be asked of the map, and why an answer stands where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

# km, when nobody says how far is too far: from the east of Gelderland to Arnhem and back by bus.
WITHIN = 40

# Asked for beside the channels, because it is a question of hours.
DAY_AND_NIGHT = "day-and-night"


class Place(Protocol):
    """The centre of a town, and the municipality that keeps the map there ("" for none)."""

    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...
    @property
    def municipality_slug(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    need: str | None = None  # need key
    words: tuple[str, ...] = ()  # that have to be in the texts: one of them, or every one
    every_word: bool = False
    place: Place | None = None
    within: int | None = None  # km
    speaks: str | None = None  # language tag
    open_now: bool = False
    groups: frozenset[str] = frozenset()  # need keys of groups
    no_papers: bool = False
    free: bool = False
    channels: frozenset[str] = frozenset()
    at: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """What the need that was chosen means for the services: need keys, the best first."""

    keys: tuple[str, ...]  # itself, or for a window the situations that ask about it
    support: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    urgent: bool = False  # what saves a life comes first


class Reason(StrEnum):
    """Why a service is on the list, and what has to be asked there. In order of saying."""

    EMERGENCY = "emergency"  # somebody comes at once
    FIRST_STEP = "first_step"  # the programme suggests it first for what was chosen
    FITS = "fits"  # helps with what was chosen
    KIND_OF_HELP = "kind_of_help"  # gives a kind of help that was chosen
    HAS_WORDS = "has_words"  # says what was asked for in words
    NEAR = "near"  # in the municipality, or within the distance
    AROUND = "around"  # its municipality lies within the distance
    EVERYWHERE = "everywhere"  # for the whole country
    SPEAKS = "speaks"
    INTERPRETER = "interpreter"
    OPEN_NOW = "open_now"
    URGENT_ONLY = "urgent_only"  # closed, but somebody answers for what cannot wait
    FOR_YOU = "for_you"  # especially for a group that was named
    NO_PAPERS = "no_papers"
    FREE = "free"
    REACHABLE = "reachable"  # in a way that was asked for
    CONFIRMED = "confirmed"  # a person confirmed the entry
    NOT_CONFIRMED = "not_confirmed"
    ASK_PLACE = "ask_place"
    ASK_LANGUAGES = "ask_languages"
    ASK_HOURS = "ask_hours"
    ASK_PAPERS = "ask_papers"
    ASK_COST = "ask_cost"
    ASK_CHANNEL = "ask_channel"
    ASK_GROUP = "ask_group"  # for a group only, and nobody said whether she belongs to it


REASONS = tuple(Reason)
BIT = {reason: 1 << position for position, reason in enumerate(REASONS)}

# Groups that one person does not belong to at once. Whoever said one is not meant by the other.
APART = (
    frozenset({"grp.women", "grp.men"}),
    frozenset({"grp.minor", "grp.young_adult", "grp.older"}),
    frozenset({"grp.status_holder", "grp.undocumented"}),
)
# Groups to which a visitor belongs only when she says so.
NEVER_ASSUMED = frozenset({"grp.professional", "grp.mediator"})
_PROFESSIONAL_NEED = "sit.professional_case"
PROFESSIONAL = "grp.professional"

# Years of age, both ends included.
AGES = {"grp.minor": (0, 17), "grp.young_adult": (18, 27), "grp.older": (55, 150)}

# Channels through which one reaches help from anywhere.
REMOTE = frozenset({"phone", "chat", "whatsapp", "email"})
# Who asks for a chat is helped by a messenger too.
_ALSO = {"chat": frozenset({"chat", "whatsapp"})}

# A name for several languages, and the languages it stands for.
_WIDER = {"kmr": "ku", "ckb": "ku", "bs": "sh", "hr": "sh", "sr": "sh"}


def groups_said(question: Question) -> frozenset[str]:
    """The groups a visitor belongs to, by her own word or by what she chose."""
    if question.need == _PROFESSIONAL_NEED:
        return question.groups | {PROFESSIONAL}
    return question.groups


def is_outside(only: frozenset[str], said: frozenset[str]) -> bool:
    """Whether a service for these groups only is surely not for somebody who said those."""
    if not only or only & said:
        return False
    return all(_is_contradicted(group, said) for group in only)


def _is_contradicted(group: str, said: frozenset[str]) -> bool:
    return group in NEVER_ASSUMED or any(group in apart and apart & said for apart in APART)


def age_said(said: frozenset[str]) -> tuple[int, int] | None:
    """The ages somebody may have who said these groups; None when she said no age."""
    ages = [AGES[group] for group in said if group in AGES]
    return (min(low for low, _ in ages), max(high for _, high in ages)) if ages else None


def ways(channels: frozenset[str]) -> frozenset[str]:
    """The channels that answer a wish for these; being there day and night is no channel."""
    wanted = channels - {DAY_AND_NIGHT}
    return wanted.union(*(_ALSO.get(channel, ()) for channel in wanted))


def is_kin(listed: str, tag: str) -> bool:
    """Whether a service that lists `listed` can talk with somebody who asks for `tag`.

    Dari is understood by whoever asks for Persian. "Kurdish" may be either of its two tongues,
    but one of the two is not the other.
    """
    one, other = listed.partition("-")[0], tag.partition("-")[0]
    return one == other or _WIDER.get(one) == other or _WIDER.get(other) == one
