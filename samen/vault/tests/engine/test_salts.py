"""A salt is on the disk before anything depends on it, and is gone from there when it is erased."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from samen.vault.engine.salts import HEAD, SLOT, Erased, SaltsMissing, SaltStore

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))


@pytest.fixture
def store(tmp_path: Path) -> SaltStore:
    return SaltStore.create(tmp_path / "deep" / "salts")


def test_a_salt_stays_the_same_and_each_object_has_its_own(store: SaltStore) -> None:
    store.put([ONE, TWO, ONE])
    first = store.get(ONE)
    store.put([ONE, THREE])

    assert store.get(ONE) == first
    assert len({store.get(o) for o in (ONE, TWO, THREE)}) == 3
    assert store.path.stat().st_size == HEAD + 3 * SLOT


def test_the_file_is_for_its_owner_only_and_is_made_once(store: SaltStore) -> None:
    assert store.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        SaltStore.create(store.path)


def test_an_erased_salt_is_in_the_file_no_more(store: SaltStore) -> None:
    store.put([ONE, TWO])
    gone = store.get(ONE)
    store.erase([ONE, THREE])

    assert gone not in store.path.read_bytes()
    for erased in (ONE, THREE):
        with pytest.raises(Erased):
            store.get(erased)
    assert store.get(TWO)
    assert set(store.erased()) == {ONE, THREE}
    store.put([ONE])
    with pytest.raises(Erased):
        store.get(ONE)


def test_two_processes_see_what_the_other_wrote(store: SaltStore) -> None:
    other = SaltStore(store.path)
    store.put([ONE])
    assert other.get(ONE) == store.get(ONE)
    other.put([TWO])
    assert store.get(TWO)
    other.erase([ONE])
    with pytest.raises(Erased):
        store.get(ONE)
    assert other.installation == store.installation
    assert other.pepper == store.pepper


def test_what_has_no_salt_is_named(store: SaltStore) -> None:
    store.put([ONE])
    store.erase([TWO])

    assert store.missing([ONE, TWO, THREE]) == [THREE]
    with pytest.raises(SaltsMissing):
        store.get(THREE)


def test_what_a_power_cut_left_half_is_written_over(store: SaltStore) -> None:
    store.put([ONE])
    with store.path.open("ab") as file:
        file.write(b"half")
    again = SaltStore(store.path)
    again.put([TWO])

    assert again.get(ONE) == store.get(ONE)
    assert SaltStore(store.path).get(TWO) == again.get(TWO)
    assert store.path.stat().st_size == HEAD + 2 * SLOT


@pytest.mark.parametrize("raw", [b"", b"x" * HEAD, b"SAMEN salts v1\0\0"])
def test_another_file_is_not_taken_for_it(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "salts").write_bytes(raw)

    with pytest.raises(SaltsMissing):
        SaltStore(tmp_path / "salts")


def test_a_full_disk_is_said(store: SaltStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pwrite", lambda *_: 3)

    with pytest.raises(OSError, match="full"):
        store.put([ONE])
    monkeypatch.undo()
    store.put([ONE])
    assert SaltStore(store.path).get(ONE) == store.get(ONE)
