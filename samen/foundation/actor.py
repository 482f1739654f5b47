"""Who acts. Every action takes one, and the logbook keeps its kind and its random id."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4, uuid5

_JOBS = UUID("5a3e6f0c-7d0b-4c56-9d51-0f5b7a5d4e10")


class ActorKind(StrEnum):
    COLLEAGUE = "colleague"
    LINK = "link"  # somebody holding a one-time link, without an account
    RECEIPT = "receipt"  # a visitor who holds the code of her own question
    PARTNER = "partner"  # another organisation's system
    JOB = "job"  # a command or a periodic task
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    id: UUID


def job(name: str) -> Actor:
    """The same job has the same id every time, so that its lines can be found again."""
    return Actor(ActorKind.JOB, uuid5(_JOBS, name))


def visitor() -> Actor:
    """A new id at every call: two acts of one visitor can never be joined."""
    return Actor(ActorKind.VISITOR, uuid4())
