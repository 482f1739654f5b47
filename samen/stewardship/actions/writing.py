"""Letters to the organisation behind an entry."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from samen.directory.models import Service
from samen.foundation.actor import Actor
from samen.post import actions as post

_LANGUAGE = "nl"  # organisations on this map read Dutch; the page speaks all ten


def address_of(service: Service) -> str:
    """Of the organisation's own desk if it is known, else the one people write to."""
    return service.organization.email or service.email


def write_to(  # noqa: PLR0913 a letter is all of this
    service: Service,
    *,
    template: str,
    page: str,
    day: date,
    key: str,
    about: tuple[str, UUID],
    by: Actor,
    at: datetime,
) -> bool:
    """Queue a letter with a link to a page for visitors; False when the address can have none."""
    try:
        post.queue_letter(
            to=address_of(service),
            template=template,
            language=_LANGUAGE,
            values={
                "organization": service.name.strip(),
                "link": f"{settings.SITE}/{_LANGUAGE}/{page}/",
                "date": day,
            },
            key=key,
            about=about,
            by=by,
            at=at,
        )
    except post.CannotBeSent:
        return False
    return True
