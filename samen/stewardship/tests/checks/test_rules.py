"""What a machine can see of an entry."""

from datetime import date
from typing import Any

import pytest

from samen.stewardship.rules import checking

TODAY = date(2026, 11, 22)
PHONE: dict[str, Any] = {"number": "0800-2000", "cost": "free", "confirmed": True}
EASY = "Je kunt hier praten met iemand die je taal spreekt. Het kost niets."


def facts(**said: Any) -> dict[str, Any]:
    """Of an entry in which nothing is wrong."""
    hours: dict[str, Any] = {
        "hours": "always",
        "closed_from": None,
        "closed_until": None,
        "exceptions": [],
    }
    whole: dict[str, Any] = {
        "phones": {"phones": [PHONE]},
        "how": {"channels": ["phone"]},
        "website": {"website": "https://example.org/"},
        "email": {"email": ""},
        "chat_url": {"chat_url": ""},
        "areas": {"areas": ["nl"]},
        "needs": {"needs": ["sit.danger_now"]},
        "speaks": {"speaks": ["nl"]},
        "location": {"locations": []},
        "hours": hours | said.pop("hours", {}),
        "what.nl": {"body": EASY},
        "what.en": {"body": "Talk."},
    }
    return whole | said


def found(broken: dict[str, str] | None = None, **said: Any) -> dict[tuple[str, str], str]:
    return checking.findings_in(facts(**said), broken=broken or {}, today=TODAY)


def test_an_entry_that_is_right_has_no_findings() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    "number",
    [
        *("0800-2000", "112", "113", "0900-8844", "14 020", "116 006", "030-231 64 94"),
        *("06 12345678", "+31 30 231 64 94", "+32 2 201 60 60", "088-605 80 80 (24 uur)"),
    ],
)
def test_a_number_that_can_be_dialled_is_good(number: str) -> None:
    assert checking.phone_trouble(number, cost="") == ""


@pytest.mark.parametrize(
    "number", ["030-231 64 9", "030-231 64 945", "06-1234567", "+31 30 12", "bel ons", "", "1"]
)
def test_a_number_that_reaches_nobody_is_found(number: str) -> None:
    assert checking.phone_trouble(number, cost="") == "not-a-number"


def test_a_paid_number_is_not_called_free() -> None:
    assert checking.phone_trouble("0900-8844", cost="free") == "not-free"


@pytest.mark.parametrize(
    ("said", "about"),
    [
        (
            {"phones": {"phones": [PHONE | {"confirmed": False}]}, "website": {"website": ""}},
            "reach",
        ),
        ({"areas": {"areas": []}}, "areas"),
        ({"needs": {"needs": []}}, "needs"),
        ({"speaks": {"speaks": []}}, "speaks"),
        ({"hours": {"hours": ""}}, "hours"),
        ({"how": {"channels": ["walkin"]}}, "location"),
        ({"what.en": {}}, "what.en"),
    ],
)
def test_what_is_missing_is_named(said: dict[str, Any], about: str) -> None:
    assert found(**said) == {("missing", about): "missing"}


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ({"closed_from": "2026-11-01", "closed_until": "2026-11-21"}, "closing-over"),
        ({"closed_from": "2026-10-01"}, "closed-long"),
        ({"exceptions": [["2025-12-25", None, None]]}, "exceptions-over"),
    ],
)
def test_hours_that_ended_are_found(hours: dict[str, Any], code: str) -> None:
    assert [*found(hours=hours).values()] == [code]


@pytest.mark.parametrize(
    "hours",
    [
        {"closed_from": "2026-11-01", "closed_until": "2026-11-22"},
        {"closed_from": "2026-11-01"},
        {"exceptions": [["2025-12-25", None, None], ["2026-12-25", None, None]]},
    ],
)
def test_hours_that_still_hold_are_left_alone(hours: dict[str, Any]) -> None:
    assert found(hours=hours) == {}


def test_a_hard_text_and_a_long_sentence_are_hinted_at() -> None:
    hard = "Multidisciplinaire traumabehandeling voor uitgeprocedeerde asielzoekers. " * 3
    long = " ".join(["Je mag altijd bellen en dan zeggen wat je nodig hebt en wij"] * 2) + "."

    assert found(**{"what.nl": {"body": hard}}) == {("words", "what.nl"): "hard-words"}
    assert found(**{"what.nl": {"body": long}}) == {("words", "what.nl"): "long-sentence 26"}


def test_other_languages_are_not_measured_with_a_dutch_rule() -> None:
    assert found(**{"what.en": {"body": "Multidisciplinary psychotraumatology " * 12}}) == {}


def test_a_broken_link_is_found_where_it_stands() -> None:
    broken = {"https://example.org/": "status-404"}

    assert found(broken) == {("link", "website"): "status-404"}


@pytest.mark.parametrize("trouble", ["status-404", "status-410", "elsewhere b.nl", "not-https"])
def test_what_does_not_mend_by_itself_is_broken_at_once(trouble: str) -> None:
    assert checking.is_broken(trouble, 1)


@pytest.mark.parametrize("trouble", ["too-slow", "status-503", "no-such-host", "unreachable"])
def test_a_bad_night_is_not_a_broken_link(trouble: str) -> None:
    assert not checking.is_broken(trouble, 1)
    assert checking.is_broken(trouble, 2)


@pytest.mark.parametrize("status", [200, 204, 401, 403, 405, 429])
def test_a_site_that_speaks_to_no_machine_is_there(status: int) -> None:
    assert checking.status_trouble(status) == ""
