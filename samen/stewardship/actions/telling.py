"""Letters that tell: a steward that entries wait for her, an organisation that somebody else
changed its entry. Each is asked for by a key of its day, so that a job done twice tells once."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from samen.directory.models import Service
from samen.foundation.actor import Actor
from samen.people.models import User
from samen.post import actions as post
from samen.post.models import Letter
from samen.stewardship.actions.writing import address_of, write_to
from samen.stewardship.queries.reviewing import today_of
from samen.stewardship.queries.telling import Edited


@transaction.atomic
def tell_steward(*, user: User, by: Actor, at: datetime) -> bool:
    """Once a week at most, in her own language. The letter says no more than that there is work."""
    year, week, _day = today_of(at).isocalendar()
    key = f"tasks:{user.id}:{year}-{week}"
    if Letter.objects.filter(key=key).exists():
        return False
    post.queue_letter(
        to=user.email,
        template="entries_wait",
        language=user.language,
        values={"link": f"{settings.DESK_SITE}/desk/tasks/"},
        key=key,
        about=("colleague", user.id),
        by=by,
        at=at,
    )
    return True


@transaction.atomic
def tell_organization(*, edited: Edited, by: Actor, at: datetime) -> bool:
    """False when there is no address, or when she was told about that day already."""
    service = Service.objects.select_related("organization").get(pk=edited.service)
    key = f"edited:{service.id}:{edited.day}"
    if not address_of(service) or Letter.objects.filter(key=key).exists():
        return False
    return write_to(
        service,
        template="listing_changed",
        page=f"i/{service.number}",
        day=edited.day,
        key=key,
        about=("service", service.id),
        by=by,
        at=at,
    )
