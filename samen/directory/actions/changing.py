"""A person changes the map. What she changed, no import touches again (see facts.py)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from samen.audit import actions as audit
from samen.directory.actions import journal
from samen.directory.actions.facts import write_facts
from samen.directory.actions.fields import refuse
from samen.directory.actions.owning import take_charge
from samen.directory.actions.remembering import (
    Row,
    facts_at,
    is_hidden_place,
    purge_fact,
    remember_service,
    remember_what_was,
    traces_of,
)
from samen.directory.actions.sound import check_known, check_silent, check_sound
from samen.directory.actions.tables import (
    FACTS,
    Ids,
    all_facts,
    empty_fact,
    ids_named,
    service_in_tables,
)
from samen.directory.models import History, Service
from samen.directory.rules import value_hash
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop

Facts = Mapping[str, Mapping[str, Any]]

# Below it lie the numbers of the content files, which are given by hand.
_LAST_OF_THE_FILES = 10_000
_LONGEST_WHY = 200


class Conflict(Exception):
    """Somebody else changed the same facts since they were read."""

    def __init__(self, fields: Collection[str], *, version: int, now: Facts) -> None:
        super().__init__(f"Changed meanwhile: {', '.join(sorted(fields))}.")
        self.fields = tuple(sorted(fields))
        self.version = version  # as it is now
        self.now = now


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change; without facts nothing was to be changed."""

    id: UUID
    version: int
    facts: tuple[str, ...] = ()
    redacted: bool = False  # a place became confidential: whoever holds it must forget it


@transaction.atomic
def change_service(  # noqa: PLR0913 what, to what, since when, why, who and when
    *,
    service_id: UUID,
    changes: Facts,
    version: int,
    why: str,
    by: Actor,
    at: datetime,
    verb: str = "changed",
) -> Changed:
    """Write the facts in `changes` that differ. `version` is the one they were read at.

    Facts that others changed meanwhile stay theirs; when they are the same ones, nothing is
    written. Raises Conflict, Refused, Service.DoesNotExist.
    """
    check_known(changes)
    service = service_in_tables(service_id, to_change=True)
    now = all_facts(service)
    wanted = {fact: value for fact, value in changes.items() if _differs(now, fact, value)}
    if not wanted:
        return Changed(service.id, service.version)
    _check_no_conflict(service, now, wanted, version)
    after = {fact: value for fact, value in {**now, **wanted}.items() if value}
    known = ids_named([after])
    check_sound(after, known)
    check_silent(after, traces_of(now))
    if service.freshness == Service.Freshness.HIDDEN and "publish" in wanted:
        refuse(
            gettext_noop(
                "It was hidden because nobody confirmed it. Confirm it, and it is shown again."
            )
        )
    remember_what_was(History.Kind.SERVICE, service.id, service.version, now, at)
    _write(service, wanted, known, at)
    if "phones" in wanted:
        # What visitors said of the number before, they said of another one.
        Service.objects.filter(pk=service.pk).update(number_doubted_on=None)
    row = Row(by.id, at, why[:_LONGEST_WHY], wanted)
    redacted = "location" in wanted and is_hidden_place(after)
    left = remember_service(service_in_tables(service.id), row)
    leave_a_line("service", service.id, "redacted" if redacted else verb, by=by, at=at)
    return Changed(service.id, left, tuple(sorted(wanted)), redacted)


def restore_service(
    *, service_id: UUID, to: int, version: int, why: str, by: Actor, at: datetime
) -> Changed:
    """Say again what a version said, as a new change. What no version knows any more stays gone.

    Raises History.DoesNotExist, Conflict, Refused.
    """
    then = facts_to_restore(service_id=service_id, to=to)
    return change_service(
        service_id=service_id, changes=then, version=version, why=why, by=by, at=at
    )


def facts_to_restore(*, service_id: UUID, to: int) -> Facts:
    """What a version said. Raises History.DoesNotExist."""
    facts: Facts = History.objects.get(
        kind=History.Kind.SERVICE, record=service_id, version=to
    ).facts
    return facts


@transaction.atomic
def create_service(*, key: str, facts: Facts, why: str, by: Actor, at: datetime) -> Changed:
    """A new service, with the next free number. Facts that are not said are empty.

    The same key twice is the same press twice: the service that is there already is the answer.
    Raises Refused.
    """
    there = Service.objects.filter(key=key).first()
    if there:
        return Changed(there.id, there.version)
    check_known(facts)
    whole = {fact: empty_fact(parts) for fact, parts in FACTS.items()} | dict(facts)
    known = ids_named([whole])
    check_sound(whole, known)
    service = _numbered(key, whole, known)
    _write(service, whole, known, at)
    written = service_in_tables(service.id)
    take_charge(written, at)
    left = remember_service(written, Row(by.id, at, why[:_LONGEST_WHY], facts))
    leave_a_line("service", service.id, "created", by=by, at=at)
    return Changed(service.id, left, tuple(sorted(facts)))


@transaction.atomic
def withhold_fact(*, service_id: UUID, fact: str, why: str, by: Actor, at: datetime) -> Changed:
    """Empty a fact that must not be known, and take it out of every version there was."""
    service = service_in_tables(service_id, to_change=True)
    now = all_facts(service)
    if fact in ("name", "publish") or not any(_is_of(name, fact) for name in now):
        refuse(gettext_noop("This fact cannot be withheld: %(fact)s."), fact=fact)
    empty = {
        name: {} if "." in name else empty_fact(FACTS[name]) for name in now if _is_of(name, fact)
    }
    done = change_service(
        service_id=service_id,
        changes=empty,
        version=service.version,
        why=why,
        by=by,
        at=at,
        verb="redacted",
    )
    purge_fact(History.Kind.SERVICE, service_id, fact)
    if not done.facts:
        # It was empty already, and yet what it said before has left the history.
        leave_a_line("service", service_id, "redacted", by=by, at=at)
    return Changed(done.id, done.version, done.facts, redacted=True)


def service_facts(service_id: UUID) -> tuple[int, dict[str, dict[str, Any]]]:
    """The version of a service and all it says. Raises Service.DoesNotExist."""
    service = service_in_tables(service_id)
    return service.version, all_facts(service)


def leave_a_line(kind: str, record: UUID, verb: str, *, by: Actor, at: datetime) -> None:
    """One line in the journal and one in the logbook, the last thing of a transaction."""
    journal.note(kind=kind, record=record, verb=verb, at=at)
    audit.record(verb=f"{kind} {verb}", kind=kind, record_id=record, by=by, at=at)


def _is_of(name: str, fact: str) -> bool:
    return name == fact or name.partition(".")[0] == fact


def _differs(now: Facts, fact: str, value: Mapping[str, Any]) -> bool:
    return value_hash(now.get(fact, {})) != value_hash(value)


def _check_no_conflict(service: Service, now: Facts, wanted: Facts, version: int) -> None:
    if version == service.version:
        return
    read = facts_at(History.Kind.SERVICE, service.id, version)
    # Without that version nobody can tell what was read, and every fact may be another's.
    others = [f for f in wanted if read is None or _differs(read, f, now.get(f, {}))]
    if others:
        raise Conflict(others, version=service.version, now=now)


def _write(service: Service, wanted: Facts, known: Ids, at: datetime) -> None:
    try:
        with transaction.atomic():
            write_facts(service, wanted, known, at)
    except IntegrityError:
        refuse(gettext_noop("These facts cannot be true together."))


def _numbered(key: str, whole: Facts, known: Ids) -> Service:
    try:
        with transaction.atomic():
            return Service.objects.create(
                key=key,
                number=next_number(),
                organization_id=known.organizations[whole["name"]["organization"]],
                kind=whole["publish"]["kind"],
            )
    except IntegrityError:
        refuse(gettext_noop("Somebody else made a new one at the same moment. Try again."))


def next_number() -> int:
    highest = Service.objects.aggregate(highest=Max("number"))["highest"] or 0
    return int(max(highest, _LAST_OF_THE_FILES)) + 1
