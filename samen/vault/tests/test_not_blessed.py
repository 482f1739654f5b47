"""G8 goes on: after somebody wrote in the database, no later verb makes that pass for ours.

A verb that seals anew, gives a key or starts something over could carry a changed text into a state
that the logbook knows. So each move is followed by each verb of who may act, and then by a reading.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from samen.vault import actions
from samen.vault.actions import VaultRefuses, Words
from samen.vault.actions.ground import place
from samen.vault.engine.keys import CannotOpen, Sealed
from samen.vault.models import Grant, MemberKeys, Part, Record
from samen.vault.tests import make
from samen.vault.tests.make import NOTE, Colleague
from samen.vault.tests.test_handing_over import desk
from samen.vault.tests.test_records import MOVES, forge_a_grant, swap_grants, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
TODAY, OVER_IT = Words(b"today"), Words(b"over it")
FRESH = b"f" * 32


@dataclass
class Scene:
    """Sara and Mo read two records that Eve could read as well; Ada is known to both."""

    sara: Colleague
    mo: Colleague
    ada: Colleague
    eve: Colleague
    records: list[UUID]
    codes: dict[UUID, str]
    yesterday: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    def new(cls) -> "Scene":
        sara, mo, ada, eve = make.team(4)
        records = [make.record(sara, mo, eve, note=NOTE) for _ in range(2)]
        one = records[0]
        of_it: list[tuple[Any, Any]] = [
            *((Record, row) for row in Record.objects.filter(pk=one).values()),
            *((Part, row) for row in Part.objects.filter(record=one).values()),
            *((Grant, row) for row in Grant.objects.filter(record=one).values()),
        ]
        for record in records:
            actions.write_parts(**sara.opens(), record_id=record, parts={"page": TODAY})
        actions.end_access(**sara.opens(), record_ids=records, member=eve.id)
        codes = {who.id: actions.make_recovery_code(**who.opens()) for who in (sara, mo)}
        return cls(sara, mo, ada, eve, records, codes, of_it)

    def pages(self, who: Colleague) -> Mapping[str, bytes] | None:
        try:
            found = actions.open_record(**who.opens(), record_id=self.records[0])
        except VaultRefuses:
            return None
        return {name: page.words for name, page in found.items() if not name.startswith("file")}


def the_whole_record_of_yesterday(scene: Scene) -> None:
    """But for the grant of who left since: her the room does not let in again by itself."""
    for model, row in scene.yesterday:
        model.objects.filter(pk=row["id"]).update(**row)


def another_public_key(scene: Scene) -> None:
    theirs = MemberKeys.objects.get(member=scene.eve.id)
    MemberKeys.objects.filter(member=scene.mo.id).update(identity=theirs.identity)


def change(scene: Scene, who: Colleague) -> None:
    parts = {"page": OVER_IT}
    actions.write_parts(**who.opens(), record_id=scene.records[0], parts=parts)


def add_a_file(scene: Scene, who: Colleague) -> None:
    said: Any = {"record_id": scene.records[0], "name": "a.txt", "chunks": [b"words"]}
    actions.add_file(**who.opens(), **said)


def grant(scene: Scene, who: Colleague) -> None:
    for member in (scene.ada, scene.mo):
        actions.give_access(**who.opens(), record_ids=scene.records[:1], member=member.id)


def remove(scene: Scene, who: Colleague) -> None:
    other = scene.mo if who is scene.sara else scene.sara
    actions.end_access(**who.opens(), record_ids=scene.records[:1], member=other.id)
    renew(scene, who)


def renew(_scene: Scene, who: Colleague) -> None:
    actions.reencrypt(**who.opens(), limit=5)


def recover(scene: Scene, who: Colleague) -> None:
    code = scene.codes[who.id]
    halfway = actions.recover(code=code, password_half=FRESH, by=who.actor, at=make.AT)
    renew(scene, make.opened(FRESH, halfway, who.actor))


def intake(scene: Scene, who: Colleague) -> None:
    desk(who, scene.mo if who is scene.sara else scene.sara)


def see_the_list(scene: Scene, who: Colleague) -> None:
    actions.open_many(**who.opens(), record_ids=scene.records, name="page")


VERBS = [change, add_a_file, grant, remove, renew, recover, intake, see_the_list]
GIVING = [change, grant, renew]  # also by the other one, whose row may be the changed one


def of_tables(move: Callable[..., None]) -> Callable[[Scene], None]:
    def moved(scene: Scene) -> None:
        move(*scene.records, scene.eve)

    return moved


OF_KEYS = {another_public_key.__name__, swap_grants.__name__, forge_a_grant.__name__}
CHAINS = {move.__name__: of_tables(move) for move in MOVES} | {
    move.__name__: move for move in (the_whole_record_of_yesterday, another_public_key)
}


@pytest.mark.parametrize("move", CHAINS)
def test_no_later_verb_makes_a_change_pass_for_ours(
    move: str, tmp_path: Any, settings: Any
) -> None:
    settings.VAULT_FILES = tmp_path / "files"
    scene = Scene.new()
    assert scene.pages(scene.sara) == {"page": TODAY, "note": NOTE}
    three, refused = (scene.sara, scene.mo, scene.ada), 0
    with undone():
        CHAINS[move](scene)
        before = {one.id for one in three if scene.pages(one)}
    for verb, who in [
        *((verb, scene.sara) for verb in VERBS),
        *((verb, scene.mo) for verb in GIVING),
    ]:
        with undone():
            CHAINS[move](scene)
            page = TODAY
            try:
                verb(scene, who)
                page = OVER_IT if verb is change else TODAY
            except VaultRefuses:
                refused += 1
            for one in three:
                # Whose grant was changed can be given another, of a text that is whole. A text
                # that was changed is shown to nobody from then on.
                pages = scene.pages(one)
                may = one.id in before or move in OF_KEYS
                assert pages is None or (may and pages == {"page": page, "note": NOTE}), verb
            check_eve(scene)
    assert refused
    assert scene.pages(scene.mo) == {"page": TODAY, "note": NOTE}


def check_eve(scene: Scene) -> None:
    assert scene.pages(scene.eve) is None
    for row in Grant.objects.filter(record=scene.records[0], in_ring=False):
        for epoch in range(1, 4):
            with pytest.raises(CannotOpen):
                opened_by(scene.eve, row, epoch)


def opened_by(eve: Colleague, row: Grant, epoch: int) -> None:
    """With her own key, wherever the row says that it belongs."""
    here = place("grant", row.record_id, epoch, 1, f"case {row.keys_id}")
    eve.keyring.bundle.pair.unseal(Sealed(bytes(row.sealed)), context=here)
