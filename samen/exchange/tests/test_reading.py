"""Records of others are read as far as they go, and every loss is told."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.exchange.rules.reading import read_service
from samen.exchange.rules.reading_origin import stable_id
from samen.exchange.rules.reading_pages import (
    documents_in,
    is_brief,
    kind_of,
    read_page,
    services_in,
)
from samen.exchange.rules.reading_values import Loss, Why, canonical, parsed, without_nulls
from samen.exchange.tests.ground import (
    SOURCE,
    ground,
    load,
    needs_hsds,
    official,
    read,
    schedule,
    service,
)

UK = {name: official("oruk-mocks", f"V3.0-UK-{name}") for name in ("Default", "Warn", "Fail")}
UK_FILES = [path for files in UK.values() for path in files]


def costs_read(*rows: dict[str, Any]) -> tuple[list[tuple[Any, ...]], set[tuple[str, str]]]:
    offer = read(service(cost_options=list(rows)))
    costs = offer.facts["cost_options"]["cost_options"]
    losses = {(loss.field, loss.why.value) for loss in offer.losses}
    return [(c["option"], c["currency"], c["amount"], c["details"]) for c in costs], losses


@pytest.mark.parametrize(
    ("row", "read_as", "lost"),
    [
        ({"amount": 12.5, "currency": "EUR"}, ("", "EUR", "12.50", ""), None),
        ({"amount": "7", "currency": "eur"}, ("", "EUR", "7.00", ""), None),
        ({"amount": 0, "option": "Intake"}, ("Intake", "", "0.00", ""), None),
        ({"amount_description": "Wat je kunt missen"}, ("", "", None, "Wat je kunt missen"), None),
        *(
            ({"option": "x", "amount": said}, ("x", "", None, ""), ("[].amount", "not-readable"))
            for said in ("12,50", 12.345, -1, 1_000_000, "1e9999", "NaN", "sNaN", "Infinity", "€ 3")
        ),
        (
            {"option": "x", "amount": 5, "currency": "€"},
            ("x", "", None, ""),
            ("[].currency", "not-readable"),
        ),
        ({"option": "x", "valid_to": "2020-01-01"}, None, ("", "past")),
        ({"option": "x", "valid_to": "2999-01-01"}, None, ("", "no-place")),
        ({"option": "x", "valid_to": "ooit"}, None, ("", "no-place")),
        ({"option": "x", "valid_from": "2999-01-01"}, None, ("", "no-place")),
        ({"option": "x", "valid_from": "ooit"}, None, ("", "no-place")),
        ({"currency": "EUR"}, None, None),
    ],
)
def test_a_price_is_read_whole_or_not_at_all(
    row: dict[str, Any], read_as: tuple[Any, ...] | None, lost: tuple[str, str] | None
) -> None:
    costs, losses = costs_read(row)

    assert costs == ([read_as] if read_as else [])
    if lost is None:
        assert losses == set()
    else:
        assert (f"cost_options{lost[0]}", lost[1]) in losses


def test_the_same_prices_in_another_order_are_the_same() -> None:
    rows = [{"amount": each, "option": "x"} for each in (10, 9, 9, 100)]

    there, _losses = costs_read(*rows)

    assert [amount for _o, _c, amount, _d in there] == ["9.00", "10.00", "100.00"]
    assert costs_read(*reversed(rows))[0] == there


def test_a_plain_record_becomes_facts_of_ours() -> None:
    offer = read(
        service(
            url="https://inloop.example.org",
            email="post@inloop.example.org",
            fees_description="Gratis",
            minimum_age=18,
            maximum_age="99",
            phones=[{"number": '"030 123 45 67"'}],
            languages=[{"code": "ar"}, {"code": "tir"}, {"name": "Dutch"}],
            service_areas=[{"name": "Utrecht"}, {"extent": "Den Haag"}],
            required_documents=[{"document": "Paspoort"}],
            attributes=[
                {"taxonomy_term_id": "x", "taxonomy_term": {"code": "form.violence"}},
                {"taxonomy_term_id": "group.men"},
            ],
            service_at_locations=[
                {
                    "location": {
                        "location_type": "physical",
                        "name": "Buurthuis",
                        "addresses": [{"address_1": "Domplein 1", "city": "Utrecht"}],
                    }
                }
            ],
        )
    )

    facts = offer.facts
    assert offer.losses == ()
    assert facts["what.nl"]["body"] == "Koffie en raad."
    assert facts["cost_note.nl"]["body"] == "Gratis"
    assert facts["ages"] == {"minimum_age": 18, "maximum_age": 99}
    assert [p["number"] for p in facts["phones"]["phones"]] == ["030 123 45 67"]
    assert facts["how"] == {"channels": ["phone", "email"]}
    assert facts["speaks"] == {"speaks": ["ar", "nl", "ti"]}
    assert facts["areas"] == {"areas": ["den-haag", "utrecht"]}
    assert facts["needs"] == {"needs": ["form.violence"]}
    assert facts["for"] == {"groups": [["group.men", False]]}
    assert facts["documents"] == {"documents": ["Paspoort"]}
    [place] = facts["location"]["locations"]
    assert (place["street"], place["place"], place["confirmed"]) == ("Domplein 1", "utrecht", False)
    assert facts["publish"]["publish"] == "review"
    assert offer.origin.publisher == SOURCE


@pytest.mark.parametrize(
    ("fields", "loss"),
    [
        ({"name": "x" * 300}, Loss("name", Why.TOO_LONG)),
        ({"email": "nobody"}, Loss("email", Why.NOT_READABLE)),
        ({"url": "example/page"}, Loss("url", Why.NOT_READABLE)),
        ({"minimum_age": 30, "maximum_age": 20}, Loss("minimum_age", Why.NOT_READABLE)),
        ({"minimum_age": "old"}, Loss("minimum_age", Why.NOT_READABLE)),
        ({"phones": [{"number": "call us"}]}, Loss("phones[].number", Why.NOT_READABLE)),
        ({"languages": [{"code": "xx"}]}, Loss("languages[].code", Why.UNKNOWN_NAME)),
        ({"service_areas": [{"name": "Atlantis"}]}, Loss("service_areas[].name", Why.UNKNOWN_NAME)),
        ({"attributes": [{"value": "?"}]}, Loss("attributes[].taxonomy_term", Why.UNKNOWN_NAME)),
        ({"accreditations": "ISO"}, Loss("accreditations", Why.NO_PLACE)),
        ({"phones": [{"number": "0301234567", "extension": 12}]},
         Loss("phones[].extension", Why.NO_PLACE)),
        ({"contacts": [{"name": "A. Persona"}]}, Loss("contacts", Why.NO_PLACE)),
        ({"some_field": {"of": "their own"}}, Loss("some_field", Why.NO_PLACE)),
        ({"assured_date": "2026-01-01"}, Loss("assured_date", Why.OURS_TO_SAY)),
        ({"description": None}, Loss("description", Why.MISSING)),
        ({"organization": None}, Loss("organization.name", Why.MISSING)),
        ({"schedules": [schedule(freq="MONTHLY")]}, Loss("schedules", Why.NOT_A_WEEK)),
        ({"schedules": [schedule(valid_to="2020-01-01")]}, Loss("schedules", Why.PAST)),
    ],
)  # fmt: skip
def test_every_loss_is_told_with_its_field_and_its_reason(
    fields: dict[str, Any], loss: Loss
) -> None:
    assert loss in read(service(**fields)).losses


def test_what_a_report_says_holds_no_value_of_the_record() -> None:
    offer = read(service(email="zebra", contacts=[{"name": "zebra"}], zebras="zebra"))

    assert "zebra" not in repr(offer.losses).replace("zebras", "")


def test_the_document_is_kept_whole_beside_the_facts() -> None:
    said = service(accreditations="ISO", contacts=[{"id": "c", "name": "A. Persona"}])

    assert canonical(read(said).document) == canonical(said)


def test_a_secret_place_has_no_address_whatever_else_is_said() -> None:
    there = {"location": {"location_type": "physical", "addresses": [{"address_1": "ZEBRAPAD 7"}]}}
    redacted = {"location": {**there["location"], "location_type": "redacted"}}
    for said in (
        service(address_withheld=True, service_at_locations=[there]),
        service(service_at_locations=[there, redacted]),
    ):
        [place] = read(said).facts["location"]["locations"]
        assert place["type"] == "confidential"
        assert "ZEBRAPAD" not in json.dumps(read(said).facts)


def test_the_sign_for_what_nobody_knows_of_an_address_is_read_as_unknown() -> None:
    signs = ("address_1", "city", "postal_code", "state_province")
    known = {"address_1": "Oudegracht 1", "city": "Utrecht"}

    for said in (dict.fromkeys(signs, "-"), dict.fromkeys(signs, "-") | known):
        link = {"location": {"location_type": "physical", "addresses": [said]}}
        offered = read(service(service_at_locations=[link]))
        place = offered.facts["location"]["locations"][0]
        assert place["postal_code"] == ""
        assert place["street"] == ("" if said["address_1"] == "-" else "Oudegracht 1")
        assert place["town"] == ("" if said["city"] == "-" else "Utrecht")
        assert not [loss for loss in offered.losses if "addresses" in loss.field]


def test_nobody_makes_a_record_urgent_or_confirmed_by_sending_it() -> None:
    offer = read(service(safety={"emergency": True}, confirmed=True, verification="person"))

    assert offer.facts["publish"] == {
        "kind": "service",
        "publish": "review",
        "verified": "page",
        "emergency": False,
    }
    assert Loss("safety.emergency", Why.OURS_TO_SAY) in offer.losses


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed", "?"])
def test_what_is_not_active_is_not_shown(status: str) -> None:
    assert read(service(status=status)).facts["publish"]["publish"] == "hidden"


# --- hours -------------------------------------------------------------------------------------


def hours(*rows: dict[str, Any]) -> dict[str, Any]:
    return read(service(schedules=list(rows))).facts["hours"]


def test_rows_of_a_week_become_the_weekly_grid() -> None:
    found = hours(
        schedule(byday="MO,TU", opens_at="09:00:00", closes_at="12:30"),
        schedule(byday="MO", opens_at="13:00+01:00", closes_at="17:00+01:00", interval=1),
        schedule(byday="SU", opens_at="00:00", closes_at="23:59"),
        schedule(byday="SA", opens_at="22:00", closes_at="24:00"),
    )

    assert found["hours"] == "weekly"
    assert found["week"] == [
        [0, "09:00", "12:30"],
        [0, "13:00", "17:00"],
        [1, "09:00", "12:30"],
        [5, "22:00", "00:00"],
        [6, "00:00", "00:00"],
    ]
    assert found["hours_confirmed"] is False


def test_every_day_all_day_is_always() -> None:
    row = schedule(byday="MO,TU,WE,TH,FR,SA,SU", opens_at="00:00", closes_at="23:59")

    assert hours(row)["hours"] == "always"


def test_a_single_date_is_an_exception() -> None:
    found = hours(
        {"valid_from": "2026-12-25", "valid_to": "2026-12-25", "dtstart": "2026-12-25"},
        {"dtstart": "2026-12-31", "count": 1, "opens_at": "10:00", "closes_at": "12:00"},
    )

    assert found["exceptions"] == [["2026-12-25", None, None], ["2026-12-31", "10:00", "12:00"]]


@pytest.mark.parametrize(
    "row",
    [
        schedule(interval=2),
        schedule(byday="1MO"),
        schedule(byday=""),
        schedule(bymonthday="2"),
        schedule(count=3),
        schedule(valid_from="2027-01-01"),
        schedule(opens_at=None),
        schedule(opens_at="not a time"),
    ],
)
def test_a_rhythm_that_is_no_week_is_not_forced_into_one(row: dict[str, Any]) -> None:
    assert hours(row)["hours"] == ""


def test_of_two_stretches_that_overlap_neither_is_taken() -> None:
    found = hours(schedule(), schedule(opens_at="16:00", closes_at="18:00"), schedule(byday="TU"))

    assert found["week"] == [[1, "09:00", "17:00"]]


@pytest.mark.parametrize("name", ["operating_hours", "schedules"])
def test_hours_of_3_3_are_read_like_those_of_before(name: str) -> None:
    assert read(service(**{name: [schedule()]})).facts["hours"]["hours"] == "weekly"


# --- lists -------------------------------------------------------------------------------------


def test_a_page_without_its_fields_is_read() -> None:
    page = read_page({"contents": [{"id": "1"}, None, "x"]})

    assert page is not None
    assert (page.contents, page.total, page.last) == (({"id": "1"},), None, None)


@pytest.mark.parametrize(
    ("header", "last"),
    [
        ({"last_page": True}, True),
        ({"page_number": 2, "total_pages": 3}, False),
        ({"page_number": 3, "total_pages": 3}, True),
        ({"empty": True}, True),
        ({"last": False, "totalElements": 9}, False),
    ],
)
def test_a_page_knows_whether_it_is_the_last(header: dict[str, Any], last: bool) -> None:  # noqa: FBT001 a parameter
    page = read_page({"contents": [], **header})

    assert page is not None
    assert page.last is last


@pytest.mark.parametrize("said", [None, 3, "x", {}, {"contents": "x"}, {"detail": "no"}])
def test_what_is_no_list_is_none(said: Any) -> None:
    assert read_page(said) is None


def test_lines_of_json_are_a_file_too() -> None:
    assert documents_in(b'{"id": "1"}\n\n{"id": "2"}\nnonsense\n') == [{"id": "1"}, {"id": "2"}]


def test_the_same_record_of_the_same_source_has_the_same_id_for_ever() -> None:
    given = "ac148810-d857-441c-9679-408f346de14b"

    assert stable_id(SOURCE, "a1") == stable_id(SOURCE, "a1") != stable_id("other", "a1")
    assert str(stable_id(SOURCE, given, kept=True)) == given
    assert str(stable_id(SOURCE, given)) != given


# --- what others publish -------------------------------------------------------------------------


@needs_hsds(UK_FILES)
@pytest.mark.parametrize("mock", ["Default", "Warn"])
def test_the_uk_mocks_that_are_valid_are_read(mock: str) -> None:
    for path in UK[mock]:
        if path.name.startswith(("service_full", "service_list", "service_at", "organization")):
            for document in documents_in(path.read_bytes()):
                for each in services_in(document):
                    offer = read(each)
                    assert offer.facts["what.nl"]["body"]
                    assert not [x for x in offer.losses if x.why is Why.MISSING and x.field > "d"]


@needs_hsds(UK_FILES)
def test_the_uk_mock_that_fails_is_reported() -> None:
    listed = documents_in(next(p for p in UK["Fail"] if "service_list" in p.name).read_bytes())
    nameless = next(each for each in listed if "name" not in each)
    full = load(next(p for p in UK["Fail"] if p.name == "service_full.json"))

    assert read_service(nameless, ground(), publisher=SOURCE) is None
    assert {Loss("email", Why.NOT_READABLE), Loss("url", Why.NOT_READABLE)} <= {*read(full).losses}
    assert Loss("description", Why.MISSING) in read(full).losses


@needs_hsds(UK_FILES)
def test_a_list_of_names_only_is_known_as_one() -> None:
    full = load(next(p for p in UK["Default"] if p.name == "service_full.json"))
    brief = load(next(p for p in UK["Default"] if p.name == "service_list.json"))["contents"][0]

    assert is_brief(brief)
    assert not is_brief(full)


@needs_hsds(official("3.2.3", "examples"))
def test_the_official_objects_are_told_apart() -> None:
    kinds = {
        path.stem: {kind_of(document) for document in documents_in(path.read_bytes())}
        for path in official("3.2.3", "examples")
        if path.stem != "tabular"
    }

    assert kinds == {
        "base": {"root"},
        "location": {"location"},
        "organization_full": {"organization"},
        "organization_list": {"organization"},
        "service_at_location_full": {"service_at_location"},
        "service_at_location_list": {"service_at_location"},
        "service_full": {"service"},
        "service_list": {"service"},
        "taxonomy": {"taxonomy"},
        "taxonomy_list": {"taxonomy"},
        "taxonomy_term": {"taxonomy_term"},
        "taxonomy_term_list": {"taxonomy_term"},
    }


# --- anything at all -----------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["id", "name", "description", "phones", "number", "schedules", "byday", "opens_at", "contents",
     "organization", "languages", "code", "service_at_locations", "location", "addresses", "coded",
     "hours", "week", "groups", "places", "translations", "nl", "provenance", "minimum_age",
     "last_page", "total_items", "attributes", "service_areas", "service", "services", "status"]
)  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | NAMES,
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=4), inside, max_size=6)
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(said=ANY, samen=st.booleans())
def test_nothing_that_anybody_sends_makes_the_reader_fall(said: Any, samen: bool) -> None:  # noqa: FBT001 drawn
    for document in [said, service(**said) if isinstance(said, dict) else said]:
        offer = read_service(document, ground(), publisher=SOURCE, samen=samen)
        assert offer is None or offer.facts["name"]["name"]
        read_page(document)
        if isinstance(document, dict):
            kind_of(document)
            services_in(document)


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[" * 100_000, b"1" * 10_000, b'{"a": NaN}', b'"\\ud800"', b"{"]
)
def test_no_bytes_make_the_reader_fall(body: bytes) -> None:
    without_nulls(parsed(body))
    documents_in(body)
