from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor
from samen.post import rules
from samen.post.models import Letter, mark_of


@transaction.atomic
def queue_letter(  # noqa: PLR0913 a letter is all of this
    *,
    to: str,
    template: str,
    language: str,
    values: Mapping[str, str | date],
    key: str,
    about: tuple[str, UUID],
    by: Actor,
    at: datetime,
) -> Letter:
    """Put a letter in the queue, in the caller's transaction: it leaves when that is kept.

    `about` is kind and id of the record it speaks of. With a `key` that was used before nothing
    is queued, and the earlier letter is returned. Raises a rules.CannotBeSent.
    """
    rules.check_template(template, language)
    rules.check_address(to)
    rules.check_key(key)
    ours = rules.OurHosts(settings.ALLOWED_HOSTS, https=settings.HTTPS)
    said = rules.check_values(template, values, ours=ours)

    if known := Letter.objects.filter(key=key).first():
        return known
    letter_id = uuid4()
    try:
        with transaction.atomic():
            letter = Letter.objects.create(
                id=letter_id,
                key=key,
                to=to,
                recipient=mark_of(to),
                language=language,
                template=template,
                values=said,
                about_kind=about[0],
                about_id=about[1],
                message_id=rules.message_id(letter_id, sender=settings.MAIL_ADDRESS),
                due_at=at,
                created_at=at,
            )
    except IntegrityError:
        # Somebody queued the same letter between our look and our write.
        return Letter.objects.get(key=key)
    audit.record(verb="letter queued", kind="letter", record_id=letter.id, by=by, at=at)
    return letter
