"""Hands behind the triggers: whatever they do to the logbook is found, and the place is named."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from samen.audit import queries
from samen.audit.engine import chain, heads, sealing
from samen.audit.engine.chain import Tip
from samen.audit.engine.checking import Broken, What
from samen.audit.models import Entry, EntryObject, Head, State
from samen.audit.tests import make
from samen.audit.tests.make import NOON, some_id, sql

pytestmark = pytest.mark.django_db

LINES = 24
COLUMNS = [str(field.column) for field in Entry._meta.concrete_fields]
CONTENTS = [name for name in COLUMNS if name not in {"seq", "link", "mac"}]
CODES: dict[str, Any] = {
    "event_action_code": ["C", "R", "U", "D", "E"],
    "event_outcome": [0, 4, 8, 12],
}


@pytest.fixture
def log() -> None:
    """Whole, with nothing to stop the hands of the test."""
    make.lines(LINES)
    make.without_triggers()


def broken(*, with_key: bool = False, kept: tuple[heads.SignedHead, ...] = ()) -> Broken:
    with pytest.raises(Broken) as found:
        queries.check_logbook(first_key=make.first_key() if with_key else None, kept_heads=kept)
    return found.value


@pytest.fixture(params=[False, True], ids=["links only", "with the first key"])
def with_key(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def mailed(head: Head) -> heads.SignedHead:
    """A head as somebody kept it."""
    return heads.read(queries.signed(head).text, source="mail.txt")


# A thousand at random


@dataclass(frozen=True)
class Harm:
    """What was done, the line it shows at first, and what it may be called."""

    line: int
    called: set[What]


def edit(chance: Random) -> Harm:
    """One value of one line: a bit, a letter, a digit, a microsecond, or something for nothing."""
    seq, column = chance.randint(1, LINES), chance.choice(COLUMNS[1:])
    now = stored(seq, column)
    # S608: nothing but names of our own columns goes into the text.
    update = f"UPDATE audit_entry SET {column} = %s WHERE seq = %s"  # noqa: S608
    sql(update, another(chance, column, now), seq)
    assert stored(seq, column) != now
    return Harm(seq, {What.CHANGED})


def stored(seq: int, column: str) -> Any:
    as_text = column == "event_date_time" and connection.vendor == "sqlite"
    name = f"CAST({column} AS TEXT)" if as_text else column
    [[value]] = sql(f"SELECT {name} FROM audit_entry WHERE seq = %s", seq)  # noqa: S608 as above
    return value


def another(chance: Random, column: str, value: Any) -> Any:
    if column in CODES:
        return chance.choice([code for code in CODES[column] if code != value])
    return almost(EXAMPLES[column] if value in {None, ""} else value, chance)


@singledispatch
def almost(value: Any, chance: Random) -> Any:
    """Another value, as little different as can be."""
    raise NotImplementedError


@almost.register
def _(value: datetime, chance: Random) -> datetime:
    return value + timedelta(microseconds=chance.choice([-1, 1, 1000]))


@almost.register
def _(value: UUID, chance: Random) -> UUID:
    return UUID(int=value.int ^ (1 << chance.randrange(128)))


@almost.register
def _(value: int, chance: Random) -> int:
    return value + chance.choice([1, 7])


@almost.register
def _(value: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(value))
    return value[:place] + bytes([value[place] ^ (1 << chance.randrange(8))]) + value[place + 1 :]


@almost.register
def _(value: str, chance: Random) -> str:
    place = chance.randrange(len(value))
    letter = chance.choice([letter for letter in "abcABC019 -:.T" if letter != value[place]])
    return value[:place] + letter + value[place + 1 :]


ID: Any = some_id().hex if connection.vendor == "sqlite" else some_id()
EXAMPLES: dict[str, Any] = {
    "on_behalf_of": ID,
    "object_id": ID,
    "details": b"\1" * 32,
    "life_cycle": 6,
    "role": "role",
    "purpose": "purpose",
    "sensitivity": "social",
}


def edit_objects(chance: Random) -> Harm:
    """An id that a line names: another, one less, or one more."""
    seq = chance.choice(sorted(set(EntryObject.objects.values_list("entry_seq", flat=True))))
    named = EntryObject.objects.filter(entry_seq=seq)
    way = chance.randrange(3)
    if way:
        first = named.values_list("object_id", flat=True)[0]
        named.filter(object_id=first).delete()
    if way < 2:
        seq = seq if way else chance.randint(1, LINES)
        EntryObject.objects.create(entry_seq=seq, object_id=UUID(int=chance.getrandbits(128)))
    return Harm(seq, {What.CHANGED})


def delete(chance: Random) -> Harm:
    seq = chance.randint(1, LINES)
    remove(seq, seq)
    if chance.random() < 0.5:
        renumber(from_seq=seq + 1, by=-1)
    if seq == LINES:
        return Harm(seq, {What.CUT_OFF})
    if seq == LINES - 1:  # one line is left to tell by
        return Harm(seq, {What.MISSING, What.CHANGED})
    return Harm(seq, {What.MISSING})


def swap(chance: Random) -> Harm:
    one, other = sorted(chance.sample(range(1, LINES + 1), 2))
    seals = {seq: Entry.objects.values("link", "mac").get(seq=seq) for seq in (one, other)}
    move(one, -1)
    move(other, one)
    move(-1, other)
    if chance.random() < 0.5:  # only what the lines say, and each seal stays in its place
        for seq, before in seals.items():
            Entry.objects.filter(seq=seq).update(**before)
    return Harm(one, {What.SWAPPED})


def truncate(chance: Random) -> Harm:
    left = chance.randint(0, LINES - 1)
    remove(left + 1, LINES)
    if left and chance.random() < 0.5:
        last = Entry.objects.get(seq=left)
        State.objects.update(seq=left, link=last.link, mac=last.mac)
        return Harm(left, {What.KEY})
    return Harm(left + 1, {What.CUT_OFF})


def insert(chance: Random) -> Harm:
    seq, model = chance.randint(1, LINES + 1), chance.randint(1, LINES)
    copy = Entry.objects.get(seq=model)
    renumber(from_seq=seq, by=1)
    copy.seq = seq
    copy.event_date_time += timedelta(seconds=1)
    copy.link = chance.randbytes(32)
    copy.save(force_insert=True)
    return Harm(seq, {What.PUT_IN} if seq <= LINES else {What.CHANGED})


def remove(first: int, last: int) -> None:
    Entry.objects.filter(seq__range=(first, last)).delete()
    EntryObject.objects.filter(entry_seq__range=(first, last)).delete()


def move(seq: int, to: int) -> None:
    Entry.objects.filter(seq=seq).update(seq=to)
    EntryObject.objects.filter(entry_seq=seq).update(entry_seq=to)


def renumber(*, from_seq: int, by: int) -> None:
    """In two steps, because no two lines may have one number in between."""
    for model, column in ((Entry, "seq"), (EntryObject, "entry_seq")):
        on, between = {f"{column}__gte": from_seq}, {f"{column}__lt": 0}
        model.objects.filter(**on).update(**{column: -(F(column) + by)})
        model.objects.filter(**between).update(**{column: -F(column)})


HARMS: list[Callable[[Random], Harm]] = [edit, edit_objects, delete, swap, truncate, insert]


@pytest.mark.slow
@pytest.mark.usefixtures("log")
def test_a_thousand_random_harms_are_found_and_named() -> None:
    chance = Random(20261122)  # noqa: S311 the same harms in every run
    for number in range(1000):
        do = HARMS[number % len(HARMS)]
        with transaction.atomic():
            harm = do(chance)
            found = broken(with_key=chance.random() < 0.5)
            transaction.set_rollback(True)
        assert (found.line, True) == (harm.line, found.what in harm.called), (
            f"{number}: {do.__name__}: {harm} was called {found.what}: {found}"
        )
    queries.check_logbook(first_key=make.first_key())


# What it says


@pytest.mark.usefixtures("log")
def test_a_changed_line_is_named(*, with_key: bool) -> None:
    Entry.objects.filter(seq=7).update(user_id=some_id(77))

    assert str(broken(with_key=with_key)) == "Line 7 was changed after it was written."


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (1, 1, "Line 1 is missing."),
        (7, 7, "Line 7 is missing."),
        (7, 9, "Lines 7 to 9 are missing."),
        (24, 24, "Line 24 is missing: the logbook was cut off at the end."),
        (20, 24, "Lines 20 to 24 are missing: the logbook was cut off at the end."),
        (1, 24, "Lines 1 to 24 are missing: the logbook was cut off at the end."),
    ],
)
def test_missing_lines_are_named(first: int, last: int, sentence: str) -> None:
    remove(first, last)

    assert str(broken()) == sentence


@pytest.mark.usefixtures("log")
def test_a_gap_that_was_closed_is_named() -> None:
    remove(7, 9)
    renumber(from_seq=10, by=-3)

    assert str(broken()) == "Lines 7 to 9 are missing, and those after were given other numbers."


@pytest.mark.usefixtures("log")
def test_swapped_lines_are_named() -> None:
    move(7, -1)
    move(12, 7)
    move(-1, 12)

    assert str(broken()) == "Lines 7 and 12 were swapped."


@pytest.mark.usefixtures("log")
def test_a_line_that_was_put_in_is_named() -> None:
    copy = Entry.objects.get(seq=3)
    renumber(from_seq=7, by=1)
    copy.seq = 7
    copy.save(force_insert=True)

    assert str(broken()) == "Line 7 was put in; what was line 7 now has the number 8."


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(("seq", "named"), [(-4, 1), (0, 1), (25, 25)])
def test_a_line_that_was_put_in_outside_is_named(seq: int, named: int) -> None:
    copy = Entry.objects.get(seq=24)
    copy.seq = seq
    if seq > 24:
        copy.link = follow(copy, seq).link
    copy.save(force_insert=True)
    found = broken()

    assert (found.line, found.what) == (named, What.PUT_IN)


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("seq", [-1, 0, 25, 1000])
def test_an_object_of_no_line_is_found(seq: int) -> None:
    EntryObject.objects.create(entry_seq=seq, object_id=some_id())

    assert str(broken()) == f"An object was put in for line {seq}, which does not exist."


@pytest.mark.usefixtures("log")
def test_of_two_harms_the_first_is_named() -> None:
    Entry.objects.filter(seq=20).update(role="x")
    remove(9, 9)

    assert broken().line == 9


ANOTHER_SPELLING = {
    "sqlite": [
        "event_type = CAST(x'ff' AS TEXT)",
        "event_type = CAST(event_type AS BLOB)",
        "event_date_time = replace(event_date_time, ' ', 'T')",
        "event_date_time = event_date_time || '.000000'",
        "event_date_time = 'soon'",
        "user_id = upper(user_id)",
        "user_id = 'x'",
        "mac = hex(mac)",
        "link = hex(link)",
        "seq = 7.5",
        "seq = 'seven'",
    ],
    "postgresql": [
        "event_date_time = 'infinity'",
        "event_date_time = '-infinity'",
        "event_date_time = '4713-01-01 BC'",
        "event_date_time = '20000-01-01'",
    ],
}


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("change", ANOTHER_SPELLING[connection.vendor])
def test_what_django_would_take_for_the_same_or_could_not_read_is_a_change(change: str) -> None:
    sql(f"UPDATE audit_entry SET {change} WHERE seq = 7")  # noqa: S608 from the list above

    assert broken().line == 7
    assert broken(with_key=True).line == 7


# Rewriting by somebody who knows how it is sealed


def follow(entry: Entry, seq: int) -> Tip:
    """The seals that somebody computes who has everything but the keys of before."""
    before = Entry.objects.get(seq=seq - 1)
    row = row_of(entry, seq)
    return Tip(
        seq, chain.link_of(row, bytes(entry.mac), after=bytes(before.link)), bytes(entry.mac)
    )


def row_of(entry: Entry, seq: int) -> bytes:
    objects = EntryObject.objects.filter(entry_seq=seq).order_by("object_id")
    values = [getattr(entry, name) for name in CONTENTS]
    return chain.row_of([seq, list(objects.values_list("object_id", flat=True)), *values])


def rewrite(seq: int, *, secret: bool) -> None:
    """Change line `seq` and every link after it; with the secret also seal the key anew."""
    state = State.objects.get()
    end = Tip(state.seq, bytes(state.link), bytes(state.mac))
    key = queries.present_key(bytes(state.sealed_key), after=end)
    assert key is not None
    Entry.objects.filter(seq=seq).update(user_id=some_id(66))
    for entry in Entry.objects.filter(seq__gte=seq).order_by("seq"):
        end = follow(entry, entry.seq)
        Entry.objects.filter(seq=entry.seq).update(link=end.link)
    State.objects.update(link=end.link)
    if secret:
        sealed = sealing.seal(key, after=end, secret=settings.SECRET_KEY)
        State.objects.update(sealed_key=sealed)


@pytest.mark.usefixtures("log")
def test_who_has_the_database_only_cannot_rewrite() -> None:
    rewrite(7, secret=False)

    assert broken().what is What.KEY
    found = broken(with_key=True)
    assert (found.line, found.what) == (7, What.KEY)


@pytest.mark.usefixtures("log")
def test_who_has_the_present_key_too_is_found_with_the_first_key() -> None:
    rewrite(7, secret=True)

    assert queries.check_logbook().lines == LINES, "links alone cannot tell"
    assert str(broken(with_key=True)) == (
        "The key does not fit line 7: it was rewritten after it was written."
    )


def test_who_has_the_present_key_too_is_found_by_a_kept_head() -> None:
    make.lines(4)
    make.head()
    make.lines(4)
    kept = mailed(make.head())
    make.without_triggers()
    rewrite(7, secret=True)
    Head.objects.all().delete()

    assert queries.check_logbook().lines == 10
    found = broken(kept=(kept,))
    assert (found.line, found.what) == (10, What.HEAD)
    assert str(found) == (
        "Head 2 of 2026-11-22 in mail.txt does not fit: between line 1 and line 10 the logbook "
        "was rewritten after it was signed."
    )


def test_a_rewriting_lies_after_the_last_head_that_fits() -> None:
    make.lines(4)
    make.head()
    make.lines(4)
    make.head()
    make.without_triggers()
    rewrite(7, secret=True)

    assert "between line 6 and line 10" in str(broken())


def test_a_logbook_begun_anew_does_not_fit_the_first_key_nor_a_kept_head(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    make.lines(4)
    first_key, kept = make.first_key(), mailed(make.head())
    make.without_triggers()
    for model in (Entry, EntryObject, Head, State):
        model.objects.all().delete()
    assert queries.check_logbook().lines == 0

    for evidence in ({"first_key": first_key}, {"kept_heads": [kept]}):
        with pytest.raises(Broken):
            queries.check_logbook(**evidence)
    monkeypatch.setattr(settings, "DATA", tmp_path)
    make.lines(10)
    for evidence in ({"first_key": first_key}, {"kept_heads": [kept]}):
        with pytest.raises(Broken) as found:
            queries.check_logbook(**evidence)
        assert found.value.what in {What.KEY, What.HEAD}


def test_a_tail_that_was_cut_off_neatly_is_found_by_a_kept_head() -> None:
    """As when yesterday's copy of the whole database is put back."""
    make.lines(4)
    before = State.objects.values().get()
    make.lines(4)
    kept = mailed(make.head())
    make.without_triggers()
    remove(5, 9)
    Head.objects.all().delete()
    State.objects.update(**before)
    assert queries.check_logbook(first_key=make.first_key()).lines == 4

    found = broken(kept=(kept,))
    assert (found.line, found.what) == (5, What.CUT_OFF)
    assert "signed over 9 lines" in str(found)


# The row of the writers


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seq": 3}, What.PUT_IN),
        ({"seq": 30}, What.CUT_OFF),
        ({"link": bytes(32)}, What.STATE),
        ({"mac": bytes(32)}, What.STATE),
        ({"origin": bytes(32)}, What.CHANGED),
        ({"origin": b""}, What.CHANGED),
        ({"sealed_key": bytes(60)}, What.KEY),
        ({"sealed_key": b""}, What.KEY),
    ],
)
def test_a_changed_state_is_found(change: dict[str, Any], what: What) -> None:
    State.objects.update(**change)

    assert broken().what is what


@pytest.mark.usefixtures("log")
def test_a_missing_state_is_found(*, with_key: bool) -> None:
    State.objects.all().delete()

    assert broken(with_key=with_key).what is What.STATE


@pytest.mark.usefixtures("log")
def test_the_key_of_another_line_in_the_state_is_found() -> None:
    last = Entry.objects.get(seq=LINES)
    end = Tip(LINES, bytes(last.link), bytes(last.mac))
    sealed = sealing.seal(bytes(32), after=end, secret=settings.SECRET_KEY)
    State.objects.update(sealed_key=sealed)

    assert queries.check_logbook().lines == LINES
    assert broken(with_key=True).what is What.KEY


# The table of heads


@pytest.fixture
def heads_too() -> None:
    for _ in range(3):
        make.lines(3)
        make.head()
    make.without_triggers()


@pytest.mark.usefixtures("heads_too")
@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON + timedelta(days=1)},
        {"at": NOON + timedelta(microseconds=1)},
        {"seq": 7},
        {"seq": 100},
        {"seq": 0},
        {"link": bytes(32)},
        {"mac": bytes(32)},
        {"signature": bytes(64)},
        {"public_key": heads.public_half(bytes(32))},
        {"number": 9},
    ],
)
def test_a_changed_head_is_found(change: dict[str, Any]) -> None:
    Head.objects.filter(number=2).update(**change)

    assert broken().what is What.HEAD


@pytest.mark.usefixtures("heads_too")
def test_a_missing_head_is_found() -> None:
    Head.objects.filter(number=2).delete()

    assert str(broken()) == "Head 2 is missing."


@pytest.mark.usefixtures("heads_too")
def test_a_head_signed_by_a_stranger_is_found() -> None:
    stranger = bytes(32)
    head = Head.objects.get(number=2)
    head.public_key = heads.public_half(stranger)
    signature = heads.sign(queries.signed(head), private_key=stranger)
    Head.objects.filter(number=2).update(public_key=head.public_key, signature=signature)

    assert "signed with a key that is not ours" in str(broken())


@pytest.mark.usefixtures("heads_too")
def test_a_head_of_before_the_key_was_renewed_fits_when_somebody_kept_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    kept = mailed(Head.objects.get(number=1))
    monkeypatch.setattr(settings, "DATA", tmp_path)
    make.head()

    assert broken().what is What.HEAD
    assert queries.check_logbook(kept_heads=[kept]).heads == 5  # four of ours, one kept
