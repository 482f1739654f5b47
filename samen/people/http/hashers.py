"""How Django keeps a password: by samen.people.engine.passwords, in one Argon2id call."""

from secrets import token_bytes
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher

from samen.people.engine import passwords


class SplitArgon2(BasePasswordHasher):
    algorithm = passwords.ALGORITHM

    def encode(self, password: str, salt: str | bytes) -> str:  # noqa: ARG002 Django hands a text; ours is of bytes
        return passwords.encoded(password, salt=token_bytes(passwords.SALT_BYTES))

    def verify(self, password: str, encoded: str) -> bool:
        return passwords.opened(password, encoded) is not None

    def decode(self, encoded: str) -> dict[str, Any]:
        cost, salt, verifier = passwords.decoded(encoded)
        return {"algorithm": self.algorithm, "salt": salt, "hash": verifier, "cost": cost}

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algorithm": self.algorithm, "cost": self.decode(encoded)["cost"]}

    def must_update(self, encoded: str) -> bool:
        return bool(self.decode(encoded)["cost"] != passwords.FLOOR)

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: right, wrong and unreadable cost the same already."""
