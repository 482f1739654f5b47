"""What a member has once her vault is open, and how colleagues recognise each other's keys."""

from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from samen.vault.engine.hybrid import PUBLIC, SECRET, KeyPair, PublicKey
from samen.vault.engine.keys import KEY, CannotOpen, Key
from samen.vault.engine.signing import Signer

_PIN = 16 + 32
_CONSONANTS, _VOWELS = "bdfghjklmnprstvwz", "aeiou"
_WORDS = 6


@dataclass(frozen=True, slots=True)
class Identity:
    """The public halves of a member: what is sealed to her, and what she signs with."""

    public: PublicKey
    verifying: bytes

    @classmethod
    def read(cls, raw: bytes) -> "Identity":
        return cls(PublicKey(raw[:PUBLIC]), raw[PUBLIC:])

    @property
    def raw(self) -> bytes:
        return self.public.raw + self.verifying

    @property
    def fingerprint(self) -> bytes:
        return sha256(b"samen.vault.identity.v1" + self.raw).digest()

    @property
    def words(self) -> tuple[str, ...]:
        """Six made-up words (77 bits) that two people say to each other on the telephone."""
        rest = int.from_bytes(self.fingerprint, "big")
        words = []
        for _ in range(_WORDS):
            letters = []
            for choice in (_CONSONANTS, _VOWELS) * 2:
                rest, at = divmod(rest, len(choice))
                letters.append(choice[at])
            words.append("".join(letters))
        return tuple(words)


@dataclass(slots=True, repr=False)
class Bundle:
    """U of the design: secret keys, the key of her keyring, and whose keys she has confirmed."""

    pair: KeyPair
    signer: Signer
    ring: Key
    pins: dict[UUID, bytes] = field(default_factory=dict)

    @classmethod
    def new(cls) -> "Bundle":
        return cls(KeyPair.new(), Signer(Key.new()), Key.new())

    @property
    def identity(self) -> Identity:
        return Identity(self.pair.public, self.signer.public)

    def to_bytes(self) -> bytes:
        pins = (member.bytes + pin for member, pin in sorted(self.pins.items()))
        fixed = self.pair.reveal() + self.signer.reveal() + self.ring.reveal()
        return fixed + b"".join(pins)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Bundle":
        """Raises CannotOpen."""
        fixed, pins = raw[: SECRET + 2 * KEY], raw[SECRET + 2 * KEY :]
        if len(fixed) != SECRET + 2 * KEY or len(pins) % _PIN:
            raise CannotOpen
        found = (pins[at : at + _PIN] for at in range(0, len(pins), _PIN))
        return cls(
            KeyPair(fixed[:SECRET]),
            Signer(Key(fixed[SECRET : SECRET + KEY])),
            Key(fixed[SECRET + KEY :]),
            {UUID(bytes=pin[:16]): pin[16:] for pin in found},
        )
