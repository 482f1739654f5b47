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
from samen.stewardship.actions.reviewing import address_of
from samen.stewardship.queries.reviewing import today_of
from samen.stewardship.queries.telling import Edited

_LANGUAGE = "nl"


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
    try:
        post.queue_letter(
            to=address_of(service),
            template="listing_changed",
            language=_LANGUAGE,
            values={
                "organization": service.name.strip(),
                "link": f"{settings.SITE}/{_LANGUAGE}/i/{service.number}/",
                "date": edited.day,
            },
            key=key,
            about=("service", service.id),
            by=by,
            at=at,
        )
    except post.CannotBeSent:
        return False
    return True
