"""An open vault, in the memory of one request. Other rooms hand it on and look into nothing."""

from typing import NoReturn
from uuid import UUID

from samen.vault.engine.bundle import Bundle
from samen.vault.engine.keys import Key


class Keyring:
    """`member` says whose it is. Everything else is for this room."""

    __slots__ = ("_bundle", "_root", "generation", "member", "row")

    def __init__(
        self, *, member: UUID, row: UUID, generation: int, root: Key, bundle: Bundle
    ) -> None:
        self.member = member
        self.row = row
        self.generation = generation
        self._root = root
        self._bundle = bundle

    @property
    def root(self) -> Key:
        return self._root

    @property
    def bundle(self) -> Bundle:
        return self._bundle

    def __repr__(self) -> str:
        return f"<keyring of {self.member}>"

    def __reduce__(self) -> NoReturn:
        message = "A key stays in the memory of one process."
        raise TypeError(message)
