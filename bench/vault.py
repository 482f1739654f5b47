"""What secrecy costs: signing in, opening, lists, searching, giving and taking keys, a large file.

Through the verbs that every room calls, so with the line in the logbook, the salt on the disk and
the transaction that each of them has. Beside each stands what the prototype of the design took.
"""

# Django wants its settings before its models are imported.

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, permutations
from typing import Any
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import transaction

from bench import house
from samen.audit import actions as audit
from samen.foundation.actor import Actor, ActorKind, job
from samen.people.engine import passwords
from samen.vault import actions, queries
from samen.vault.rules import LARGEST_FILE, MOST_AT_ONCE

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
RECORDS, QUICK = 10_000, 500
PAGE, CARD = os.urandom(4000).hex().encode(), b'{"name": "...", "since": "2026-11-25"}'
A_PAGE, A_SLICE = 50, 200
# reference: the prototype of the design, milliseconds, on a machine of the same kind
PROTOTYPE = {
    "sign in": 244.0,
    "open one of 8 KB": 4.0,
    "a list of 50": 1.9,
    "scan all": 616.0,
    "give all to a colleague": 6500.0,
    "first use of all by her": 5400.0,
    "remove a colleague from all": 5300.0,
    "a file of 20 MB, in": 28.0,
}


class Colleague:
    def __init__(self) -> None:
        self.id, self.half = uuid4(), os.urandom(32)
        self.by = Actor(ActorKind.COLLEAGUE, self.id)
        self.sign_in()

    def sign_in(self) -> None:
        halves = actions.unlock(password_half=self.half, by=self.by, at=AT)
        actions.begin_session(session=halves.session, by=self.by, at=AT)
        self.keyring = actions.open_session(
            session=halves.session, half=halves.half, by=self.by, at=AT
        )

    @property
    def who(self) -> dict[str, Any]:
        return {"keyring": self.keyring, "by": self.by, "at": AT}

    def create(self) -> UUID:
        parts = {"page": actions.Words(PAGE), "card": actions.Words(CARD)}
        return actions.create_record(**self.who, kind="case", compartment="social", parts=parts)


def measure(*, quick: bool = False) -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    size = QUICK if quick else RECORDS
    sara, mo = team()
    began = time.perf_counter()
    ids = [sara.create() for _ in range(size)]
    found = {"create one of 8 KB": (time.perf_counter() - began) * 1000 / size}
    found |= singly(sara, ids)
    found |= together(sara, mo, ids)
    found |= large_file(sara, ids[0])
    return house.now() | {
        "records": size,
        "milliseconds": {what: round(took, 2) for what, took in found.items()},
        "prototype": PROTOTYPE,
    }


def team() -> tuple[Colleague, Colleague]:
    both = Colleague(), Colleague()
    for one, other in permutations(both, 2):
        words = " ".join(queries.six_words(other.id) or ())
        actions.confirm_colleague(**one.who, member=other.id, words=words)
    return both


def singly(sara: Colleague, ids: Sequence[UUID]) -> dict[str, float]:
    def signed_in() -> None:
        passwords.split("bagu-dimo-feru-nape-zolu", salt=b"0123456789abcdef")
        sara.sign_in()

    def line() -> None:
        with transaction.atomic():
            audit.record(verb="measured", kind="bench", by=job("bench"), at=AT)

    at = cycle(ids)

    def opened() -> None:
        actions.open_record(**sara.who, record_id=next(at))

    card = {**sara.who, "name": "card"}
    return {
        "sign in": middle(signed_in, 10),
        "open one of 8 KB": middle(opened, 100),
        "a list of 50": middle(lambda: actions.open_many(**card, record_ids=ids[:A_PAGE]), 20),
        "scan all": middle(lambda: actions.open_many(**card, record_ids=ids), 3),
        "a line in the logbook": middle(line, 100),
    }


def together(sara: Colleague, mo: Colleague, ids: Sequence[UUID]) -> dict[str, float]:
    slices = [ids[at : at + MOST_AT_ONCE] for at in range(0, len(ids), MOST_AT_ONCE)]

    def given() -> None:
        for some in slices:
            actions.give_access(**sara.who, record_ids=some, member=mo.id)

    def ended() -> None:
        for some in slices:
            actions.end_access(**sara.who, record_ids=some, member=mo.id)

    def renewed() -> None:
        while actions.reencrypt(**sara.who, limit=A_SLICE).left:
            pass

    found = {"give all to a colleague": middle(given, 1)}
    found["first use of all by her"] = middle(
        lambda: actions.open_many(**mo.who, record_ids=ids, name="card"), 1
    )
    found["end her access to all"] = middle(ended, 1)
    found["remove a colleague from all"] = middle(renewed, 1)
    return found


def large_file(sara: Colleague, record: UUID) -> dict[str, float]:
    pieces = [b"%PDF-" + bytes(64 * 1024 - 5)] * (LARGEST_FILE // 64 // 1024)
    kept: list[UUID] = []

    def put_in() -> None:
        said = {**sara.who, "record_id": record, "name": "x", "chunks": pieces}
        kept.append(actions.add_file(**said))

    def taken_out() -> None:
        for _piece in actions.open_file(**sara.who, record_id=record, file_id=kept[0]).chunks:
            pass

    return {"a file of 20 MB, in": middle(put_in, 3), "a file of 20 MB, out": middle(taken_out, 3)}


def middle(act: Callable[[], Any], rounds: int) -> float:
    """Milliseconds, the median of so many."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def as_text(found: dict[str, Any]) -> Iterator[str]:
    """The chapter of docs/benchmarks.md about the vault."""
    yield "## What secrecy costs"
    yield ""
    yield f"{found['records']:,} records of 8 KB on SQLite, each with its line in the logbook and"
    yield "its checks. Beside it the prototype of the design at 10,000 records. It did less: no"
    yield "salts on the disk, no hash of each state in the logbook, none compared at each reading,"
    yield "lines for one reading only. Its 20 MB were encrypted in memory; here they are written,"
    yield "synced, and on the way out read twice: no byte leaves before all were checked."
    yield f"The load of the machine, this included, was {found['load']} on {found['cores']} cores."
    yield ""
    yield "| what | milliseconds | prototype |"
    yield "|---|---|---|"
    for what, took in found["milliseconds"].items():
        before = found["prototype"].get(what)
        yield f"| {what} | {took:,.1f} | {f'{before:,.1f}' if before else ''} |"
    yield ""
