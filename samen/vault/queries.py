"""What may be known without a key: who holds what, and whose keys wait to be confirmed."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from samen.vault.engine.bundle import Identity
from samen.vault.engine.keyring import Keyring
from samen.vault.models import Grant, MemberKeys, Record


def records_of(member: UUID, *, kind: str | None = None, at: datetime) -> list[UUID]:
    """Records she can open now, oldest first; of one kind, or all. One query."""
    lasting = Q(ends_at=None) | Q(ends_at__gt=at)
    grants = Grant.objects.filter(
        lasting,
        member=member,
        keys__retired_at=None,
        epoch=F("record__epoch"),
    )
    if kind is not None:
        grants = grants.filter(record__kind=kind)
    return list(grants.order_by("record__made_at", "record").values_list("record", flat=True))


def holders(record_id: UUID) -> set[UUID]:
    """Who can open a record. One query."""
    grants = Grant.objects.filter(record=record_id, keys__retired_at=None, epoch=F("record__epoch"))
    return set(grants.values_list("member", flat=True))


def lost_by(member: UUID) -> list[UUID]:
    """Records she could open with keys of before, and cannot any more. One query."""
    lost = Grant.objects.filter(member=member, keys__retired_at__isnull=False)
    return list(lost.order_by("record__made_at", "record").values_list("record", flat=True))


def with_keys(members: Iterable[UUID]) -> set[UUID]:
    """Those among them who have keys. One query."""
    rows = MemberKeys.objects.filter(member__in=list(members), retired_at=None)
    return set(rows.values_list("member", flat=True))


def has_keys(member: UUID) -> bool:
    return MemberKeys.objects.filter(member=member, retired_at=None).exists()


def has_recovery_code(member: UUID) -> bool:
    keys = MemberKeys.objects.filter(member=member, retired_at=None)
    return keys.filter(root_by_code__isnull=False).exists()


def six_words(member: UUID) -> tuple[str, ...] | None:
    """What a colleague reads aloud to be recognised; None for who has no keys yet."""
    keys = MemberKeys.objects.filter(member=member, retired_at=None).first()
    return Identity.read(bytes(keys.identity)).words if keys else None


def confirmed_by(keyring: Keyring) -> set[UUID]:
    """Colleagues whose present keys are the ones she confirmed."""
    pins = keyring.bundle.pins
    rows = MemberKeys.objects.filter(member__in=list(pins), retired_at=None)
    return {
        keys.member
        for keys in rows
        if pins[keys.member] == Identity.read(bytes(keys.identity)).fingerprint
    }


def left_to_reencrypt(member: UUID) -> int:
    return Record.objects.filter(
        stale=True, grants__member=member, grants__keys__retired_at=None
    ).count()
