"""Six words are compared: which keys of a colleague are hers, and what those of before gave."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from samen.foundation.actor import Actor
from samen.vault.actions import contents, members
from samen.vault.actions.ground import check_owner
from samen.vault.actions.noting import naming, note_altered
from samen.vault.engine.keyring import Keyring
from samen.vault.models import Grant, MemberKeys
from samen.vault.rules import Altered, NotYours, VaultRefuses


def confirm_colleague(
    *, keyring: Keyring, member: UUID, words: str, by: Actor, at: datetime
) -> None:
    """She compared the six words with this colleague: from now on these keys, and no others.

    Raises NotYours for herself, NotConfirmed when the words are not those of the colleague's keys,
    Locked, Altered.
    """
    check_owner(keyring, by)
    if member == keyring.member:
        raise NotYours
    shut: dict[UUID, VaultRefuses] = {}
    with naming([by.id], verb="changing keys", by=by, at=at), transaction.atomic():
        _keep_what_was_given(keyring, member, shut, at)
        members.pin(keyring, member, words, by=by, at=at)
    altered = sorted(one for one, why in shut.items() if isinstance(why, Altered))
    if altered:
        note_altered(altered, by=by, at=at)


def _keep_what_was_given(
    keyring: Keyring, member: UUID, shut: dict[UUID, VaultRefuses], at: datetime
) -> None:
    """Under her own ring, while she still trusts the keys that gave it.

    Those keys are refused from now on. What they gave and she never opened would be refused with
    them, and where she is the only one left it would be lost for good.
    """
    others = MemberKeys.objects.filter(member=member).exclude(retired_at=None)
    given = Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=at),
        keys=keyring.row,
        in_ring=False,
        granter_keys__in=others,
        epoch=F("record__epoch"),
    )
    ids = list(given.order_by("record").values_list("record", flat=True))
    contents.held(keyring, ids, at=at, lock=True, shut=shut)
