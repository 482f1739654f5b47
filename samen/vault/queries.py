"""What may be known without a key: who holds what, and whose keys wait to be confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import F, Q, QuerySet

from samen.vault.engine.bundle import Identity
from samen.vault.engine.keyring import Keyring
from samen.vault.models import (
    Ask,
    Circle,
    CircleGrant,
    CircleMember,
    Confirmation,
    Grant,
    MemberKeys,
    Notice,
    Record,
    SpareKey,
    UnlockedSession,
)
from samen.vault.rules import DAY_LASTS, IDLE_LASTS, SMALLEST_CIRCLE, SPARE_WAITS, Purpose


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


def any_open(*, at: datetime) -> bool:
    """Whether somebody's vault is open, or waits for her second step."""
    sessions = UnlockedSession.objects.filter(began_at__gt=at - DAY_LASTS)
    return sessions.filter(seen_at__gt=at - IDLE_LASTS).exists()


def has_recovery_code(member: UUID) -> bool:
    keys = MemberKeys.objects.filter(member=member, retired_at=None)
    return keys.filter(root_by_code__isnull=False).exists()


def mark_of_code(member: UUID) -> str:
    """By which the code on paper that opens now is told from any other; '' without one."""
    keys = MemberKeys.objects.filter(member=member, retired_at=None).first()
    sealed = keys.root_by_code if keys else None
    return sha256(bytes(sealed)).hexdigest()[:16] if sealed else ""


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


def compared_by(member: UUID, other: UUID) -> bool:
    """Whether she compared the six words that this colleague has now. One query."""
    said = Confirmation.objects.filter(by_keys__member=member, by_keys__retired_at=None)
    return said.filter(keys__member=other, keys__retired_at=None).exists()


def left_to_reencrypt(member: UUID) -> int:
    return Record.objects.filter(
        stale=True, grants__member=member, grants__keys__retired_at=None
    ).count()


@dataclass(frozen=True, slots=True)
class InCircle:
    member: UUID
    joined: bool
    replaced: bool  # she has other keys since, and comes in again when two of the others agree


@dataclass(frozen=True, slots=True)
class CircleSeen:
    id: UUID
    owner: UUID
    name: str
    members: tuple[InCircle, ...]
    keeps_spares: bool

    @property
    def works(self) -> bool:
        able = [one for one in self.members if one.joined and not one.replaced]
        return len(able) >= SMALLEST_CIRCLE

    def has(self, member: UUID, *, joined: bool = True) -> bool:
        return any(
            one.member == member and one.joined == joined and not one.replaced
            for one in self.members
        )


def _waits_until(purpose: Purpose, agreed_at: datetime | None) -> datetime | None:
    """Before this moment nothing is done, though a second one agreed."""
    waits = purpose is Purpose.SPARE_KEY and agreed_at is not None
    return agreed_at + SPARE_WAITS if waits and agreed_at else None


@dataclass(frozen=True, slots=True)
class AskSeen:
    """Something one of a circle asked, and how far it is."""

    id: UUID
    circle: UUID
    purpose: Purpose
    asked_by: UUID
    agreed_by: UUID | None
    member: UUID
    hours: int
    records: int
    agreed_at: datetime | None
    ends_at: datetime
    done: bool
    over: bool

    @property
    def waits_until(self) -> datetime | None:
        return _waits_until(self.purpose, self.agreed_at)


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """That two others opened a record she can read, or hand a spare key over."""

    id: UUID
    ask: UUID
    purpose: Purpose
    member: UUID  # who gets something by it
    record: UUID | None
    asked_by: UUID
    agreed_by: UUID | None
    agreed_at: datetime | None
    ends_at: datetime
    done: bool
    over: bool
    seen: bool

    @property
    def waits_until(self) -> datetime | None:
        return _waits_until(self.purpose, self.agreed_at)


@dataclass(frozen=True, slots=True)
class RecordSeen:
    """What may be known of a record without a key."""

    id: UUID
    kind: str
    compartment: str
    made_at: datetime
    holders: frozenset[UUID]


def circles() -> list[CircleSeen]:
    """Every present circle, with who belongs to it. Two queries."""
    found = Circle.objects.filter(retired_at=None).order_by("name", "id")
    members: dict[UUID, list[InCircle]] = {}
    joined_first = F("joined_at").asc(nulls_last=True)
    for one in CircleMember.objects.select_related("keys").order_by(joined_first, "id"):
        members.setdefault(one.circle_id, []).append(
            InCircle(one.member, one.signature is not None, one.keys.retired_at is not None)
        )
    return [
        CircleSeen(one.id, one.owner, one.name, tuple(members.get(one.id, ())), one.keeps_spares)
        for one in found
    ]


def out_of_reach(keyring: Keyring) -> list[UUID]:
    """Records she can open for good, of an organisation whose circle cannot. Three queries."""
    works = [one for one in circles() if one.works]
    reached = Q(for_circle__circle__in=[one.id for one in works], for_circle__epoch=F("epoch"))
    hers = Record.objects.filter(
        owner__in=[one.owner for one in works], grants__keys=keyring.row, grants__ends_at=None
    )
    left = hers.exclude(reached).order_by("made_at", "id")
    return list(left.values_list("id", flat=True))


def asks_in(circle_ids: Iterable[UUID], *, at: datetime) -> list[AskSeen]:
    """What waits in these circles, or is open now, oldest first."""
    asks = Ask.objects.filter(circle__in=list(circle_ids), ended_at=None, ends_at__gt=at)
    return _seen(asks, at)


def asks_over(circle_ids: Iterable[UUID], *, since: datetime, at: datetime) -> list[AskSeen]:
    """What was asked in these circles since then and is over, done or not."""
    over = Q(ended_at__isnull=False) | Q(ends_at__lte=at)
    asks = Ask.objects.filter(over, circle__in=list(circle_ids), asked_at__gt=since)
    return _seen(asks, at)


def ask_in(circle_ids: Iterable[UUID], ask_id: UUID, *, at: datetime) -> AskSeen | None:
    """One that was asked in these circles, also when it is over."""
    return next(iter(_seen(Ask.objects.filter(circle__in=list(circle_ids), pk=ask_id), at)), None)


def records_asked(ask_id: UUID) -> list[RecordSeen]:
    """What an ask is about, without a key. Two queries."""
    ids = Ask.objects.filter(pk=ask_id).values("records")
    found = Record.objects.filter(pk__in=ids).prefetch_related("grants")
    return [_record_seen(one) for one in found.order_by("made_at", "id")]


def spare_on_its_way(member: UUID, *, at: datetime) -> datetime | None:
    """From when on her spare key can be handed to her, once two have agreed to that."""
    asks = Ask.objects.filter(
        purpose=Purpose.SPARE_KEY, member=member, ended_at=None, ends_at__gt=at
    )
    agreed_at = asks.exclude(agreed_at=None).values_list("agreed_at", flat=True).first()
    return _waits_until(Purpose.SPARE_KEY, agreed_at)


def _seen(asks: QuerySet[Ask], at: datetime) -> list[AskSeen]:
    found = asks.select_related("by_keys", "agreed_keys").prefetch_related("records")
    return [
        AskSeen(
            ask.id,
            ask.circle_id,
            Purpose(ask.purpose),
            ask.by_keys.member,
            ask.agreed_keys.member if ask.agreed_keys else None,
            ask.member,
            ask.hours,
            len(ask.records.all()),
            ask.agreed_at,
            ask.ends_at,
            ask.done_at is not None,
            ask.ended_at is not None or ask.ends_at <= at,
        )
        for ask in found.order_by("asked_at", "id")
    ]


def notices(member: UUID) -> list[NoticeSeen]:
    """What she has not said to have read yet, or can still end."""
    rows = Notice.objects.filter(Q(seen_at=None) | Q(ask__ended_at=None), member=member)
    rows = rows.select_related("ask__by_keys", "ask__agreed_keys")
    found = rows.prefetch_related("ask__records").order_by("ask__agreed_at", "id")
    return [
        NoticeSeen(
            row.id,
            row.ask_id,
            Purpose(row.ask.purpose),
            row.ask.member,
            next((record.id for record in row.ask.records.all()), None),
            row.ask.by_keys.member,
            row.ask.agreed_keys.member if row.ask.agreed_keys else None,
            row.ask.agreed_at,
            row.ask.ends_at,
            row.ask.done_at is not None,
            row.ask.ended_at is not None,
            row.seen_at is not None,
        )
        for row in found
    ]


def spare_with(member: UUID) -> UUID | None:
    """The circle that has a spare of the keys she has now. One query."""
    spares = SpareKey.objects.filter(keys__member=member, keys__retired_at=None)
    return spares.values_list("circle", flat=True).first()


def spare_of_before(member: UUID) -> UUID | None:
    """The circle that has a spare of keys she lost. One query."""
    spares = SpareKey.objects.filter(keys__member=member, handed=None)
    spares = spares.exclude(keys__retired_at=None)
    return spares.values_list("circle", flat=True).first()


def spares_in(circle_id: UUID) -> dict[UUID, bool]:
    """Of whom this circle has a spare key, and whether she has lost what it is of. One query."""
    spares = SpareKey.objects.filter(circle=circle_id, handed=None)
    rows = spares.order_by("made_at").values_list("keys__member", "keys__retired_at")
    return {member: retired is not None for member, retired in rows}


def handed_to(member: UUID) -> int | None:
    """How many records her keys of before still keep, when their spare was handed to her."""
    spares = SpareKey.objects.filter(handed_to__member=member, handed_to__retired_at=None)
    keys = list(spares.values_list("keys", flat=True))
    if not keys:
        return None
    return Grant.objects.filter(keys__in=keys, ends_at=None, epoch=F("record__epoch")).count()


def orphaned(circle_id: UUID) -> list[UUID]:
    """Records that this circle can open and nobody else can, oldest first. One query."""
    read = Grant.objects.filter(
        ends_at=None, keys__retired_at=None, epoch=F("record__epoch")
    ).values("record")
    grants = CircleGrant.objects.filter(circle=circle_id, epoch=F("record__epoch"))
    left = grants.exclude(record__in=read).order_by("record__made_at", "record")
    return list(left.values_list("record", flat=True))


def reached_of(circle_id: UUID, holder: UUID) -> list[RecordSeen]:
    """Records of a colleague that this circle can open, newest first. Two queries."""
    grants = CircleGrant.objects.filter(
        circle=circle_id, epoch=F("record__epoch"), record__grants__member=holder
    )
    found = grants.select_related("record").prefetch_related("record__grants")
    return [_record_seen(one.record) for one in found.order_by("-record__made_at", "record")]


def _record_seen(record: Record) -> RecordSeen:
    lasting = frozenset(grant.member for grant in record.grants.all() if not grant.ends_at)
    return RecordSeen(record.id, record.kind, record.compartment, record.made_at, lasting)
