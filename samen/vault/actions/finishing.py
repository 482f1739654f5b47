"""What an erasure left behind: of a process that was killed, or in a backup that was put back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from samen.foundation.actor import Actor
from samen.vault.actions.ground import store
from samen.vault.actions.mailboxes import erase_mailboxes
from samen.vault.actions.members import forget_salts
from samen.vault.actions.packets import erase_packets
from samen.vault.actions.records import erase_records
from samen.vault.actions.sweeping import mark_erased
from samen.vault.models import Mailbox, Packet, Record, SpareKey
from samen.vault.rules import MOST_AT_ONCE


def finish_erasures(*, by: Actor, at: datetime) -> int:
    """Rows whose salt is gone already leave as well; how many they were."""
    done = forget_salts()
    erased = list(store().erased())
    for start in range(0, len(erased), MOST_AT_ONCE):
        some = erased[start : start + MOST_AT_ONCE]
        if SpareKey.objects.filter(pk__in=some).delete()[0]:
            mark_erased()
        if ids := _keys(Record.objects.filter(pk__in=some)):
            done += erase_records(record_ids=ids, by=by, at=at)
        if ids := _keys(Mailbox.objects.filter(pk__in=some)):
            done += erase_mailboxes(mailbox_ids=ids, by=by, at=at)
        if ids := _keys(Packet.objects.filter(pk__in=some)):
            done += erase_packets(packet_ids=ids, by=by, at=at)
    return done


def _keys(left: QuerySet[Any]) -> list[UUID]:
    return list(left.values_list("pk", flat=True))
