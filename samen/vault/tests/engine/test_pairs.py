"""Halves of a key: both together are it, and either alone is chance."""

from samen.vault.engine.keys import Key
from samen.vault.engine.pairs import in_halves, joined


def test_two_halves_are_the_key_in_either_order() -> None:
    key = Key(bytes(range(32)))
    one, other = in_halves(key)
    assert joined(one, other).reveal() == joined(other, one).reveal() == key.reveal()


def test_halves_are_chance_each_time_and_those_of_two_times_make_another_key() -> None:
    key = Key(bytes(32))
    (one, other), (again, _rest) = in_halves(key), in_halves(key)
    assert len({one.reveal(), again.reveal(), key.reveal()}) == 3
    assert joined(again, other).reveal() != key.reveal()


def test_joined_byte_by_byte() -> None:
    one, other = Key(bytes([0b1100]) * 32), Key(bytes([0b1010]) * 32)
    assert joined(one, other).reveal() == bytes([0b0110]) * 32
