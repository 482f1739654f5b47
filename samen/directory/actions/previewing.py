"""How a service would read if a change were made. The change itself is undone before it ends."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from samen.directory.actions.facts import write_facts
from samen.directory.actions.fields import refuse
from samen.directory.actions.sound import check_known, check_sound
from samen.directory.actions.tables import all_facts, ids, service_in_tables
from samen.directory.models import Service
from samen.directory.queries import Listing, listings
from samen.foundation.sentences import gettext_noop

Facts = Mapping[str, Mapping[str, Any]]

# What is undone did not happen at any.
_NO_MOMENT = datetime.fromtimestamp(0, UTC)


def preview_service(*, service_id: UUID, changes: Facts, language: str) -> Listing:
    """The service as a visitor would read it, hidden or not. Raises Refused.

    Nothing is left behind and nobody else sees it, and so there is no line in the logbook.
    """
    check_known(changes)
    try:
        with transaction.atomic():
            _bring_back(service_id)
            service, known = service_in_tables(service_id), ids()
            whole = {f: v for f, v in {**all_facts(service), **changes}.items() if v}
            check_sound(whole, known)
            write_facts(service, changes, known, _NO_MOMENT)
            _publish(service_id)
            [shown] = listings([service_id], language=language)
            transaction.set_rollback(True)
    except IntegrityError:
        refuse(gettext_noop("These facts cannot be true together."))
    return shown


def _bring_back(service_id: UUID) -> None:
    """An entry that lapsed reads as it did, so that somebody can confirm it."""
    lapsed = Service.objects.filter(pk=service_id, freshness=Service.Freshness.HIDDEN)
    lapsed.update(freshness=Service.Freshness.OVERDUE, publish=F("lapsed_from"))


def _publish(service_id: UUID) -> None:
    """What is not published is not read; here it may be, until it is undone."""
    services = Service.objects.filter(pk=service_id)
    services.filter(kind=Service.Kind.PLACEHOLDER).update(kind=Service.Kind.SERVICE)
    services.filter(verified=Service.Verified.UNVERIFIED).update(verified=Service.Verified.PAGE)
    services.filter(publish=Service.Publish.HIDDEN).update(publish=Service.Publish.REVIEW)
