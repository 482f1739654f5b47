"""What a source offers in one step, held against what was taken in before. Part of a transaction.

Read aloud: an echo of our own is nothing. A record that another source brought already is that
source's, unless its publisher now offers it himself. What has not changed is only seen. What is
new is made; what changed is compared fact by fact.
"""

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, prefetch_related_objects

from samen.directory import actions as directory
from samen.directory.actions import Body, Entry, Refused
from samen.directory.models import Origin, Service
from samen.exchange.actions.differing import put_before_a_person, settle_those
from samen.exchange.actions.known import Known, keys_of_organizations, known_among
from samen.exchange.actions.leaving import has_origin, is_ours_to_write, take_away, touch
from samen.exchange.actions.unpacking import SERVICE, Unpacked
from samen.exchange.models import Held, Run, Source, Touched
from samen.exchange.queries.secrets import redacted_among
from samen.exchange.rules.comparing import (
    Comparison,
    compare,
    document_hash,
    hides_a_place,
    mark,
    marks,
    may_be_offered,
    news,
)
from samen.exchange.rules.reading import Offer
from samen.exchange.rules.reading_origin import as_uuid, stable_id
from samen.exchange.rules.reading_package import ROW_OF
from samen.exchange.rules.reading_values import words
from samen.exchange.rules.seen import Kept, fields_seen
from samen.foundation.actor import Actor
from samen.foundation.clock import AMSTERDAM
from samen.foundation.sentences import Spoken, gettext_noop, kept

Facts = Mapping[str, Mapping[str, Any]]

_AT_ONCE = 500  # records in one statement
_KEPT_LOSSES = 40  # of one record
_BROUGHT = (Source.Kind.PACKAGE, Source.Kind.SHEET)
_OURS = Refused(gettext_noop("Its id is ours."))


class Offering:
    """One step's offers, and what became of them."""

    def __init__(self, run: Run, by: Actor, at: datetime) -> None:
        self._run, self._source = run, run.source
        self._by, self._at = by, at
        self.counts: Counter[str] = Counter()
        self.losses: Counter[str] = Counter()
        self.refused: list[list[Any]] = []  # [id at the source, why]
        self._seen: list[UUID] = []
        self._read: list[UUID] = []  # those of which what they say now was taken in
        self._secret: set[UUID] = set()  # entries of which something had to be forgotten
        self._hashes: Mapping[str, str] = {}
        self._blank = directory.blank_facts()
        self._keys: Mapping[UUID, str] = {}  # of organisations that are there
        # Version and facts of entries that nothing was written to yet in this step.
        self._now: dict[UUID, tuple[int, dict[str, dict[str, Any]]]] = {}

    # --- everything that was offered -----------------------------------------------------------

    def take(self, unpacked: Unpacked) -> None:
        self.counts["seen"] += unpacked.seen
        self.losses.update(unpacked.losses)
        self._hashes = unpacked.hashes
        for original, why in unpacked.refused:
            self._refuse(original, why)
        # What cannot be read is there all the same: it is not missing.
        self._see_all(self._held_ones([original for original, _why in unpacked.refused]))
        for kind, document in unpacked.objects:
            self._keep_object(kind, document)
        offers = unpacked.offers
        held = self._held(offers)
        mine = {key: offer for key, offer in offers.items() if self._is_to_take(offer)}
        self._keys = keys_of_organizations(map(self._organization_id, mine.values()))
        again = [(held[key], offer) for key, offer in mine.items() if key in held]
        self._look_up([pair for pair in again if not self._is_as_it_was(*pair)])
        for each, offer in again:
            self._again(each, offer)
        new = {key: offer for key, offer in mine.items() if key not in held}
        known = known_among(new.values(), brought=self._source.kind in _BROUGHT)
        self._make({key: o for key, o in new.items() if not self._is_taken(o, known)})
        self._note_seen()

    def note_there(self, originals: Sequence[str]) -> None:
        """They are there, and could not be read now: they are not missing."""
        self._see_all(self._held_ones(originals))
        self.counts["seen"] += len(originals)

    def note_unchanged(self, originals: Sequence[str]) -> None:
        """The source says that they are as they were."""
        for start in range(0, len(originals), _AT_ONCE):
            there = self._held_ones(originals[start : start + _AT_ONCE])
            there.filter(state=Held.State.HERE).update(read_at=self._at)
            self._see_all(there)
        if originals:
            self.counts.update(seen=len(originals), unchanged=len(originals))

    def note_gone(self, original: str) -> None:
        for held in self._held_ones([original]).filter(state=Held.State.HERE):
            self.counts[take_away(held=held, run=self._run, by=self._by, at=self._at)] += 1

    def _refuse(self, original: str, why: Spoken) -> None:
        self.counts["refused"] += 1
        self.refused.append([original, kept(why)])

    def _held_ones(self, originals: Sequence[str]) -> QuerySet[Held]:
        return Held.objects.filter(
            source=self._source, kind=SERVICE, original__in=list(originals)
        ).defer("document")

    def _held(self, offers: Mapping[str, Offer]) -> dict[str, Held]:
        found = {held.original: held for held in self._held_ones(list(offers))}
        twice = [held for held in found.values() if held.seen_in_id == self._run.id]
        if twice and self._source.address and self._source.kind != Source.Kind.SAMEN:
            # The list has moved while it was read: something else may have slipped past.
            self._run.gaps += 1
        return found

    def _is_to_take(self, offer: Offer) -> bool:
        echo = offer.origin.publisher == settings.PUBLISHER_ID
        if echo:
            self.counts["echo"] += 1
        return not echo

    # --- what is held already ------------------------------------------------------------------

    def _again(self, held: Held, offer: Offer) -> None:
        if held.state == Held.State.UNDONE:
            self._see(held)
        elif self._is_as_it_was(held, offer):
            moved = held.modified != _modified(offer)
            self._see(held, **({"modified": _modified(offer)} if moved else {}))
            self._read.append(held.pk)
            self.counts["unchanged"] += 1
        else:
            self._compare(held, offer, self._hashes[offer.original])

    def _look_up(self, changed: Sequence[tuple[Held, Offer]]) -> None:
        """What stands here of those that may be written: asked once for all of them."""
        prefetch_related_objects([held for held, _offer in changed], "service__origin")
        ours = [(held, offer) for held, offer in changed if is_ours_to_write(held)]
        self._make_organizations([offer for _held, offer in ours])
        ids = [held.service_id for held, _offer in ours if held.service_id]
        self._now |= directory.facts_of_each(ids)
        targets = [_target(held) for held, _offer in changed]
        entries = [*targets, *(held.service_id for held, _offer in changed)]
        self._secret |= redacted_among(entry for entry in entries if entry)

    def _is_as_it_was(self, held: Held, offer: Offer) -> bool:
        return held.state == Held.State.HERE and held.hash == self._hashes[offer.original]

    def _see(self, held: Held, **columns: Any) -> None:
        self._seen.append(held.pk)
        if columns:
            Held.objects.filter(pk=held.pk).update(**columns)

    def _note_seen(self) -> None:
        """All of a step at once: most of a list is as it was."""
        self._see_all(Held.objects.filter(pk__in=self._seen))
        Held.objects.filter(pk__in=self._read).update(read_at=self._at)

    def _see_all(self, seen: QuerySet[Held]) -> None:
        seen.update(seen_in=self._run, last_seen=self._at, missed=0)
        named = Service.objects.filter(pk__in=seen.values("service"))
        directory.note_named(among=named, at=self._at)

    def _compare(self, held: Held, offer: Offer, said: str) -> None:
        facts = self._facts(offer)
        target = _target(held)
        if target is None:
            return
        if not is_ours_to_write(held):
            differ = news({f: v for f, v in facts.items() if f != "publish"}, held.facts)
            self._ask(held, target, differ)
            self._see(held, hash=said, facts=marks(facts), **self._says(held, facts, offer))
            return
        there = self._now.pop(target, None)
        version, now = directory.service_facts(target) if there is None else there
        found = compare(now, facts, held.facts, self._blank)
        outcome, written = self._write(held, target, version, found)
        self._ask(held, target, found.differ)
        settle_those(held, target, [*found.same, *found.write], self._at)
        if outcome:
            known = {fact: mark(facts.get(fact, {})) for fact in (*found.same, *written)}
            self._see(
                held,
                hash=said,
                state=Held.State.HERE,
                facts={**held.facts, **known},
                **self._says(held, facts, offer),
            )
            self.counts[outcome] += 1

    def _ask(self, held: Held, target: UUID, differ: Mapping[str, Any]) -> None:
        if target in self._secret and differ:
            _version, now = directory.service_facts(target)
            differ = may_be_offered(now, differ, self._blank)
        if put_before_a_person(held, target, differ, self._at):
            self.counts["review"] += 1

    def _write(
        self, held: Held, target: UUID, version: int, found: Comparison
    ) -> tuple[str, Sequence[str]]:
        """What became of it, and which facts are as offered now; nothing when it was refused."""
        if not found.write:
            return "unchanged", ()
        back = held.state == Held.State.ABSENT and "publish" in found.write
        try:
            changed = directory.change_service(
                service_id=target,
                changes=found.write,
                version=version,
                why=self._source.name,
                by=self._by,
                at=self._at,
                verb="returned" if back else "changed",
            )
        except Refused as reason:
            self._refuse(held.original, reason)
            if any(hides_a_place(fact, value) for fact, value in found.write.items()):
                self._hide(held, target, version)
            self._see(held)
            return "", ()
        if changed.redacted:
            self._secret.add(target)
        what = Touched.What.RETURNED if back else Touched.What.CHANGED
        if changed.facts:
            touch(self._run, held, what, version, changed)
        return what.value, tuple(found.write)

    def _hide(self, held: Held, target: UUID, version: int) -> None:
        """A place became secret at the source, and a text here still names it: all of it goes."""
        _version, now = directory.service_facts(target)
        if now["publish"]["publish"] != "hidden":
            directory.change_service(
                service_id=target,
                changes={"publish": {**now["publish"], "publish": "hidden"}},
                version=version,
                why=self._source.name,
                by=self._by,
                at=self._at,
                verb="withdrawn",
            )
        Held.objects.filter(pk=held.pk).update(document=b"")

    def _says(self, held: Held, facts: Facts, offer: Offer) -> dict[str, Any]:
        """What is kept of what a record says now, once it was taken in."""
        self._read.append(held.pk)
        last = held.read_at.astimezone(AMSTERDAM).date()
        fields = self._fields(held.fields, facts, last)
        if held.service_id in self._secret:
            fields = {fact: row for fact, row in fields.items() if fact != "location"}
        return {"fields": fields, "modified": _modified(offer), **self._kept(held, offer)}

    def _fields(self, before: Kept, facts: Facts, last: date | None = None) -> Kept:
        today = self._at.astimezone(AMSTERDAM).date()
        return fields_seen(before, facts, self._blank, on=today, last=last or today)

    def _kept(self, held: Held, offer: Offer) -> dict[str, Any]:
        if held.service and not has_origin(held.service):
            return {}  # an entry of our own says itself what it is
        return {
            "document": b"" if held.service_id in self._secret else packed(offer.document),
            "losses": [[loss.field, loss.why.value] for loss in offer.losses[:_KEPT_LOSSES]],
        }

    # --- what is new ---------------------------------------------------------------------------

    def _is_taken(self, offer: Offer, known: Known) -> bool:
        """Another source brought it already; or it is ours, and was brought back by hand."""
        own = as_uuid(offer.original)
        if own is not None and own in known.own:
            self._hold_own(own, offer)
            return True
        there = known.origins.get((offer.origin.publisher, offer.origin.original))
        if there is None:
            return False
        if offer.origin.publisher == self._source.publisher:
            self._take_from_another_hand(there, offer)
        else:
            self.counts["elsewhere"] += 1
        return True

    def _hold_own(self, own: UUID, offer: Offer) -> None:
        said = marks(self._facts(offer))
        held, _new = Held.objects.get_or_create(
            service_id=own, defaults={**self._row(offer), "document": b"", "facts": said}
        )
        _version, now = directory.service_facts(own)
        differ = {
            fact: value
            for fact, value in self._facts(offer).items()
            if fact not in ("publish", "name") and mark(now.get(fact, {})) != mark(value)
        }
        self._secret |= redacted_among([own])
        self._ask(held, own, {f: v for f, v in differ.items() if any(v.values())})

    def _take_from_another_hand(self, there: Origin, offer: Offer) -> None:
        """Its publisher offers it himself from now on."""
        held = Held.objects.filter(service=there.service_id).first()
        if held is not None and held.source_id == self._source.id:
            return
        if held is None:
            # Its source was removed here, and with it who wrote what: whatever is otherwise here
            # counts as a person's.
            Held.objects.create(
                **self._row(offer) | {"hash": "", "document": b""}, service_id=there.service_id
            )
        else:
            Held.objects.filter(pk=held.pk).update(
                source=self._source,
                original=offer.original,
                hash="",
                seen_in=self._run,
                # Since when this source says so is not since when the other one did.
                fields={},
            )
        directory.set_origin(
            service_id=there.service_id,
            source=self._hand(),
            licence=offer.origin.licence,
            by=self._by,
            at=self._at,
        )
        pair = self._held_ones([offer.original]).get(), offer
        self._look_up([pair])
        self._again(*pair)

    def _hand(self) -> directory.Source:
        source = self._source
        return directory.Source(source.publisher, source.name, source.municipality_id)

    def _make(self, offers: Mapping[str, Offer]) -> None:
        if not offers:
            return
        self._make_organizations([*offers.values()])
        ids = {self._id(offer): offer for offer in offers.values()}
        taken = set(Service.objects.filter(id__in=ids).values_list("id", flat=True))
        entries = [
            Entry(
                id=id_,
                key=f"in-{id_.hex}",
                facts=self._facts(offer),
                publisher=offer.origin.publisher,
                original=offer.origin.original,
                licence=offer.origin.licence,
            )
            for id_, offer in ids.items()
            if id_ not in taken
        ]
        refused = directory.create_entries(
            entries=entries, source=self._hand(), by=self._by, at=self._at
        )
        for id_, why in [*refused.items(), *((id_, _OURS) for id_ in taken)]:
            self._refuse(ids[id_].original, why)
        made = [entry for entry in entries if entry.id not in refused]
        self._hold([(entry, ids[entry.id]) for entry in made])
        self.counts["created"] += len(made)

    def _hold(self, made: Sequence[tuple[Entry, Offer]]) -> None:
        secret = redacted_among([entry.id for entry, _offer in made])
        rows = [
            Held(
                **self._row(offer)
                | {"document": b"" if entry.id in secret else packed(offer.document)},
                service_id=entry.id,
                facts=marks(entry.facts),
            )
            for entry, offer in made
        ]
        Held.objects.bulk_create(rows)
        Touched.objects.bulk_create(
            Touched(
                run=self._run,
                held=row,
                service_id=entry.id,
                what=Touched.What.CREATED,
                version_after=1,
            )
            for row, (entry, _offer) in zip(rows, made, strict=True)
        )

    def _row(self, offer: Offer) -> dict[str, Any]:
        return {
            "source": self._source,
            "kind": SERVICE,
            "original": offer.original,
            "publisher": offer.origin.publisher,
            "first_seen": self._at,
            "last_seen": self._at,
            "read_at": self._at,
            "seen_in": self._run,
            "fields": self._fields({}, self._facts(offer)),
            "hash": self._hashes[offer.original],
            "modified": _modified(offer),
            "document": packed(offer.document),
            "losses": [[loss.field, loss.why.value] for loss in offer.losses[:_KEPT_LOSSES]],
        }

    def _id(self, offer: Offer) -> UUID:
        kept = self._source.kind == Source.Kind.SAMEN
        return stable_id(offer.origin.publisher, offer.origin.original, kept=kept)

    # --- organisations, and what is no service -------------------------------------------------

    def _organization_id(self, offer: Offer) -> UUID:
        kept = self._source.kind == Source.Kind.SAMEN
        return stable_id(self._source.publisher, offer.organization.original, kept=kept)

    def _facts(self, offer: Offer) -> Facts:
        id_ = self._organization_id(offer)
        key = self._keys.get(id_) or f"in-{id_.hex}"
        return {**offer.facts, "name": {"organization": key, **offer.facts["name"]}}

    def _make_organizations(self, offers: Sequence[Offer]) -> None:
        if not offers:
            return
        bodies = {}
        for offer in offers:
            said, id_ = offer.organization, self._organization_id(offer)
            bodies[id_] = Body(
                id=id_,
                key=f"in-{id_.hex}",
                columns={
                    "name": said.name,
                    "alternate_name": said.alternate_name,
                    "website": said.website,
                    "email": said.email,
                },
                about=said.about,
            )
        directory.take_organizations(bodies=list(bodies.values()), by=self._by, at=self._at)

    def _keep_object(self, kind: str, document: Mapping[str, Any]) -> None:
        """An object of HSDS that our map has no row for: kept, to be given back."""
        plain = {name: value for name, value in document.items() if name != ROW_OF}
        original = words(plain, "id")[:200] or document_hash(plain)
        columns = {
            "publisher": self._source.publisher,
            "last_seen": self._at,
            "read_at": self._at,
            "seen_in": self._run,
            "missed": 0,
            "state": Held.State.HERE,
            "hash": document_hash(plain),
            "document": packed(plain),
        }
        Held.objects.update_or_create(
            source=self._source,
            kind=kind[:40],
            original=original,
            defaults=columns,
            create_defaults={**columns, "first_seen": self._at},
        )
        self.counts["objects"] += 1


def packed(document: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode())


def _modified(offer: Offer) -> str:
    """When it was changed, as its source says it; no moment is that long."""
    said = words(offer.document, "last_modified")
    return said if len(said) <= 40 else ""  # noqa: PLR2004 the column


def _target(held: Held) -> UUID | None:
    """The entry that stands for the record here: itself, or what it was made one with."""
    if held.service is None:
        return None
    return held.service.merged_into_id or held.service_id
