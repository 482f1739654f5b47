"""One Argon2id call, two halves, and a floor that no row can talk itself under."""

import pytest
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from samen.people import rules
from samen.people.engine import passwords
from samen.people.models import User
from samen.people.tests import make

SALT = b"0123456789abcdef"


def test_the_two_halves_are_the_same_every_time_and_differ_from_each_other() -> None:
    first = passwords.split("five words", salt=SALT)

    assert first == passwords.split("five words", salt=SALT)
    assert first.verifier != first.unlock_key
    assert first.unlock_key != passwords.split("six words", salt=SALT).unlock_key


@pytest.mark.parametrize(
    ("password", "salt", "kept", "unlock_key"),
    [
        (
            "bagu-dimo-feru-nape-zolu",
            SALT,
            "MDEyMzQ1Njc4OWFiY2RlZg==$rQ8GOwO6vl8wRqS8xxjc1gKj/GoLGwABhKB2MaxalU0=",
            "bff8dfef8c63a7b7b191f0d4b5abc2f3f7f6c3285cca0b1ee4da95d8f1f625a7",
        ),
        (
            "كلمة سر ሰላም",
            bytes(range(16)),
            "AAECAwQFBgcICQoLDA0ODw==$s99N9uSsfmruCzxRlvaLWiq5TVNEdbseyp0fnV9BPVs=",
            "6dbde1b26fcbe963d835cd1e65dd659fbbb1e7c2dfe9ec7d57bdfe81f973dae3",
        ),
    ],
)
def test_what_was_kept_by_the_first_release_opens_the_same_vault(
    password: str, salt: bytes, kept: str, unlock_key: str
) -> None:
    """Known answers: with another one every vault would stay shut. They are never made again."""
    kept = f"argon2id-split$m=65536,t=3,p=4${kept}"
    halves = passwords.opened(password, kept)

    assert halves is not None
    assert halves.unlock_key.hex() == unlock_key
    assert passwords.encoded(password, salt=salt) == kept
    assert passwords.opened(password + " ", kept) is None


def test_a_right_password_gives_the_unlock_key_and_a_wrong_one_gives_none() -> None:
    user = User(email="a@example.org")
    user.set_password(make.PASSWORD)

    assert user.check_password(make.PASSWORD)
    assert user.unlock_key is not None
    assert not user.check_password(make.PASSWORD + "x")
    assert user.unlock_key is None


def test_what_is_kept_does_not_hold_the_unlock_key() -> None:
    user = User(email="a@example.org")
    user.set_password(make.PASSWORD)
    user.check_password(make.PASSWORD)
    _cost, _salt, verifier = passwords.decoded(user.password)

    assert user.unlock_key not in {verifier, None}


def test_one_check_is_one_argon2id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right, wrong, or nothing to compare with: the same work, so time tells nothing."""
    calls: list[str] = []
    real = passwords.split

    def counted(password: str, *, salt: bytes, cost: passwords.Cost | None = None) -> object:
        calls.append(password)
        return real(password, salt=salt, cost=cost)

    user = User(email="a@example.org")
    user.set_password(make.PASSWORD)
    nobody = User(email="b@example.org")
    nobody.set_unusable_password()
    monkeypatch.setattr(passwords, "split", counted)
    for somebody, said in ((user, make.PASSWORD), (user, "wrong"), (nobody, "wrong")):
        calls.clear()
        somebody.check_password(said)
        assert len(calls) == 1


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "!",
        "argon2id-split$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
        "argon2id-split$m=65536,t=2,p=4$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
        "argon2id-split$m=65536,t=3,p=3$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
        "argon2id-split$m=1048577,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
        "argon2id-split$m=65536,t=33,p=4$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
        "argon2id-split$m=65536,t=3,p=33$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
        "argon2id-split$m=65536,t=3,p=4$c2hvcnQ=$AAAA",
        "md5$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg==$AAAA",
        "argon2id-split$m=65536,t=3,p=4$not base64$AAAA",
    ],
)
def test_a_row_that_was_made_cheap_or_dear_opens_nothing(kept: str) -> None:
    with pytest.raises(passwords.Unreadable):
        passwords.decoded(kept)
    assert passwords.tampered(kept) == (kept != "!")


def test_what_we_wrote_ourselves_is_not_called_tampered_with() -> None:
    nobody_yet = User(email="b@example.org")
    nobody_yet.set_unusable_password()

    for kept in (nobody_yet.password, passwords.encoded("five words", salt=SALT)):
        assert not passwords.tampered(kept)


@given(st.text(max_size=80))
def test_no_text_in_its_place_breaks_the_check(kept: str) -> None:
    try:
        passwords.decoded(kept)
    except passwords.Unreadable:
        return
    raise AssertionError(kept)


def test_an_offered_password_is_five_words_of_their_own() -> None:
    offered = {rules.passphrase() for _ in range(50)}

    assert len(offered) == 50
    assert all(len(words.split("-")) == 5 for words in offered)
    for words in offered:
        password_validation.validate_password(words)


@pytest.mark.parametrize("said", ["short", "aaaaaaaaaaaaaaaaaaaa", "12345678901234567890"])
def test_a_weak_password_is_refused(said: str) -> None:
    with pytest.raises(ValidationError):
        password_validation.validate_password(said)
