"""A steward's verbs: at once where it is harmless, through a second person where it is not."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory import queries
from samen.directory.actions import Conflict, Refused
from samen.directory.models import Change, Service
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind
from samen.stewardship.actions.editing import (
    Edited,
    drop_draft,
    edit_service,
    restore_version,
    save_draft,
)
from samen.stewardship.actions.suggesting import (
    AlreadyDecided,
    NeedsSecondPerson,
    approve_suggestion,
    reject_suggestion,
    suggest_change,
)
from samen.stewardship.actions.translating import translate_service
from samen.stewardship.actions.withdrawing import decide_withdrawal, withdraw_service
from samen.stewardship.models import Draft, Suggestion, Withdrawal

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
BERT = Actor(ActorKind.COLLEAGUE, uuid4())
PHONE = {
    "number": "030-1234567",
    "kind": "voice",
    "position": 0,
    "cost": "",
    "confirmed": True,
    "from_abroad": False,
}
PLACE = {
    "type": "physical",
    "name": "",
    "street": "Zeldzaamstraat 7",
    "postal_code": "",
    "town": "Utrecht",
    "place": "",
    "confirmed": True,
}
SECRET = PLACE | {"type": "confidential", "street": "", "town": "", "confirmed": False}
SITE = {"website": {"website": "https://example.org"}}


def facts(service: Service) -> dict[str, dict[str, Any]]:
    return directory.service_facts(service.id)[1]


def version(service: Service) -> int:
    return Service.objects.get(pk=service.pk).version


def dutch(body: str) -> dict[str, dict[str, str]]:
    return {"what.nl": {"body": body, "state": "original", "made_from": ""}}


def edit(service: Service, changes: dict[str, Any], by: Actor = ANNA) -> Edited:
    return edit_service(
        service_id=service.id, changes=changes, version=version(service), why="", by=by, at=NOON
    )


def suggest(service: Service, changes: dict[str, Any], by: Actor = ANNA) -> Suggestion:
    return suggest_change(
        service_id=service.id, changes=changes, version=version(service), why="", by=by, at=NOON
    )


def approve(suggestion: Suggestion, by: Actor = BERT, seen: int | None = None) -> None:
    approve_suggestion(
        suggestion_id=suggestion.id,
        version=suggestion.version if seen is None else seen,
        reason="",
        by=by,
        at=NOON,
    )


# --- edit --------------------------------------------------------------------------------------


def test_a_harmless_fact_is_changed_at_once() -> None:
    service = make.service()

    done = edit(service, SITE)

    assert done.waiting is None
    assert facts(service)["website"] == SITE["website"]


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("phones", {"phones": [PHONE]}),
        ("location", {"locations": [PLACE]}),
        (
            "publish",
            {"kind": "service", "publish": "ready", "verified": "seed", "emergency": True},
        ),
    ],
)
def test_a_fact_that_can_do_harm_waits_for_a_second_person(
    fact: str, value: dict[str, Any]
) -> None:
    service = make.service()
    before = facts(service)[fact]

    done = edit(service, {fact: value, **SITE})

    assert facts(service)[fact] == before
    assert facts(service)["website"] == SITE["website"]
    assert done.waiting is not None
    assert done.waiting.critical
    approve(done.waiting, seen=version(service))
    assert facts(service)[fact] == value


def test_what_is_hidden_is_shown_by_a_second_person_only() -> None:
    service = make.service(publish="hidden")
    shown = facts(service)["publish"] | {"publish": "ready"}

    done = edit(service, {"publish": shown})

    assert Service.objects.get().publish == "hidden"
    assert done.waiting is not None


def test_to_make_a_place_secret_waits_for_nobody_and_nothing_typed_keeps_it() -> None:
    service = make.service()
    waiting = edit(service, {"location": {"locations": [PLACE]}}).waiting
    assert waiting is not None
    approve(waiting)
    suggest(service, {"location": {"locations": [PLACE | {"street": "Zeldzaamstraat 9"}]}})
    save_draft(
        record=service.id,
        section="place",
        version=1,
        fields={"s": "Zeldzaamstraat"},
        by=ANNA,
        at=NOON,
    )

    edit(service, {"location": {"locations": [SECRET]}})

    assert facts(service)["location"]["locations"][0]["type"] == "confidential"
    assert "Zeldzaam" not in str(list(Suggestion.objects.values_list("changes", "why")))
    assert not Draft.objects.exists()


def test_a_refused_edit_writes_nothing_at_all() -> None:
    service = make.service()
    lines = Entry.objects.count()

    with pytest.raises(Refused):
        edit(service, {**SITE, "phones": {"phones": [PHONE | {"number": "bel mij"}]}})

    assert facts(service)["website"] == {"website": ""}
    assert not Suggestion.objects.exists()
    assert Entry.objects.count() == lines


def test_a_restored_phone_number_waits_for_a_second_person_too() -> None:
    service = make.service()
    done = edit(service, {"phones": {"phones": [PHONE]}})
    assert done.waiting is not None
    approve(done.waiting)

    restored = restore_version(
        service_id=service.id, to=0, version=version(service), why="", by=ANNA, at=NOON
    )

    assert restored.waiting is not None
    assert facts(service)["phones"] == {"phones": [PHONE]}


# --- drafts ------------------------------------------------------------------------------------


def test_a_draft_is_kept_once_each_and_is_hers_alone() -> None:
    service = make.service()
    said: dict[str, Any] = {"record": service.id, "section": "words", "version": 0, "at": NOON}

    save_draft(**said, fields={"what": "Eerst"}, by=ANNA)
    save_draft(**said, fields={"what": "Later"}, by=ANNA)
    save_draft(**said, fields={"what": "Anders"}, by=BERT)
    drop_draft(record=service.id, section="words", by=BERT, at=NOON)

    assert Draft.objects.get().fields == {"what": "Later"}


# --- suggest and approve -----------------------------------------------------------------------


def test_visitors_read_what_was_approved() -> None:
    service = make.service(what="Eerst dit.")
    suggestion = suggest(service, dutch("Dan dat."))
    listing = queries.listing_by_number(service.number, language="nl")
    assert listing is not None
    assert listing.what is not None
    assert listing.what.body == "Eerst dit."

    approve(suggestion)

    listing = queries.listing_by_number(service.number, language="nl")
    assert listing is not None
    assert listing.what is not None
    assert listing.what.body == "Dan dat."


def test_who_suggests_a_phone_number_cannot_approve_it() -> None:
    service = make.service()
    suggestion = suggest(service, {"phones": {"phones": [PHONE]}})

    with pytest.raises(NeedsSecondPerson):
        approve(suggestion, by=ANNA)

    assert facts(service)["phones"] == {"phones": []}


def test_the_tables_refuse_it_as_well() -> None:
    suggestion = suggest(make.service(), {"phones": {"phones": [PHONE]}})

    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=suggestion.pk).update(state="approved", decided_by=ANNA.id)


def test_a_suggestion_pressed_twice_is_one() -> None:
    service = make.service()

    assert suggest(service, SITE).id == suggest(service, SITE).id


def test_a_suggestion_is_decided_once() -> None:
    suggestion = suggest(make.service(), SITE)
    reject_suggestion(suggestion_id=suggestion.id, reason="Not true", by=BERT, at=NOON)

    with pytest.raises(AlreadyDecided):
        approve(suggestion)


def test_nobody_is_rejected_without_a_reason() -> None:
    suggestion = suggest(make.service(), SITE)

    with pytest.raises(Refused):
        reject_suggestion(suggestion_id=suggestion.id, reason=" ", by=BERT, at=NOON)

    assert Suggestion.objects.get().state == "waiting"


def test_an_old_suggestion_does_not_undo_what_was_changed_meanwhile() -> None:
    service = make.service()
    suggestion = suggest(service, SITE)
    edit(service, {"website": {"website": "https://newer.example.org"}}, by=BERT)

    with pytest.raises(Conflict):
        approve(suggestion)

    assert Suggestion.objects.get().state == "waiting"
    assert facts(service)["website"] == {"website": "https://newer.example.org"}


# --- withdraw ----------------------------------------------------------------------------------


def withdrawn(service: Service) -> Withdrawal:
    return withdraw_service(service_id=service.id, why="They call the police", by=ANNA, at=NOON)


def test_a_withdrawn_entry_is_gone_at_once_and_partners_are_told() -> None:
    service = make.service()

    first, again = withdrawn(service), withdrawn(service)

    assert first == again
    assert queries.listing_by_number(service.number, language="nl") is None
    assert [change.verb for change in Change.objects.filter(record=service.id)] == ["withdrawn"]


def test_a_second_person_decides_on_its_return() -> None:
    service = make.service()
    withdrawal = withdrawn(service)
    decision: dict[str, Any] = {
        "withdrawal_id": withdrawal.id,
        "returns": True,
        "reason": "Spoken with them",
        "at": NOON,
    }
    with pytest.raises(NeedsSecondPerson):
        decide_withdrawal(**decision, by=ANNA)

    decide_withdrawal(**decision, by=BERT)

    assert queries.listing_by_number(service.number, language="nl") is not None
    assert Change.objects.filter(verb="returned").count() == 1
    with pytest.raises(AlreadyDecided):
        decide_withdrawal(**decision, by=BERT)


def test_no_edit_and_no_import_brings_a_withdrawn_entry_back() -> None:
    make.ground()
    make.import_map(make.entry())
    service = Service.objects.get()
    shown = facts(service)["publish"]
    withdrawn(service)

    make.import_map(make.entry(website="https://example.org"))
    with pytest.raises(Refused, match="withdrawn"):
        edit(service, {"publish": shown}, by=BERT)

    assert Service.objects.get().publish == "hidden"


def test_nothing_is_withdrawn_without_a_reason() -> None:
    with pytest.raises(Refused):
        withdraw_service(service_id=make.service().id, why="", by=ANNA, at=NOON)

    assert Service.objects.get().publish == "ready"


# --- translate ---------------------------------------------------------------------------------


def translate(service: Service, body: str, made_from: str = "") -> None:
    translate_service(
        service_id=service.id,
        language="ar",
        bodies={"what": body},
        made_from={"what": made_from or queries.text_hash(facts(service)["what.nl"]["body"])},
        version=version(service),
        by=ANNA,
        at=NOON,
    )


def test_a_draft_is_approved_by_the_same_words_of_a_translator() -> None:
    service = make.service()
    make.text(service, body="مساعدة", language="ar")

    translate(service, "مساعدة")

    assert facts(service)["what.ar"]["state"] == "human"
    assert queries.history_of("service", service.id)[0].by == ANNA.id


def test_a_translation_is_out_of_date_when_the_dutch_changes_and_not_when_it_is_saved() -> None:
    service = make.service(what="Advies.")
    translate(service, "نصيحة")
    edit(service, dutch("Advies.  ") | SITE)
    listing = queries.listing_by_number(service.number, language="ar")
    assert listing is not None
    assert listing.what is not None
    assert not listing.what.out_of_date

    edit(service, dutch("Advies en opvang."))

    listing = queries.listing_by_number(service.number, language="ar")
    assert listing is not None
    assert listing.what is not None
    assert listing.what.out_of_date


@pytest.mark.parametrize(
    "contact",
    ["030-123 45 67", "post@example.org", "www.example.org", "٠٣٠١٢٣٤٥٦٧", "3511 AB"],
)
def test_contact_data_never_stand_inside_a_text(contact: str) -> None:
    service = make.service()

    with pytest.raises(Refused, match="fields of their own"):
        translate(service, f"اتصل {contact}")
    with pytest.raises(Refused, match="fields of their own"):
        edit(service, dutch(f"Bel {contact} nu."))

    assert "what.ar" not in facts(service)


def test_the_year_and_the_hour_of_a_text_are_no_contact_data() -> None:
    service = make.service()

    edit(service, dutch("Sinds 2019 open, elke dag van 9 tot 17 uur. In gevaar? Bel 112."))

    assert "2019" in facts(service)["what.nl"]["body"]
