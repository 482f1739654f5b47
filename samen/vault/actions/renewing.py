"""A new key for a record that somebody left: for its words, its files and its circle."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from samen.vault.actions import circles, contents, sealed_files
from samen.vault.actions.contents import Held
from samen.vault.actions.rows import update_rows
from samen.vault.engine.bundle import Identity
from samen.vault.engine.keyring import Keyring
from samen.vault.engine.keys import Key
from samen.vault.models import CircleGrant, File, Grant, Part
from samen.vault.rules import Altered, Gone, NotConfirmed


@dataclass(slots=True)
class Stuck:
    """What could not be sealed anew, and why."""

    waits_for: set[UUID] = field(default_factory=set)
    altered: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Open:
    """All of a record that is sealed under its key, and who stays."""

    one: Held
    parts: Sequence[Part]
    inside: Sequence[bytes]
    files: Sequence[tuple[File, Iterator[bytes]]]
    stay: Sequence[tuple[Grant, Identity]]


def renewed(keyring: Keyring, one: Held, parts: Sequence[Part], at: datetime) -> Held:
    """One record, before something is written in it. Raises NotConfirmed, Altered."""
    stuck = Stuck()
    fresh = seal_anew(keyring, [one], {one.record.id: parts}, stuck, at)
    if stuck.waits_for:
        raise NotConfirmed(stuck.waits_for)
    if not fresh:
        raise Altered
    return fresh[0]


def seal_anew(
    keyring: Keyring,
    known: Sequence[Held],
    there: Mapping[UUID, Sequence[Part]],
    stuck: Stuck,
    at: datetime,
) -> list[Held]:
    """The next epoch of these records, kept; what does not go is in `stuck` and stays as it is."""
    holders = _holders([one.record.id for one in known], at)
    opened = [
        found
        for one in known
        if (found := _opened(keyring, one, there.get(one.record.id, ()), holders, stuck))
    ]
    fresh = [_with_new_key(found) for found in opened]
    records = [one.record for one in fresh]
    update_rows([part for found in opened for part in found.parts], ["sealed", "digest"])
    update_rows(records, ["epoch", "stale"])
    Grant.objects.filter(record__in=records).exclude(keys__retired_at__isnull=False).delete()
    Grant.objects.bulk_create(
        [
            grant
            for found, one in zip(opened, fresh, strict=True)
            for grant in _grants(keyring, found, one, at)
        ],
        batch_size=100,
    )
    CircleGrant.objects.filter(record__in=records).delete()
    CircleGrant.objects.bulk_create(circles.grants_for(keyring, fresh), batch_size=100)
    return fresh


def _opened(
    keyring: Keyring,
    one: Held,
    parts: Sequence[Part],
    holders: Mapping[UUID, Sequence[Grant]],
    stuck: Stuck,
) -> _Open | None:
    try:
        circles.check_trusted(keyring, one.record.owner)
        stay = [
            (grant, identity)
            for grant in holders[one.record.id]
            if (identity := _identity(keyring, one, grant)) is not None
        ]
        inside = [contents.inside_of(one, part) for part in parts]
        names = [part.name for part in parts]
        files = _files(one, dict(zip(names, inside, strict=True)))
        return _Open(one, parts, inside, files, stay)
    except NotConfirmed as needed:
        stuck.waits_for |= needed.members
    except (Altered, Gone):
        stuck.altered.add(one.record.id)
    return None


def _identity(keyring: Keyring, one: Held, grant: Grant) -> Identity | None:
    """None for who reads in an emergency and is not known here: she asks again."""
    try:
        return contents.holder_identity(keyring, one, grant)
    except NotConfirmed:
        if grant.ends_at is None:
            raise
        return None


def _with_new_key(found: _Open) -> Held:
    record = found.one.record
    record.epoch, record.stale = record.epoch + 1, False
    fresh = Held(record, found.one.grant, Key.new())
    for part, words in zip(found.parts, found.inside, strict=True):
        contents.reseal_part(fresh.key, record, part, words, contents.where(record, part))
    for file, pieces in found.files:
        sealed_files.keep(file.id, record.epoch, fresh.key, pieces)
        # The old copy goes when the new one counts; after a kill `forget_loose_files` does it.
        transaction.on_commit(partial(sealed_files.forget, file.id, but=record.epoch))
        file.epoch = record.epoch
    update_rows([file for file, _pieces in found.files], ["epoch"])
    return fresh


def _files(one: Held, inside: Mapping[str, bytes]) -> list[tuple[File, Iterator[bytes]]]:
    """Their contents, checked; how long each is stands in its sealed card. Raises Altered."""
    found = []
    for file in File.objects.filter(record=one.record):
        card = inside.get(sealed_files.card(file.id))
        if card is None:
            raise Altered
        size = json.loads(contents.without_author(card))["size"]
        found.append((file, sealed_files.opened(file.id, file.epoch, one.key, size)))
    return found


def _grants(keyring: Keyring, found: _Open, fresh: Held, at: datetime) -> list[Grant]:
    made = []
    for old, identity in found.stay:
        made.append(contents.grant_to(keyring, fresh, old.keys, identity, at))
        made[-1].ends_at = old.ends_at
    return made


def _holders(ids: Sequence[UUID], at: datetime) -> dict[UUID, list[Grant]]:
    """Everybody who stays, of each record."""
    found: dict[UUID, list[Grant]] = {one: [] for one in ids}
    grants = Grant.objects.filter(record__in=ids, keys__retired_at=None)
    lasting = grants.exclude(ends_at__lte=at).select_related("record")
    for grant in lasting.prefetch_related("keys", "granter_keys"):
        found[grant.record_id].append(grant)
    return found
