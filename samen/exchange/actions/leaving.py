"""A record that its source no longer has leaves the map; one that comes back returns."""

from datetime import datetime

from samen.directory import actions as directory
from samen.directory.actions import Changed
from samen.directory.models import Service
from samen.exchange.actions.differing import put_before_a_person
from samen.exchange.models import Held, Run, Touched
from samen.exchange.rules.comparing import mark
from samen.foundation.actor import Actor

_HIDDEN = "hidden"
_WHY = "No longer at its source"


def take_away(*, held: Held, run: Run, by: Actor, at: datetime) -> str:
    """What became of it: withdrawn, review, or unchanged. Part of the step that found it gone."""
    Held.objects.filter(pk=held.pk).update(state=Held.State.ABSENT)
    if held.service_id is None or not is_ours_to_write(held):
        return "unchanged"
    version, facts = directory.service_facts(held.service_id)
    now = facts["publish"]
    hidden = {**now, "publish": _HIDDEN}
    if now["publish"] == _HIDDEN:
        return "unchanged"
    if mark(now) != held.facts.get("publish"):
        # Somebody here decided that it is shown: she is asked.
        put_before_a_person(held, held.service_id, {"publish": hidden}, at)
        return "review"
    changed = directory.change_service(
        service_id=held.service_id,
        changes={"publish": hidden},
        version=version,
        why=_WHY,
        by=by,
        at=at,
        verb="withdrawn",
    )
    written = {**held.facts, "publish": mark(hidden)}
    Held.objects.filter(pk=held.pk).update(facts=written)
    touch(run, held, Touched.What.WITHDRAWN, version, changed)
    return "withdrawn"


def is_ours_to_write(held: Held) -> bool:
    """Of an entry of our own, and of one that was made one with another, nothing is written."""
    service = held.service
    if service is None or service.merged_into_id is not None:
        return False
    return has_origin(service)


def has_origin(service: Service) -> bool:
    """Whether it was taken over. Asks nothing where the origin was fetched along."""
    return getattr(service, "origin", None) is not None


def touch(run: Run, held: Held, what: str, before: int, changed: Changed) -> None:
    Touched.objects.create(
        run=run,
        held=held,
        service_id=changed.id,
        what=what,
        version_before=before,
        version_after=changed.version,
        facts=list(changed.facts),
    )
