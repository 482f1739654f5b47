"""A key that two people have together and neither has alone."""

from samen.vault.engine.keys import Key


def in_halves(key: Key) -> tuple[Key, Key]:
    """The first is chance, the second is the key with that chance: each alone says nothing."""
    first = Key.new()
    return first, joined(first, key)


def joined(one: Key, other: Key) -> Key:
    """What two halves are together. Halves of different keys make a key that opens nothing."""
    both = zip(one.reveal(), other.reveal(), strict=True)
    return Key(bytes(left ^ right for left, right in both))
