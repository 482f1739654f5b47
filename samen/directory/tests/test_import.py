"""The map is brought in line with its files, and what people changed since is theirs."""

from collections.abc import Callable
from datetime import date, time
from typing import Any
from unittest.mock import DEFAULT, Mock

import pytest
from django.db import IntegrityError

from samen.audit import actions as audit
from samen.audit.models import Entry
from samen.directory.actions import facts, importing
from samen.directory.models import (
    Change,
    Fact,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    ServiceGroup,
    ServiceText,
)
from samen.directory.rules import text_hash
from samen.directory.tests import make
from samen.directory.tests.make import entry, import_map

PUBLIC = {"type": "public", "street": "Domplein 1", "city": "Utrecht", "confirmed": "yes"}


class DiskFull(Exception):
    pass


@pytest.fixture(autouse=True)
def _ground(db: None) -> None:  # noqa: ARG001 the fixture opens the database
    make.ground()


def written() -> list[int]:
    """How many rows there are of everything an import writes."""
    models = (Change, Entry, Fact, Service, ServiceText, Phone, Location, Organization)
    return [model._default_manager.count() for model in models]


# --- a first import ----------------------------------------------------------------------------


def test_an_entry_becomes_a_service_with_all_it_says() -> None:
    report = import_map(
        entry(
            names={"en": "Safe Home"},
            hours={"state": "weekly", "week": {"tue": ["13:00-17:00", "22:00-24:00"]}},
            speaks=["ti", "ar"],
            cost={"state": "free"},
            anonymous="partly",
            ages={"min": 12, "max": 24},
            areas=["utrecht"],
            location=PUBLIC,
        )
        | {"for": ["grp.women"]}
    )

    service = Service.objects.get(number=3)
    assert (report.created, report.refused) == (2, ())  # and its organisation
    assert service.names == {"en": "Safe Home"}
    assert list(service.languages.values_list("tag", flat=True)) == ["ar", "ti"]
    assert list(service.week.values_list("weekday", "opens", "closes")) == [
        (1, time(13), time(17)),
        (1, time(22), time(0)),
    ]
    assert (service.cost, service.anonymous) == ("free", "partly")
    assert (service.minimum_age, service.maximum_age) == (12, 24)
    assert service.groups.get().group.key == "grp.women"
    assert [str(area.municipality) for area in service.areas.all()] == ["Utrecht"]
    assert service.checked_on == date(2026, 11, 22)
    place = service.at_locations.get().location.place
    assert place is not None
    assert place.slug == "utrecht"


def test_each_entry_leaves_one_line_in_the_journal_and_one_in_the_logbook() -> None:
    import_map(entry())

    changes = Change.objects.values_list("kind", "verb")
    assert sorted(changes) == [("organization", "created"), ("service", "created")]
    assert {e.object_id for e in Entry.objects.all()} == {c.record for c in Change.objects.all()}
    assert Entry.objects.count() == 2


def test_without_a_trace_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "record", Mock(side_effect=DiskFull))

    with pytest.raises(DiskFull):
        import_map(entry())

    assert not Service.objects.exists()
    assert not Organization.objects.exists()


def test_yes_may_be_written_without_quotes() -> None:
    import_map(entry(emergency=True, without_documents=False, interpreter="ask"))

    service = Service.objects.get()
    assert (service.emergency, service.without_documents, service.interpreter) == (True, "no", "")


def test_a_group_may_be_welcome_or_the_only_one() -> None:
    import_map(entry(only=["grp.women"]) | {"for": ["grp.women"]})

    assert ServiceGroup.objects.get().only


def test_what_backs_a_fact_is_what_backs_the_entry_unless_it_says_otherwise() -> None:
    import_map(
        entry(
            source_year=2024,
            cost={"state": "free", "note": {"nl": "Bellen is gratis."}},
            facts={"cost": {"verified": "page", "year": 2023}},
        )
    )

    backing = {f.name: (f.verified, f.year) for f in Fact.objects.all()}
    assert backing["phones"] == ("seed", 2024)
    assert backing["cost"] == backing["cost_note.nl"] == ("page", 2023)


def test_exceptions_and_closures_are_read() -> None:
    import_map(
        entry(
            hours={
                "state": "always",
                "outside": "urgent",
                "holidays": "closed",
                "closed_until": date(2026, 12, 1),
                "exceptions": [{"date": "2026-12-05", "hours": ["10:00-12:00"]}],
            }
        )
    )

    service = Service.objects.get()
    assert service.closed_on_holidays == "yes"
    assert (service.closed_from, service.closed_until) == (None, date(2026, 12, 1))
    assert service.urgent_always
    assert service.exceptions.get().opens == time(10)


# --- a second import ---------------------------------------------------------------------------


def test_a_second_import_changes_nothing_and_writes_nothing() -> None:
    whole = entry(
        hours={"state": "weekly", "week": {"mon": ["09:00-12:00"]}},
        location=PUBLIC,
        speaks=["ti", "ar"],
        phones=[
            {"number": "112", "confirmed": True, "kind": "voice"},
            {"number": "0800-1", "confirmed": "no", "kind": "voice"},
        ],
    )
    translations = {"ar": {"veilig-thuis": {"what": "نصيحة"}}}
    import_map(whole, translations=translations)
    before = written()

    report = import_map(whole, translations=translations)

    assert (report.created, report.changed, report.unchanged, report.kept) == (0, 0, 2, ())
    assert written() == before


def test_what_changed_in_the_file_changes_in_the_tables() -> None:
    import_map(entry())
    phone = Phone.objects.get()

    report = import_map(entry(name="Veilig Thuis Nederland", phones=[], how=[]))

    assert (report.changed, report.unchanged) == (1, 1)
    assert Service.objects.get().name == "Veilig Thuis Nederland"
    assert not Phone.objects.filter(pk=phone.pk).exists()
    assert Change.objects.latest("pk").verb == "changed"


def test_a_row_that_stays_keeps_its_id() -> None:
    import_map(entry(location=PUBLIC))
    phone, location = Phone.objects.get(), Location.objects.get()

    cheaper = [{"number": "0800-2000", "confirmed": "yes", "kind": "voice", "cost": "local"}]
    import_map(entry(phones=cheaper, location=PUBLIC | {"street": "Domplein 2"}))

    assert Phone.objects.get().pk == phone.pk
    assert Location.objects.get().pk == location.pk


def test_what_left_the_file_stays() -> None:
    import_map(entry())

    import_map()

    assert Service.objects.get().publish == "ready"


def edit(**columns: Any) -> Callable[[Service], object]:
    return lambda service: Service.objects.filter(pk=service.pk).update(**columns)


OTHER_PHONE = {"number": "030 234", "confirmed": "yes", "kind": "voice"}
EDITS: list[tuple[str, Callable[[Service], object], dict[str, Any]]] = [
    ("name", edit(name="Van ons"), {"name": "x"}),
    ("publish", edit(publish="hidden"), {"publish": "review"}),
    ("cost", edit(cost="paid"), {"cost": {"state": "free"}}),
    ("how", edit(channels=[]), {"how": ["phone", "chat"]}),
    ("ages", edit(minimum_age=18), {"ages": {"min": 12}}),
    ("phones", lambda service: make.phone(service, "030 123"), {"phones": [OTHER_PHONE]}),
    ("phones", lambda service: service.phones.update(cost="paid"), {"phones": [OTHER_PHONE]}),
    ("speaks", lambda service: service.languages.create(tag="ti"), {"speaks": ["so"]}),
    ("areas", lambda service: service.areas.all().delete(), {"areas": ["utrecht"]}),
    ("what.nl", lambda service: service.texts.update(body="Van ons"), {"what": {"nl": "Anders"}}),
    ("location", make.location, {"location": PUBLIC}),
    (
        "hours",
        lambda service: service.week.create(weekday=1, opens=time(9), closes=time(10)),
        {"hours": {"state": "always"}},
    ),
]


@pytest.mark.parametrize(("fact", "edit", "in_file"), EDITS)
def test_what_a_person_changed_is_kept_and_told(
    fact: str, edit: Callable[[Service], object], in_file: dict[str, Any]
) -> None:
    import_map(entry(what={"nl": "Advies."}))
    edit(Service.objects.get())
    before = written()

    report = import_map(entry(what={"nl": "Advies."}) | in_file)

    assert [(kept.entry, kept.fact) for kept in report.kept] == [("veilig-thuis", fact)]
    assert written() == before


def test_a_kept_fact_holds_up_no_other() -> None:
    import_map(entry())
    Service.objects.update(name="Van ons")

    import_map(entry(name="Van het bestand", website="https://veiligthuis.nl"))

    service = Service.objects.get()
    assert (service.name, service.website) == ("Van ons", "https://veiligthuis.nl")


def test_when_file_and_person_agree_the_file_leads_again() -> None:
    import_map(entry())
    Service.objects.update(name="Van ons")
    import_map(entry(name="Van ons"))

    report = import_map(entry(name="Nieuwer"))

    assert report.kept == ()
    assert Service.objects.get().name == "Nieuwer"


def test_an_organisation_a_person_changed_is_kept_too() -> None:
    import_map(entry())
    Organization.objects.update(website="https://van.ons.nl")

    organizations = [{"id": "veilig-thuis", "name": "VT"}]
    report = import_map(entry(), organizations=organizations)

    assert [(kept.entry, kept.fact) for kept in report.kept] == [("veilig-thuis", "organization")]
    assert Organization.objects.get().name == "Veilig Thuis"


# --- texts -------------------------------------------------------------------------------------


def test_dutch_is_the_original_english_a_persons_and_the_rest_drafts() -> None:
    original = text_hash("Advies en hulp.")
    import_map(
        entry(),
        translations={"ar": {"veilig-thuis": {"what": "نصيحة", "made_from": {"what": original}}}},
    )

    assert set(ServiceText.objects.values_list("language", "state", "made_from")) == {
        ("nl", "original", ""),
        ("en", "human", original),
        ("ar", "machine", original),
    }


def test_old_translations_stay_old_when_the_dutch_changes() -> None:
    import_map(entry())

    import_map(entry(what={"nl": "Alleen advies.", "en": "Advice and help."}))
    old = ServiceText.objects.get(language="en").made_from
    import_map(entry(what={"nl": "Alleen advies.", "en": "Only advice."}))
    new = ServiceText.objects.get(language="en").made_from

    assert (old, new) == (text_hash("Advies en hulp."), text_hash("Alleen advies."))


def test_what_a_mediator_approved_is_not_replaced_by_a_draft() -> None:
    import_map(entry(), translations={"ar": {"veilig-thuis": {"what": "نصيحة"}}})
    ServiceText.objects.filter(language="ar").update(state="human")

    report = import_map(entry(), translations={"ar": {"veilig-thuis": {"what": "نصيحة ٢"}}})

    assert [kept.fact for kept in report.kept] == ["what.ar"]
    assert ServiceText.objects.get(language="ar").body == "نصيحة"


def test_a_draft_that_left_its_file_is_taken_away() -> None:
    import_map(entry(), translations={"ar": {"veilig-thuis": {"what": "نصيحة"}}})

    import_map(entry(), translations={"ar": {}})

    assert not ServiceText.objects.filter(language="ar").exists()


@pytest.mark.parametrize("translations", [{}, {"ar": {"veilig-thuis": {"waht": "نصيحة ٢"}}}])
def test_a_draft_whose_file_is_gone_or_refused_stays(translations: dict[str, Any]) -> None:
    import_map(entry(), translations={"ar": {"veilig-thuis": {"what": "نصيحة"}}})

    import_map(entry(), translations=translations)

    assert ServiceText.objects.get(language="ar").body == "نصيحة"


def test_a_draft_goes_with_its_original() -> None:
    call = {"nl": "Je zegt je plaats."}
    import_map(entry(call=call), translations={"ar": {"veilig-thuis": {"call": "قل بلدتك"}}})

    import_map(entry())

    assert not ServiceText.objects.filter(field="call").exists()


REFUSED_DRAFTS = [
    ("ar", "nobody", {"what": "x"}, "There is no service with this id."),
    ("ar", "veilig-thuis", {"call": "x"}, "Its call has no Dutch text"),
    ("ar", "veilig-thuis", {"what": ""}, "Its what is empty."),
    ("ar", "veilig-thuis", {"waht": "x"}, "a field we do not know: waht."),
    ("ar", "veilig-thuis", "x", "It is not a list of texts by name."),
    ("ar", "veilig-thuis", {"what": "x", "made_from": {"what": "y"}}, "is not a hash: y."),
    ("xx", "veilig-thuis", {"what": "x"}, "There are no drafts in this language: xx."),
    ("nl", "veilig-thuis", {"what": "x"}, "There are no drafts in this language: nl."),
]


@pytest.mark.parametrize(("language", "key", "draft", "reason"), REFUSED_DRAFTS)
def test_a_draft_is_refused_and_its_service_imported(
    language: str, key: str, draft: Any, reason: str
) -> None:
    report = import_map(entry(), translations={language: {key: draft}})

    [refusal] = report.refused
    assert (refusal.file, refusal.entry) == (f"services/{language}.yaml", key)
    assert reason in refusal.reason
    assert Service.objects.exists()


# --- confidential places -----------------------------------------------------------------------


def test_a_confidential_place_has_no_place() -> None:
    import_map(entry(location={"type": "confidential"}))

    location = Location.objects.get()
    assert (location.type, location.town, location.place) == ("confidential", "", None)


def test_of_a_place_that_became_confidential_nothing_stays_behind() -> None:
    import_map(entry(location=PUBLIC))
    before = Location.objects.get()

    import_map(entry(location={"type": "confidential"}))

    assert not Location.objects.filter(pk=before.pk).exists()
    assert Location.objects.get().street == ""
    assert Change.objects.latest("pk").verb == "redacted"


def test_a_place_that_became_confidential_is_hidden_whatever_a_person_wrote() -> None:
    import_map(entry(location=PUBLIC))
    Location.objects.update(street="Domplein 99")

    report = import_map(entry(location={"type": "confidential"}))

    assert report.kept == ()
    assert not Location.objects.exclude(street="").exists()


def test_a_place_that_a_person_made_confidential_stays_so() -> None:
    import_map(entry(location=PUBLIC))
    link = ServiceAtLocation.objects.get()
    link.location.delete()
    make.confidential_location(Service.objects.get())

    report = import_map(entry(location=PUBLIC))

    assert [kept.fact for kept in report.kept] == ["location"]
    assert Location.objects.get().type == "confidential"


# --- refusals ----------------------------------------------------------------------------------

PHONE = {"number": "0800-2000", "confirmed": "yes", "kind": "voice"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"number": None}, "It has no number."),
    ({"number": "3"}, "Its number is not a number"),
    ({"number": 1}, "Its number 1 belongs to first."),
    ({"id": "first"}, "Its id stands twice in the file."),
    ({"id": ["x"]}, "Its id is not made of small letters"),
    ({"id": "Not A Slug"}, "Its id is not made of small letters"),
    ({"colour": "red"}, "It has a field we do not know: colour."),
    ({"organization": "nobody"}, "Its organization does not exist: nobody."),
    ({"name": ""}, "It has no name."),
    ({"name": "x" * 201}, "Its name does not fit"),
    ({"names": {"xx": "y"}}, "a language we do not know: xx."),
    ({"kind": "shop"}, "Its kind is not one of line, service, info, placeholder: shop."),
    ({"publish": ""}, "Its publish is not one of ready, review, hidden: ."),
    ({"verified": "person"}, "Its verified is not one of seed, page, unverified: person."),
    ({"verified": "unverified"}, "It is published, and no source states it."),
    ({"kind": "placeholder"}, "It is published, and only keeps a room free"),
    ({"what": {}}, "It is published, and has no Dutch text"),
    ({"what": {"nl": "x", "ar": "y"}}, "Its what in ar belongs in the file of that language."),
    ({"call": {"en": "x"}}, "Its call is empty in en, or not there in Dutch"),
    ({"emergency": "maybe"}, "Its emergency is neither yes nor no: maybe."),
    ({"needs": ["sit.none"]}, "It answers a need that does not exist: sit.none."),
    ({"needs": ["sup.shelter", "sup.shelter"]}, "Its needs names something twice."),
    ({"needs": "sup.shelter"}, "Its needs is not a list of texts."),
    ({"for": ["sup.shelter"]}, "It is for a group that does not exist: sup.shelter."),
    ({"areas": ["delft"]}, "It works in an area that is not on the map: delft."),
    ({"speaks": ["xx"]}, "It names a language we do not know: xx."),
    ({"how": ["pigeon"]}, "It can be reached in a way we do not know: pigeon."),
    ({"phones": [PHONE | {"confirmed": "no"}]}, "by phone, and no number is confirmed."),
    ({"phones": [PHONE | {"number": "ask"}]}, "a phone number that cannot be dialled: ask."),
    ({"phones": [PHONE | {"number": 112}]}, "Its number is not a text: 112. Put it in quotes."),
    ({"phones": [PHONE | {"kind": "fax"}]}, "0800-2000 is neither voice nor whatsapp."),
    ({"phones": [PHONE | {"cost": "much"}]}, "Its cost is not one of free, local, paid"),
    ({"phones": [PHONE, PHONE]}, "It has the same phone number twice."),
    ({"phones": "112"}, "Its phones is not a list of entries."),
    ({"website": "veiligthuis"}, "Its website does not fit: veiligthuis."),
    ({"email": "veiligthuis"}, "Its email does not fit: veiligthuis."),
    ({"cost": {"state": "cheap"}}, "Its state is not one of free, local, donation, paid"),
    ({"cost": "free"}, "Its cost is not a list of names and values."),
    ({"ages": {"min": 20, "max": 10}}, "Its ages are the wrong way round: 20 to 10."),
    ({"ages": {"min": 200}}, "Its min is not a number from 0 to 120: 200."),
    ({"hours": {"state": "weekly"}}, "are weekly and have no week."),
    ({"hours": {"state": "always", "week": {"mon": ["09:00-10:00"]}}}, "and are not weekly"),
    ({"hours": {"state": "weekly", "week": {"mo": []}}}, "Its week has a field we do not know"),
    ({"hours": {"state": "weekly", "week": {"mon": ["9-17"]}}}, "not like 09:00-17:00: 9-17."),
    ({"hours": {"state": "weekly", "week": {"mon": ["09:00-25:00"]}}}, "not times of the day"),
    (
        {"hours": {"state": "weekly", "week": {"mon": ["09:00-12:00", "11:00-13:00"]}}},
        "Its hours overlap on one day",
    ),
    (
        {"hours": {"closed_from": "2026-12-02", "closed_until": "2026-12-01"}},
        "It is closed until a day before it closes.",
    ),
    ({"hours": {"exceptions": [{"hours": []}]}}, "An exception of its hours has no date."),
    ({"hours": {"closed_from": "soon"}}, "Its closed_from is not a date like 2026-11-22: soon."),
    ({"location": {"type": "secret"}}, "neither public nor confidential: secret."),
    (
        {"location": {"type": "confidential", "street": "Domplein 1"}},
        "Its location is confidential and may say nothing else",
    ),
    ({"location": {"type": "public", "city": "Atlantis"}}, "a town that the gazetteer lacks"),
    ({"facts": {"colour": {}}}, "Its facts has a field we do not know: colour."),
    ({"facts": {"cost": {"verified": "x"}}}, "One of its facts is not one of seed, page"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED)
def test_an_entry_is_refused_in_a_sentence_and_the_rest_goes_on(
    fields: dict[str, Any], reason: str
) -> None:
    wrong = entry() | fields

    report = import_map(entry("first", 1), wrong, entry("last", 99))

    [refusal] = report.refused
    assert (refusal.file, refusal.entry) == ("services.yaml", str(wrong["id"]))
    assert reason in refusal.reason
    assert set(Service.objects.values_list("number", flat=True)) == {1, 99}


def test_a_refused_entry_changes_nothing() -> None:
    import_map(entry())
    before = written()

    report = import_map(entry(name="Anders", phones=[{"number": "ask", "kind": "voice"}]))

    assert len(report.refused) == 1
    assert written() == before
    assert Service.objects.get().name == "Veilig Thuis"


def test_a_number_never_comes_to_mean_another_service() -> None:
    import_map(entry("first", 1))

    report = import_map(entry("first", 2), entry("second", 1))

    assert [refusal.reason for refusal in report.refused] == [
        "Its number is 1 for ever and cannot become 2.",
        "Its number 1 belongs to first.",
    ]


def test_what_only_the_tables_refuse_is_told_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_first = Mock(
        side_effect=[IntegrityError("a constraint"), DEFAULT], wraps=facts.take_over
    )
    monkeypatch.setattr(importing, "take_over", refuse_first)

    report = import_map(entry("first", 1), entry("second", 2))

    assert [refusal.reason for refusal in report.refused] == ["The tables refuse it: a constraint"]
    assert Service.objects.get().key == "second"


REFUSED_ORGANIZATIONS = [
    ({"id": "x", "name": ""}, "It has no name."),
    ({"id": "x", "name": "X", "website": "nowhere"}, "Its website does not fit"),
    ({"id": "veilig-thuis", "name": "X"}, "Its id stands twice in the file."),
    ({"id": "x", "name": "X", "phone": "112"}, "It has a field we do not know: phone."),
]


@pytest.mark.parametrize(("organization", "reason"), REFUSED_ORGANIZATIONS)
def test_an_organisation_is_refused_and_the_rest_goes_on(
    organization: dict[str, Any], reason: str
) -> None:
    known = {"id": "veilig-thuis", "name": "Veilig Thuis"}

    report = import_map(entry(), organizations=[known, organization])

    [refusal] = report.refused
    assert reason in refusal.reason
    assert Organization.objects.get().name == "Veilig Thuis"


@pytest.mark.parametrize(
    ("fields", "entry_named"),
    [
        ({"services": None}, "services"),
        ({"organizations": {}}, "organizations"),
        ({"services": ["x"]}, "x"),
        ({"checked_on": "soon"}, "checked_on"),
    ],
)
def test_a_file_of_another_form_is_refused(fields: dict[str, Any], entry_named: str) -> None:
    report = import_map(**fields)

    assert [refusal.entry for refusal in report.refused] == [entry_named]
