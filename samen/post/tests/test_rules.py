from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.post import rules

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OURS = rules.OurHosts(["help.example.org", ".example.net"], https=True)


@pytest.mark.parametrize(
    "address", ["post@example.org", "a.b+c@sub.example.org", "o'neil@example.org"]
)
def test_a_plain_address_is_one(address: str) -> None:
    rules.check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "post",
        "@example.org",
        "post@",
        "post@example",
        "post@example..org",
        "post@-example.org",
        ".post@example.org",
        "-post@example.org",
        "post @example.org",
        "Name <post@example.org>",
        "post@example.org, info@example.org",
        "post@example.org;info@example.org",
        '"po st"@example.org',
        "post(a)@example.org",
        "post@[192.0.2.1]",
        "post@exämple.org",
        "post@example.org\n",
        "post@example.org\r\nBcc: info@example.org",
        "post@example.org\x00",
        f"{'a' * 65}@example.org",
        f"post@{'a.' * 125}org",
    ],
)
def test_anything_else_is_not_an_address(address: str) -> None:
    with pytest.raises(rules.BadAddress):
        rules.check_address(address)


@given(st.text(), st.sampled_from(["\r", "\n", "\r\n", "\0", " ", ",", ";", "<", ">", "\u2028"]))
def test_no_address_can_carry_what_ends_or_splits_a_header(text: str, sign: str) -> None:
    for address in (f"{text}{sign}@example.org", f"post@example.org{sign}{text}", f"{sign}{text}"):
        assert not rules.is_address(address)


@pytest.mark.parametrize("key", ["reminder:5a3e:2026-11", "invitation:5a3e/1"])
def test_a_key_is_made_of_codes_and_ids(key: str) -> None:
    rules.check_key(key)


@pytest.mark.parametrize("key", ["", "post@example.org", "Fatima", "two words", "a" * 121, "a\n"])
def test_a_key_names_nobody(key: str) -> None:
    with pytest.raises(rules.BadKey):
        rules.check_key(key)


# Values


def check(template: str, **values: str | date) -> dict[str, str]:
    return rules.check_values(template, values, ours=OURS)


def test_a_template_takes_exactly_its_values() -> None:
    assert check("invitation", link="https://help.example.org/k/1") == {
        "link": "https://help.example.org/k/1"
    }
    with pytest.raises(rules.WrongValues, match="link is missing"):
        check("invitation")
    with pytest.raises(rules.WrongValues, match="is not in this template"):
        check("invitation", link="https://help.example.org/k/1", name="Fatima")


@pytest.mark.parametrize(
    "link",
    [
        "https://help.example.org/",
        "https://help.example.org:8443/nl/i/42?a=b#c",
        "https://desk.example.net/k/1",
        "https://example.net",
        "https://HELP.example.org/k/1",
    ],
)
def test_a_link_leads_to_us(link: str) -> None:
    check("invitation", link=link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://help.example.org/",
        "https://elsewhere.example.com/",
        "https://help.example.org.example.com/",
        "https://badexample.net/",
        "https://help.example.org@example.com/",
        "https://a:b@help.example.org/",
        "https://help.example.org\\@example.com/",
        "//help.example.org/",
        "javascript:alert(1)",
        "https://help.example.org/ a",
        "https://help.example.org/\nBcc: a",
        "https://help.example.org/<b>",
        "https://help.example.org/" + "a" * 500,
    ],
)
def test_a_link_leads_nowhere_else(link: str) -> None:
    with pytest.raises(rules.WrongValues, match="link is not a link"):
        check("invitation", link=link)


def test_without_https_a_plain_link_will_do() -> None:
    ours = rules.OurHosts(["[::1]"], https=False)

    rules.check_values("invitation", {"link": "http://[::1]:8000/k/1"}, ours=ours)


@pytest.mark.parametrize("name", ["Bloem & Zee", "دار السلام", "بیت‌الزهرا", "ቤት", "Дім", "A" * 200])
def test_organisations_have_names_in_every_script(name: str) -> None:
    check(
        "confirm_listing",
        organization=name,
        link="https://help.example.org/",
        date=date(2026, 12, 1),
    )


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "Bloem ", "A" * 201, "two\nlines", "two\rlines", "two\u2028lines"),
        *("\x00", "\x1b[1m", "\u202egro.live", "\u2066a", "\ud800", "\ufeffa"),
    ],
)
def test_a_name_is_one_line_that_looks_as_it_is(name: str) -> None:
    with pytest.raises(rules.WrongValues, match="organization is not a name"):
        check(
            "confirm_listing",
            organization=name,
            link="https://help.example.org/",
            date=date(2026, 12, 1),
        )


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-13-01", "20261201", "2026-12-01T10:00"])
def test_a_date_is_a_day(day: str) -> None:
    with pytest.raises(rules.WrongValues, match="date is not a date"):
        check("confirm_listing", organization="Bloem", link="https://help.example.org/", date=day)


@given(st.text())
def test_a_text_is_kept_as_it_was_or_refused(text: str) -> None:
    try:
        kept = check("logbook_head", text=text)
    except rules.WrongValues:
        return
    assert kept == {"text": text}
    assert "\r" not in text
    assert text.encode()


@pytest.mark.parametrize(
    ("text", "direction", "whole"),
    [
        ("Bloem", "ltr", False),
        ("دار السلام", "ltr", True),
        ("دار السلام", "rtl", False),
        ("Bloem 24", "rtl", True),
    ],
)
def test_a_name_is_kept_whole_in_a_line_of_the_other_direction(
    text: str, direction: str, *, whole: bool
) -> None:
    kept = rules.isolated(text, direction=direction)

    assert kept == (f"\u2068{text}\u2069" if whole else text)


def test_a_letter_is_in_one_language() -> None:
    assert rules.language_of_letter("nl") == "nl"
    assert rules.language_of_letter("fa-AF") == "en"


# Time


def test_a_letter_has_the_same_message_id_whenever_it_is_asked() -> None:
    one = UUID(int=1)

    assert rules.message_id(one, sender="post@example.org") == f"<{one.hex}@example.org>"


def test_waiting_grows_from_a_minute_to_a_day() -> None:
    waits = []
    at: datetime | None = NOON
    for attempts in range(1, 20):
        again = rules.next_try(attempts=attempts, first=NOON, at=at) if at else None
        if at and again:
            waits.append(again - at)
        at = again

    assert waits == [
        *rules.PATIENCE,
        timedelta(days=1),
        timedelta(hours=15, minutes=24),  # what is left of the three days
    ]
    assert sum(waits, timedelta()) == rules.GIVEN_UP_AFTER


def test_three_days_hold_fewer_attempts_than_make_a_letter_hopeless() -> None:
    assert not rules.is_hopeless(9)
    assert rules.is_hopeless(rules.MOST_ATTEMPTS + 1)
    assert rules.next_try(attempts=rules.MOST_ATTEMPTS + 1, first=NOON, at=NOON) is None


def test_a_claim_outlasts_the_round_it_was_made_in() -> None:
    assert rules.CLAIM_LASTS > 2 * rules.ROUND_LASTS
