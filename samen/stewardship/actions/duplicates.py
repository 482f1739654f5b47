"""Two entries for one help: found by the worker, made one by a person, and two again if need be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.audit import actions as audit
from samen.directory import actions as directory
from samen.directory.actions import Refused
from samen.directory.models import Service
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.stewardship.actions.editing import Edited, edit_service
from samen.stewardship.actions.keeping import is_withdrawn
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.models import Candidate, Merge
from samen.stewardship.queries.duplicates import entries
from samen.stewardship.rules.duplicates import chosen, pairs


@dataclass(frozen=True, slots=True)
class Merged:
    merge: Merge
    edited: Edited  # what became of the facts that were chosen from the other


@transaction.atomic
def find_duplicates(*, by: Actor, at: datetime) -> int:
    """Bring the list of candidates in line with the map. What a person dismissed stays so."""
    found = {(pair.first, pair.second): pair for pair in pairs(entries())}
    there = {(row.first_id, row.second_id): row for row in Candidate.objects.all()}
    gone = [row.id for pair, row in there.items() if pair not in found and not row.dismissed_by]
    new = [
        Candidate(
            first_id=pair.first,
            second_id=pair.second,
            score=pair.score,
            reasons=list(pair.reasons),
            found_at=at,
        )
        for key, pair in found.items()
        if key not in there
    ]
    other = []
    for key, pair in found.items():
        row = there.get(key)
        if row and (row.score, row.reasons) != (pair.score, list(pair.reasons)):
            row.score, row.reasons = pair.score, list(pair.reasons)
            other.append(row)
    Candidate.objects.filter(id__in=gone).delete()
    Candidate.objects.bulk_create(new, batch_size=500)
    Candidate.objects.bulk_update(other, ["score", "reasons"], batch_size=500)
    moved = [*gone, *(row.id for row in (*new, *other))]
    if moved:
        audit.record(verb="duplicates found", kind="candidate", objects=moved, by=by, at=at)
    return len(moved)


@transaction.atomic
def dismiss_candidate(*, candidate_id: UUID, by: Actor, at: datetime) -> None:
    """They are two. Raises Candidate.DoesNotExist."""
    candidate = Candidate.objects.select_for_update().get(pk=candidate_id)
    if candidate.dismissed_by:
        return
    Candidate.objects.filter(pk=candidate_id).update(dismissed_by=by.id, dismissed_at=at)
    audit.record(verb="candidate dismissed", kind="candidate", record_id=candidate_id, by=by, at=at)


@transaction.atomic
def merge_services(  # noqa: PLR0913 which two, as seen when, what of which, why, who and when
    *,
    kept_id: UUID,
    gone_id: UUID,
    versions: tuple[int, int],
    choices: Mapping[str, str],
    why: str,
    by: Actor,
    at: datetime,
) -> Merged:
    """One stays, with the facts chosen from the other; the number of the other answers with it.

    `versions` are those of the one that stays and of the other, as they were read. A phone number
    or an address taken over waits for a second person, as in any edit.
    Raises Refused, Conflict, AlreadyDecided, Service.DoesNotExist.
    """
    if is_withdrawn(kept_id) or is_withdrawn(gone_id):
        raise Refused(
            gettext_noop("One of the two was withdrawn. Somebody decides about its return first.")
        )
    if Merge.objects.filter(gone=gone_id, undone_at=None).exists():
        raise AlreadyDecided
    version, kept = directory.service_facts(kept_id)
    _version, gone = directory.service_facts(gone_id)
    directory.merge_service(
        service_id=gone_id, into=kept_id, version=versions[1], why=why, by=by, at=at
    )
    edited = edit_service(
        service_id=kept_id,
        changes=chosen(kept, gone, choices),
        version=versions[0],
        why=why,
        by=by,
        at=at,
    )
    merge = Merge.objects.create(
        kept_id=kept_id,
        gone_id=gone_id,
        by=by.id,
        at=at,
        why=why[:200],
        version_before=version,
        publish_before=gone["publish"]["publish"],
        facts=list(edited.changed.facts),
    )
    Candidate.objects.filter(first__in=(kept_id, gone_id), second__in=(kept_id, gone_id)).delete()
    audit.record(verb="services merged", kind="service", objects=[kept_id, gone_id], by=by, at=at)
    return Merged(merge, edited)


@transaction.atomic
def undo_merge(*, merge_id: UUID, by: Actor, at: datetime) -> None:
    """Two again. The facts that were taken over go back; what was changed since is not touched.

    Raises AlreadyDecided, Conflict when somebody changed one of them since, Refused,
    Merge.DoesNotExist.
    """
    merge = Merge.objects.select_for_update().get(pk=merge_id)
    if merge.undone_at:
        raise AlreadyDecided
    directory.part_service(
        service_id=merge.gone_id, publish=Service.Publish(merge.publish_before), by=by, at=at
    )
    if merge.facts:
        _give_back(merge, by, at)
    Merge.objects.filter(pk=merge_id).update(undone_by=by.id, undone_at=at)
    audit.record(
        verb="services parted",
        kind="service",
        objects=[merge.kept_id, merge.gone_id],
        by=by,
        at=at,
    )


def _give_back(merge: Merge, by: Actor, at: datetime) -> None:
    before = directory.facts_to_restore(service_id=merge.kept_id, to=merge.version_before)
    directory.change_service(
        service_id=merge.kept_id,
        changes={fact: before.get(fact, {}) for fact in merge.facts},
        version=merge.version_before + 1,
        why="",
        by=by,
        at=at,
    )
