from collections.abc import Mapping
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from samen.post import actions, models
from samen.post.models import Letter, State
from samen.post.tests import make
from samen.post.tests.make import ADDRESS, LINK, NOON

pytestmark = pytest.mark.django_db

TRIED = {"attempts": 1, "tried_since": NOON, "closed_at": NOON}


def test_a_letter_waits_in_the_queue_and_leaves_a_trace() -> None:
    about = uuid4()

    letter = make.letter(about=about, key="invitation:1")

    kept = Letter.objects.get()
    assert kept == letter
    assert (kept.state, kept.to, kept.about_id) == (State.QUEUED, ADDRESS, about)
    assert make.lines(letter) == ["letter queued"]


def test_the_same_reminder_is_never_queued_twice() -> None:
    first = make.letter(key="reminder:1")
    second = make.letter(key="reminder:1", to="info@example.org")

    assert first == second
    assert Letter.objects.get().to == ADDRESS
    assert make.lines() == ["letter queued"]


def test_two_who_queue_the_same_reminder_at_once_queue_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other one's letter is there only after we looked."""
    other = make.letter(key="reminder:1")
    looked = models.LetterQuerySet.filter
    monkeypatch.setattr(models.LetterQuerySet, "first", lambda _letters: None)

    assert make.letter(key="reminder:1") == other
    assert looked(Letter.objects.all(), key="reminder:1").count() == 1


def test_a_letter_leaves_only_when_what_it_is_about_was_kept() -> None:
    with transaction.atomic():
        make.letter()
        transaction.set_rollback(True)

    assert not Letter.objects.exists()
    assert make.lines() == []


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"template": "welcome"}, actions.UnknownTemplate),
        ({"template": "../invitation"}, actions.UnknownTemplate),
        ({"language": "xx"}, actions.UnknownLanguage),
        ({"language": "nl\nBcc: info@example.org"}, actions.UnknownLanguage),
        ({"to": "office@example.org\nBcc: info@example.org"}, actions.BadAddress),
        ({"to": "office@example.org,info@example.org"}, actions.BadAddress),
        ({"key": "office@example.org"}, actions.BadKey),
        ({"values": {}}, actions.WrongValues),
        ({"values": {"link": LINK, "name": "Fatima"}}, actions.WrongValues),
        ({"values": {"link": "https://example.com/"}}, actions.WrongValues),
        ({"values": {"link": f"{LINK}\r\nBcc: info@example.org"}}, actions.WrongValues),
    ],
)
def test_what_may_not_be_sent_is_refused_and_not_repeated(
    wrong: Mapping[str, str], refusal: type[actions.CannotBeSent]
) -> None:
    with pytest.raises(refusal) as refused:
        make.letter(**wrong)  # type: ignore[arg-type]  # wrong is what this is about

    assert not Letter.objects.exists()
    assert make.lines() == []
    assert not any(word in str(refused.value) for word in ("example", "Fatima", "Bcc"))


def test_the_mark_of_an_address_tells_nothing_and_ignores_capitals() -> None:
    letter = make.letter(to="Office@example.org")

    assert letter.recipient == models.mark_of("office@EXAMPLE.org")
    assert letter.recipient != models.mark_of("info@example.org")
    assert "office" not in letter.recipient.lower()


@pytest.mark.parametrize(
    "lie",
    [
        {"state": "lost"},
        {"to": ""},
        {"state": State.SENDING, "attempts": 1, "tried_since": NOON},
        {"claim": uuid4(), "claimed_until": NOON},
        {"attempts": 1},
        {"closed_at": NOON},
        {"sent_at": NOON},
        {"state": State.FAILED},
        TRIED | {"state": State.SENT, "values": {}},
        TRIED | {"state": State.SENT, "sent_at": NOON},  # and the link is still there
        TRIED | {"state": State.GIVEN_UP, "to": ""},
    ],
)
def test_the_database_refuses_a_letter_that_contradicts_itself(lie: dict[str, object]) -> None:
    letter = make.letter()

    with pytest.raises(IntegrityError):
        Letter.objects.filter(pk=letter.pk).update(**lie)
