from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from samen.audit.models import Entry
from samen.directory import actions, queries
from samen.directory.actions import Changed, Conflict, Refused
from samen.directory.models import Change, History, Location, Service
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
BERT = Actor(ActorKind.COLLEAGUE, uuid4())
PHONES = {
    "phones": [
        {
            "number": "030-1234567",
            "kind": "voice",
            "position": 0,
            "cost": "",
            "confirmed": True,
            "from_abroad": False,
        }
    ]
}
PLACE = {
    "type": "physical",
    "name": "",
    "street": "Zeldzaamstraat 7",
    "postal_code": "3511 AB",
    "town": "Utrecht",
    "place": "",
    "confirmed": True,
}
SECRET = {
    "type": "confidential",
    "name": "",
    "street": "",
    "postal_code": "",
    "town": "",
    "place": "",
    "confirmed": False,
}


def change(service: Service, by: Any = ANNA, version: Any = None, **changes: Any) -> Changed:
    now, _facts = actions.service_facts(service.id)
    return actions.change_service(
        service_id=service.id,
        changes={name.replace("__", "."): value for name, value in changes.items()},
        version=now if version is None else version,
        why="They told us",
        by=by,
        at=NOON,
    )


def dutch(body: str) -> dict[str, str]:
    return {"body": body, "state": "original", "made_from": ""}


def everything_kept(service: Service) -> str:
    return str(list(History.objects.filter(record=service.id).values_list("facts", "why")))


def test_a_change_leaves_a_version_a_journal_row_and_a_line_in_the_logbook() -> None:
    service = make.service()

    done = change(service, phones=PHONES)

    assert (done.version, done.facts) == (1, ("phones",))
    assert (
        Change.objects.filter(record=service.id).values_list("verb", flat=True).get() == "changed"
    )
    entry = Entry.objects.get(object_id=service.id)
    assert (entry.event_type, entry.user_id) == ("service changed", ANNA.id)
    newest, before = queries.history_of("service", service.id)
    assert (newest.version, newest.by, newest.why) == (1, ANNA.id, "They told us")
    assert [d.fact for d in newest.differences] == ["phones"]
    assert before.version == 0


def test_the_same_change_twice_is_one_change() -> None:
    service = make.service()
    first = change(service, version=0, phones=PHONES)

    again = change(service, version=0, phones=PHONES)

    assert (first.facts, again.facts) == (("phones",), ())
    assert Change.objects.filter(record=service.id).count() == 1


def test_two_who_change_the_same_fact_meet_a_conflict_that_names_it() -> None:
    service = make.service()
    change(service, phones=PHONES)
    other = {"phones": [PHONES["phones"][0] | {"number": "030-7654321"}]}

    with pytest.raises(Conflict) as met:
        change(
            service, by=BERT, version=0, phones=other, website={"website": "https://example.org"}
        )

    assert met.value.fields == ("phones",)
    assert met.value.version == 1
    assert Service.objects.get(pk=service.pk).website == ""


def test_two_who_change_different_facts_both_get_what_they_want() -> None:
    service = make.service()
    change(service, phones=PHONES)

    change(service, by=BERT, version=0, website={"website": "https://example.org"})

    _version, facts = actions.service_facts(service.id)
    assert facts["phones"] == PHONES
    assert facts["website"] == {"website": "https://example.org"}


def test_an_import_meanwhile_is_a_conflict_too() -> None:
    make.ground()
    make.import_map(make.entry())
    service = Service.objects.get()
    make.import_map(make.entry(website="https://example.org/new"))

    with pytest.raises(Conflict):
        change(service, version=1, website={"website": "https://example.org/mine"})


def test_no_import_touches_what_a_person_changed() -> None:
    make.ground()
    make.import_map(make.entry())
    service = Service.objects.get()
    change(service, phones=PHONES)

    report = make.import_map(make.entry(website="https://example.org"))

    _version, facts = actions.service_facts(service.id)
    assert facts["phones"] == PHONES
    assert facts["website"] == {"website": "https://example.org"}
    assert [kept.fact for kept in report.kept] == ["phones"]


@pytest.mark.parametrize(
    ("fact", "value", "sentence"),
    [
        ("phones", {"phones": [PHONES["phones"][0] | {"number": "call me"}]}, "cannot be dialled"),
        ("website", {"website": "not an address"}, "does not fit"),
        ("what__nl", {}, "without a Dutch text"),
        ("how", {"channels": ["phone"]}, "no number is confirmed"),
        ("ages", {"minimum_age": 30, "maximum_age": 20}, "youngest"),
        ("areas", {"areas": ["atlantis"]}, "does not exist: atlantis"),
        ("colour", {"colour": "red"}, "no such fact"),
        ("location", {"locations": [SECRET | {"street": "Hier 1"}]}, "secret place"),
    ],
)
def test_what_cannot_be_true_is_refused_and_nothing_is_written(
    fact: str, value: dict[str, Any], sentence: str
) -> None:
    service = make.service()

    with pytest.raises(Refused, match=sentence):
        change(service, **{fact: value})

    assert not Change.objects.filter(record=service.id).exists()
    assert not Entry.objects.filter(object_id=service.id).exists()


def test_a_place_that_becomes_secret_leaves_the_whole_history() -> None:
    service = make.service()
    change(service, location={"locations": [PLACE]})
    change(service, what__nl=dutch("Kom naar zeldzaamstraat 7 in Utrecht."))
    change(service, what__nl=dutch("Bel ons eerst."))

    done = change(service, location={"locations": [SECRET]})

    assert done.redacted
    kept = everything_kept(service).casefold()
    assert "zeldzaamstraat" not in kept
    assert "3511 ab" not in kept
    assert not Location.objects.exclude(street="").exists()
    assert Change.objects.filter(record=service.id).last().verb == "redacted"  # type: ignore[union-attr]  # it is there


def test_a_place_cannot_become_secret_while_a_text_names_it() -> None:
    service = make.service(what="Kom naar Zeldzaamstraat 7.")
    change(service, location={"locations": [PLACE]})

    with pytest.raises(Refused, match="Take it out of the text"):
        change(service, location={"locations": [SECRET]})


def test_an_import_that_makes_a_place_secret_empties_the_history_too() -> None:
    make.ground()
    city = {"type": "public", "street": "Zeldzaamstraat 7", "city": "Utrecht"}
    make.import_map(make.entry(location=city))
    service = Service.objects.get()
    assert "Zeldzaamstraat" in everything_kept(service)

    make.import_map(make.entry(location={"type": "confidential"}))

    assert "Zeldzaamstraat" not in everything_kept(service)


def test_a_withheld_fact_leaves_every_version() -> None:
    service = make.service()
    change(service, website={"website": "https://planted.example.org"})
    change(service, website={"website": "https://other.example.org"})

    actions.withhold_fact(
        service_id=service.id, fact="website", why="Asked", by=ANNA, at=NOON + timedelta(days=1)
    )

    assert "example.org" not in everything_kept(service)
    assert Service.objects.get(pk=service.pk).website == ""


def test_a_fact_that_is_empty_already_is_withheld_with_a_line_all_the_same() -> None:
    service = make.service()
    change(service, website={"website": "https://planted.example.org"})
    change(service, website={"website": ""})
    lines = Entry.objects.count()

    actions.withhold_fact(service_id=service.id, fact="website", why="Asked", by=ANNA, at=NOON)

    assert "example.org" not in everything_kept(service)
    assert Entry.objects.count() == lines + 1
    assert [change.verb for change in Change.objects.filter(record=service.id)][-1] == "redacted"


def test_an_old_version_is_restored_as_a_new_change() -> None:
    service = make.service(what="Eerst dit.")
    change(service, what__nl=dutch("Toen dat."), website={"website": "https://example.org"})

    done = actions.restore_service(
        service_id=service.id, to=0, version=1, why="Back", by=BERT, at=NOON
    )

    _version, facts = actions.service_facts(service.id)
    assert done.version == 2
    assert facts["what.nl"]["body"] == "Eerst dit."
    assert facts["website"] == {"website": ""}
    assert len(queries.history_of("service", service.id)) == 3


def test_a_difference_of_texts_is_told_word_by_word() -> None:
    service = make.service(what="Bel ons elke dag.")
    change(service, what__nl=dutch("Bel ons elke nacht."))

    [text] = queries.history_of("service", service.id)[0].differences

    assert [(piece.state, piece.words) for piece in text.words] == [
        ("same", "Bel ons elke "),
        ("gone", "dag."),
        ("new", "nacht."),
    ]


def test_a_new_service_has_a_number_of_its_own_and_is_made_once() -> None:
    organization = make.organization()
    facts: dict[str, dict[str, Any]] = {
        "name": {"organization": organization.key, "name": "Nieuw", "names": {}},
        "publish": {
            "kind": "service",
            "publish": "hidden",
            "verified": "unverified",
            "emergency": False,
        },
    }

    made = actions.create_service(key="nieuw", facts=facts, why="", by=ANNA, at=NOON)
    again = actions.create_service(key="nieuw", facts=facts, why="", by=ANNA, at=NOON)

    assert made.id == again.id
    assert Service.objects.get().number == 10_001
    assert Change.objects.get().verb == "created"


def test_an_organization_is_changed_with_a_history_of_its_own() -> None:
    organization = make.organization()

    actions.change_organization(
        organization_id=organization.id,
        changes={"email": {"email": "post@example.org"}},
        version=0,
        why="New address",
        by=ANNA,
        at=NOON,
    )
    with pytest.raises(Conflict):
        actions.change_organization(
            organization_id=organization.id,
            changes={"email": {"email": "info@example.org"}},
            version=0,
            why="",
            by=BERT,
            at=NOON,
        )

    newest, _before = queries.history_of("organization", organization.id)
    assert [d.fact for d in newest.differences] == ["email"]


def test_a_preview_shows_the_change_and_leaves_nothing() -> None:
    service = make.service(publish="hidden", verified="unverified")

    shown = actions.preview_service(
        service_id=service.id, changes={"what.nl": dutch("Dit wordt het.")}, language="nl"
    )

    assert shown.what is not None
    assert shown.what.body == "Dit wordt het."
    assert actions.service_facts(service.id)[1]["what.nl"]["body"] == "Advies en hulp."
    assert Service.objects.get(pk=service.pk).publish == "hidden"
    assert not Change.objects.filter(record=service.id).exists()


# --- prices ------------------------------------------------------------------------------------


def price(**said: Any) -> dict[str, Any]:
    return {"option": "Intake", "currency": "EUR", "amount": "12.50", "details": "", **said}


def test_prices_are_a_fact_with_a_history_that_gives_them_back() -> None:
    service = make.service()
    two = [price(amount=None), price(), price(amount="100.00")]
    done = change(service, cost_options={"cost_options": two})
    assert done.facts == ("cost_options",)
    assert change(service, cost_options={"cost_options": two}).facts == ()
    kept = dict(service.cost_options.values_list("amount", "id"))

    change(service, cost_options={"cost_options": two[:2]})

    _version, facts = actions.service_facts(service.id)
    assert facts["cost_options"]["cost_options"] == two[:2]
    left = dict(service.cost_options.values_list("amount", "id"))
    assert left == {amount: id_ for amount, id_ in kept.items() if amount != 100}
    now, _facts = actions.service_facts(service.id)
    actions.restore_service(
        service_id=service.id, to=done.version, version=now, why="", by=ANNA, at=NOON
    )
    assert actions.service_facts(service.id)[1]["cost_options"]["cost_options"] == two


@pytest.mark.parametrize(
    ("costs", "why"),
    [
        ([price(amount="12,50")], "This is not an amount like 12.50: 12,50."),
        ([price(amount="-1.00")], "This is not an amount like 12.50: -1.00."),
        ([price(amount="1000000.00")], "This is not an amount like 12.50: 1000000.00."),
        ([price(currency="euro")], "This is not a currency like EUR: euro."),
        ([price(), price(option="Anders"), price()], "The same price stands there twice."),
        ([price(option="x" * 201)], "Its option does not fit"),
    ],
)
def test_a_price_that_cannot_be_is_refused(costs: list[dict[str, Any]], why: str) -> None:
    service = make.service()

    with pytest.raises(Refused, match=why):
        change(service, cost_options={"cost_options": costs})

    assert not service.cost_options.exists()


def test_a_price_that_names_a_place_is_in_the_way_of_its_becoming_secret() -> None:
    service = make.service()
    change(service, location={"locations": [PLACE]})
    named = [price(details="Betalen in de Zeldzaamstraat 7")]
    change(service, cost_options={"cost_options": named})

    with pytest.raises(Refused, match="a text still names it"):
        change(service, location={"locations": [SECRET]})
