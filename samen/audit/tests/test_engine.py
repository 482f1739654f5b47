"""The chain, its keys, its seals and its heads, without a database."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.audit.engine import chain, heads, key_files, sealing
from samen.audit.engine.chain import Tip
from samen.audit.engine.heads import SignedHead
from samen.audit.engine.words import WORDS, in_words

KEY = bytes(range(32))
SECRET = "open sesame"  # noqa: S105 opens nothing
TIP = Tip(7, b"l" * 32, b"m" * 32)
VALUES: Any = st.lists(
    st.none() | st.integers() | st.text() | st.binary() | st.uuids() | st.lists(st.uuids())
)


# The chain


def test_the_seals_of_a_known_line_are_known() -> None:
    """Whoever changes how a line is sealed breaks every logbook there is. This test says so."""
    row = chain.row_of([1, [], datetime(2026, 11, 22, 12, tzinfo=UTC), "R", UUID(int=5), None])
    tip = chain.following(chain.beginning(chain.origin_of(KEY)), row, key=KEY)

    assert row == b'[1,[],"2026-11-22 12:00:00","R","00000000000000000000000000000005"]'
    assert tip.seq == 1
    assert tip.mac.hex() == "393a9abbb65c8aa2325a117c6dfd3909975e7ceb7ce3b7ccf6a7ac23dc00a461"
    assert tip.link.hex() == "e9b7fbffe3b55bb8af1e6550460a35373b1fa95cddae38b31a19d70b13748c8b"
    assert tip.key is not None
    assert tip.key.hex() == "c837b8e18e0533c2954ae1e55c70df1f80489d94cc28e9bf5c6c651c2f63b45b"


@given(VALUES, VALUES)
def test_two_lines_are_the_same_only_when_they_say_the_same(one: Any, other: Any) -> None:
    assert (chain.row_of(one) == chain.row_of(other)) == (plain(one) == plain(other))


def plain(values: list[Any]) -> list[Any]:
    """What a line says: without nothing at its end, and an id as text as SQLite keeps it."""
    filled = [
        value.hex
        if isinstance(value, UUID)
        else [item.hex for item in value]
        if isinstance(value, list)
        else [value.hex()]
        if isinstance(value, bytes)
        else value
        for value in values
    ]
    while filled and filled[-1] is None:
        filled.pop()
    return filled


def test_a_column_that_is_added_later_leaves_older_lines_as_they_were() -> None:
    assert chain.row_of([1, [], "R", None]) == chain.row_of([1, [], "R"])
    assert chain.row_of([1, [], "R", None, "x"]) != chain.row_of([1, [], "R", "x"])


def test_every_key_is_another_and_the_way_back_is_not_in_it() -> None:
    keys = [KEY]
    for _ in range(50):
        keys.append(chain.evolve(keys[-1]))

    assert len(set(keys)) == 51
    assert chain.origin_of(KEY) not in keys


# The key that lies in a table


def test_a_sealed_key_opens_with_its_secret_after_its_line() -> None:
    sealed = sealing.seal(KEY, after=TIP, secret=SECRET)

    assert KEY not in sealed
    assert sealing.unseal(sealed, after=TIP, secrets=[SECRET]) == KEY
    assert sealing.unseal(sealed, after=TIP, secrets=["newer", SECRET]) == KEY


@pytest.mark.parametrize(
    ("after", "secrets"),
    [
        (TIP, ["other"]),
        (TIP, []),
        (replace(TIP, seq=8), [SECRET]),
        (replace(TIP, link=b"x" * 32), [SECRET]),
        (replace(TIP, mac=b"x" * 32), [SECRET]),
    ],
)
def test_a_sealed_key_opens_with_nothing_else(after: Tip, secrets: list[str]) -> None:
    sealed = sealing.seal(KEY, after=TIP, secret=SECRET)

    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(sealed, after=after, secrets=secrets)


@given(st.binary(max_size=100))
def test_rubbish_is_no_sealed_key(rubbish: bytes) -> None:
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(rubbish, after=TIP, secrets=[SECRET])


# Keys in files


def test_a_key_file_is_for_its_owner_only_and_says_what_to_do_with_it(tmp_path: Path) -> None:
    key = key_files.made_once(tmp_path / "new", key_files.FIRST_KEY)
    path = tmp_path / "new" / key_files.FIRST_KEY

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "shred -u logbook-first-key" in path.read_text()
    assert key_files.read(path) == key
    assert list(path.parent.iterdir()) == [path], "no draft stays behind"


def test_a_key_is_made_once(tmp_path: Path) -> None:
    def make(_: int) -> bytes:
        return key_files.made_once(tmp_path, key_files.SIGNING_KEY)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(make, range(40)))) == 1


@pytest.mark.parametrize(
    "text", ["", "# words only\n", "abc", "00" * 31, "00" * 33, "zz" * 32, "é"]
)
def test_a_file_without_a_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)

    with pytest.raises(key_files.NoKeyInFile, match="holds no key"):
        key_files.read(path)


# Signed heads


def signed_head(**said: Any) -> SignedHead:
    head = replace(
        SignedHead(
            number=12,
            at=datetime(2026, 11, 22, 1, tzinfo=UTC),
            seq=100_000,
            link=b"l" * 32,
            mac=b"m" * 32,
            public_key=heads.public_half(KEY),
        ),
        **said,
    )
    return replace(head, signature=heads.sign(head, private_key=KEY))


def test_a_head_is_read_back_from_its_mail() -> None:
    head = signed_head()

    assert head.is_signed()
    assert heads.read(head.text, source="mail") == replace(head, source="mail")
    assert max(map(len, head.text.splitlines())) < 78, "no mail program wraps it"


def test_a_head_is_read_back_however_it_was_quoted() -> None:
    head = signed_head()
    quoted = "".join(f"> > {line[:40]}\r\n> > {line[40:]}\r\n" for line in head.text.splitlines())

    assert heads.read(f"Hello,\n\n{quoted}\nregards", source="").words == head.words


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 13},
        {"at": datetime(2026, 11, 23, 1, tzinfo=UTC)},
        {"seq": 99_999},
        {"link": b"x" * 32},
        {"mac": b"x" * 32},
        {"public_key": heads.public_half(b"x" * 32)},
        {"public_key": b"short"},
        {"signature": b"x" * 64},
    ],
)
def test_a_changed_head_is_not_as_signed(changed: dict[str, Any]) -> None:
    assert not replace(signed_head(), **changed).is_signed()


@given(st.text())
def test_a_text_without_a_head_is_refused(text: str) -> None:
    with pytest.raises(heads.NotAHead, match=r"no head of a logbook in letter\.txt"):
        heads.read(text, source="letter.txt")


def test_a_head_of_an_impossible_day_is_refused() -> None:
    with pytest.raises(heads.NotAHead):
        heads.read(signed_head().text.replace("2026-11-22", "2026-13-45"), source="mail")


def test_the_words_are_fit_for_the_phone() -> None:
    assert len(WORDS) == 256
    assert len({word[:4] for word in WORDS}) == 256
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 8 for word in WORDS)
    assert list(WORDS) == sorted(WORDS)


def test_twelve_words_stand_for_a_head() -> None:
    words = signed_head().words.split()

    assert len(words) == 12
    assert signed_head(seq=99_999).words.split() != words
    assert in_words(bytes(range(32))).split()[:3] == ["acorn", "actor", "album"]
