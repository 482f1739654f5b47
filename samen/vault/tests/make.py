"""Colleagues with an open vault, and records. Say only what the test is about."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

from samen.foundation.actor import Actor, ActorKind
from samen.vault import actions, queries
from samen.vault.engine.keyring import Keyring

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
WORDS = actions.Words(b"Amina woont bij haar zus")
NOTE = actions.Words("أمينة تريد أن تتصل".encode())


@dataclass
class Colleague:
    id: UUID
    half: bytes
    keyring: Keyring
    session: UUID
    cookie: str

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.COLLEAGUE, self.id)

    def opens(self) -> dict[str, Any]:
        return {"keyring": self.keyring, "by": self.actor, "at": AT}


def colleague(member: UUID | None = None, half: bytes | None = None) -> Colleague:
    """Somebody who signed in, second factor and all."""
    member, half = member or uuid4(), half or uuid4().bytes + uuid4().bytes
    by = Actor(ActorKind.COLLEAGUE, member)
    return opened(half, actions.unlock(password_half=half, by=by, at=AT), by)


def opened(half: bytes, halfway: actions.HalfOpen, by: Actor, at: datetime = AT) -> Colleague:
    actions.begin_session(session=halfway.session, by=by, at=at)
    keyring = actions.open_session(session=halfway.session, half=halfway.half, by=by, at=at)
    return Colleague(by.id, half, keyring, halfway.session, halfway.half)


def team(size: int) -> list[Colleague]:
    """Colleagues who all confirmed each other's six words."""
    people = [colleague() for _ in range(size)]
    for one, other in permutations(people, 2):
        confirm(one, other)
    return people


def confirm(one: Colleague, other: Colleague) -> None:
    words = " ".join(queries.six_words(other.id) or ())
    actions.confirm_colleague(**one.opens(), member=other.id, words=words)


def record(
    one: Colleague,
    *others: Colleague,
    words: bytes = WORDS,
    kind: str = "case",
    compartment: str = "social",
    owner: UUID | None = None,
    **parts: bytes,
) -> UUID:
    return actions.create_record(
        keyring=one.keyring,
        kind=kind,
        compartment=compartment,
        parts={name: actions.Words(part) for name, part in {"page": words, **parts}.items()},
        members=[other.id for other in others],
        owner=owner,
        by=one.actor,
        at=AT,
    )


def circle(owner: UUID, founder: Colleague, *others: Colleague, join: bool = True) -> UUID:
    """The circle of an organisation, in which everybody has joined."""
    made = actions.found_circle(
        **founder.opens(), owner=owner, name="Samen", members=[other.id for other in others]
    )
    for other in others if join else ():
        actions.join_circle(**other.opens(), circle_id=made)
    return made


def read(one: Colleague, record_id: UUID, name: str = "page") -> actions.Words:
    pages = actions.open_record(keyring=one.keyring, record_id=record_id, by=one.actor, at=AT)
    return pages[name].words


def can_read(one: Colleague, record_id: UUID) -> bool:
    try:
        read(one, record_id)
    except actions.VaultRefuses:
        return False
    return True


def keeping_spares(circle_id: UUID, one: Colleague, other: Colleague) -> None:
    """Two of a circle switch on that it keeps spare keys."""
    ask = actions.ask_to_keep_spares(**one.opens(), circle_id=circle_id, reason="We want it.")
    actions.agree_to_ask(**other.opens(), ask_id=ask, tell=set[UUID]().update)
    actions.carry_out(**one.opens(), ask_id=ask)
