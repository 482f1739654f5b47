"""The rules of taking in, E1 to E5: who may write what, and what comes back."""

import json
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory.models import Change, Origin, Service
from samen.directory.tests import make as services
from samen.directory.tests.make import NOON
from samen.exchange import queries
from samen.exchange.actions.differing import DecidedAlready, decide_difference
from samen.exchange.actions.forgetting import forget_documents
from samen.exchange.actions.sources import pause_source, resume_source
from samen.exchange.actions.undoing import undo_run, undo_step
from samen.exchange.models import Difference, Held, Run, Touched
from samen.exchange.queries.provenance import seen_of, told_of
from samen.exchange.queries.sources import given_back
from samen.exchange.rules.reading_values import canonical
from samen.exchange.tests import make
from samen.exchange.tests.make import JOB, STEWARD, bring, held, record, source
from samen.foundation.sentences import told
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db


def service(original: str = "a1") -> Service:
    found = held(original).service
    assert found is not None
    return found


def edit(service: Service, **facts: dict[str, Any]) -> None:
    """A person changes an entry here."""
    version, _now = directory.service_facts(service.id)
    directory.change_service(
        service_id=service.id, changes=facts, version=version, why="", by=STEWARD, at=NOON
    )


def facts(service: Service) -> dict[str, dict[str, Any]]:
    return directory.service_facts(service.id)[1]


def text(body: str) -> dict[str, str]:
    return {"body": body, "state": "original", "made_from": ""}


# --- E1, E2: own records stay, the rest follows its source ---------------------------------------


def test_a_record_is_taken_in_with_its_source_and_licence() -> None:
    there = source()
    run = bring(there, record(phones=[{"number": "0301234567"}]))

    made = service()
    assert run.state == Run.State.WHOLE
    assert run.counts["created"] == 1
    assert (made.publish, made.verified, made.owner) == ("review", "page", there.municipality)
    assert made.organization.name == "Buurthuis"
    assert facts(made)["areas"] == {"areas": ["utrecht"]}
    assert made.phones.get().number == "0301234567"
    origin = Origin.objects.get(service=made)
    assert (origin.source_name, origin.licence, origin.original) == ("Sociale kaart", "CC0", "a1")
    assert Change.objects.filter(kind="service", record=made.id, verb="created").count() == 1


def test_more_records_ask_no_more_questions() -> None:
    """Of new ones and of those that are as they were: all of a step is asked about at once."""

    def asked(number: int) -> list[int]:
        there = source(name=f"List of {number}")
        records = [
            record(
                f"{number}-{each}", organization={"id": f"{number}-o{each}", "name": "Buurthuis"}
            )
            for each in range(number)
        ]
        counts = []
        for _time in ("new", "the same"):
            with CaptureQueriesContext(connection) as questions:
                bring(there, *records)
            counts.append(len(questions))
        return counts

    asked(1)  # what is kept of the ground is asked for once
    assert asked(3) == asked(12)


def test_the_same_file_again_changes_nothing() -> None:
    there = source()
    bring(there, record())
    before = Change.objects.count()

    run = bring(there, record(), at=NOON + make.DAY)

    assert run.counts["unchanged"] == 1
    assert Change.objects.count() == before
    assert held().last_seen == NOON + make.DAY
    assert held().first_seen == NOON


def test_what_nobody_here_changed_follows_its_source() -> None:
    there = source()
    bring(there, record())
    bring(there, record(description="Soep en raad.", url="https://inloop.example.org"))

    assert facts(service())["what.nl"]["body"] == "Soep en raad."
    assert service().website == "https://inloop.example.org"
    assert not Difference.objects.exists()


def test_a_fact_that_left_its_source_leaves_here_too() -> None:
    there = source()
    bring(there, record(application_process="Bel eerst.", email="post@example.org"))
    bring(there, record())

    assert "call.nl" not in facts(service())
    assert service().email == ""


def test_e1_what_a_person_wrote_here_is_never_overwritten() -> None:
    there = source()
    bring(there, record())
    edit(service(), **{"what.nl": text("Van ons.")})

    bring(there, record(description="Van hen.", url="https://inloop.example.org"))

    assert facts(service())["what.nl"]["body"] == "Van ons."
    assert service().website == "https://inloop.example.org"
    waiting = Difference.objects.get()
    assert (waiting.fact, waiting.offered["body"], waiting.state) == (
        "what.nl",
        "Van hen.",
        "waiting",
    )


def test_e1_an_entry_of_our_own_is_never_written_by_an_offer() -> None:
    own = services.service(name="Van ons", website="https://ons.example.org")
    services.phone(own)
    before = facts(own)

    there = source()
    bring(there, record(str(own.id), url="https://hen.example.org", description="Van hen."))
    bring(there, record(str(own.id), url="https://hen.example.org", description="Toch anders."))

    assert facts(own) == before
    assert {row.fact for row in Difference.objects.all()} >= {"website", "what.nl"}
    assert not Touched.objects.exists()


def test_e1_a_record_that_was_made_one_with_ours_writes_nothing_more() -> None:
    there, own = source(), services.service(name="Van ons")
    bring(there, record())
    theirs = service()
    version, _facts = directory.service_facts(theirs.id)
    directory.merge_service(
        service_id=theirs.id, into=own.id, version=version, why="", by=STEWARD, at=NOON
    )
    before = facts(own)

    bring(there, record(url="https://hen.example.org"))

    assert facts(own) == before
    waiting = Difference.objects.get()
    assert (waiting.service_id, waiting.fact) == (own.id, "website")


def test_e2_a_difference_is_asked_once() -> None:
    there = source()
    bring(there, record())
    edit(service(), **{"what.nl": text("Van ons.")})
    offer = record(description="Van hen.")
    bring(there, offer)
    waiting = Difference.objects.get()
    decide_difference(difference_id=waiting.id, accepted=False, by=STEWARD, at=NOON)

    bring(there, offer | {"email": "post@example.org"})

    assert Difference.objects.get().state == "rejected"
    with pytest.raises(DecidedAlready):
        decide_difference(difference_id=waiting.id, accepted=True, by=STEWARD, at=NOON)


def test_e2_of_one_fact_only_the_newest_offer_waits() -> None:
    there = source()
    bring(there, record())
    edit(service(), **{"what.nl": text("Van ons.")})
    bring(there, record(description="Van hen."))
    bring(there, record(description="Nog anders."))

    assert Difference.objects.get(state="waiting").offered["body"] == "Nog anders."
    assert Difference.objects.get(state="removed").offered == {}


def test_e2_a_difference_goes_when_both_say_the_same() -> None:
    there = source()
    bring(there, record())
    edit(service(), **{"what.nl": text("Van ons.")})
    bring(there, record(description="Van hen."))
    bring(there, record(description="Van ons."))

    assert Difference.objects.get().state == "removed"


def seen(fact: str, original: str = "a1") -> tuple[str, str, bool]:
    """Since when the source says so, when that was seen last, and whether it still does."""
    found = seen_of(held(original), fact)
    assert found is not None
    return str(found.first), str(found.last), found.still


def test_e2_every_field_knows_since_when_and_from_whom() -> None:
    there = source()
    bring(there, record())
    bring(there, record(url="https://inloop.example.org"), at=NOON + make.DAY)

    [told_here] = told_of(service().id)
    assert (told_here.source, told_here.licence, told_here.original) == (there.name, "CC0", "a1")
    assert told_here.publisher == there.publisher
    assert (told_here.first, told_here.last) == (NOON, NOON + make.DAY)
    assert {"name", "areas", "how", "publish", "website", "what.nl"} >= {
        one.fact for one in told_here.fields
    }
    assert seen("what.nl") == ("2026-11-22", "2026-11-23", True)
    assert seen("website") == ("2026-11-23", "2026-11-23", True)
    last = Touched.objects.order_by("-id")[0]
    assert (last.what, last.facts, last.run.at) == ("changed", ["website"], NOON + make.DAY)


def test_e2_a_field_that_says_nothing_any_more_was_seen_last_the_day_before() -> None:
    there = source()
    said = record(url="https://inloop.example.org", application_process="Bel eerst.")
    bring(there, said)
    bring(there, said, at=NOON + make.DAY)
    bring(there, record(), at=NOON + 2 * make.DAY)
    bring(there, record(), at=NOON + 3 * make.DAY)

    assert seen("website") == seen("call.nl") == ("2026-11-22", "2026-11-23", False)
    assert seen("what.nl") == ("2026-11-22", "2026-11-25", True)
    bring(there, said, at=NOON + 4 * make.DAY)
    assert seen("website") == ("2026-11-26", "2026-11-26", True)


@pytest.mark.parametrize("edited", [True, False])
def test_e2_another_value_is_seen_from_the_day_it_was_there(edited: bool) -> None:  # noqa: FBT001 of the two cases
    """Whether it is taken over, or waits because a person here wrote something else."""
    there = source()
    bring(there, record())
    if edited:
        edit(service(), **{"what.nl": text("Van ons.")})
    for day in (1, 2):
        bring(there, record(description="Van hen."), at=NOON + day * make.DAY)

    assert seen("what.nl") == ("2026-11-23", "2026-11-24", True)
    assert seen("name") == ("2026-11-22", "2026-11-24", True)


def test_e2_what_was_refused_was_not_taken_in_and_is_not_seen() -> None:
    there = source()
    bring(there, record())
    coded = {"hours": {"hours": "weekly", "week": [[0, "09:00", "17:00"], [0, "10:00", "11:00"]]}}

    run = bring(there, record(coded=coded), at=NOON + make.DAY)

    assert run.counts["refused"] == 1
    assert held().last_seen == NOON + make.DAY
    assert seen("what.nl") == ("2026-11-22", "2026-11-22", True)


def test_e2_from_another_hand_every_field_is_seen_anew() -> None:
    origin = {"publisher": "https://gouda.example.org", "original_id": "g1"}
    bring(source(), record("b7", provenance=origin))
    gouda = source(name="Gouda zelf")
    type(gouda).objects.filter(pk=gouda.pk).update(publisher="https://gouda.example.org")

    bring(gouda, record("g1", provenance=origin), at=NOON + make.DAY)

    assert seen("what.nl", "g1") == ("2026-11-23", "2026-11-23", True)


def test_the_date_of_assurance_never_moves_by_an_import() -> None:
    there = source()
    bring(there, record(assured_date="2026-11-20"))
    assert service().assured_on is None
    Service.objects.filter(pk=service().pk).update(assured_on=date(2026, 1, 1))

    bring(there, record(assured_date="2026-11-21", description="Anders."))

    assert service().assured_on == date(2026, 1, 1)


def test_the_day_on_which_others_confirmed_it_stays_what_they_say() -> None:
    there = source()
    bring(there, record(assured_date="2026-11-20"))

    [given] = list(given_back(there))
    [document] = [json.loads(one) for one in queries.documents([service().id]).values()]

    assert given["assured_date"] == "2026-11-20"
    assert "assured_date" not in document
    assert (service().assurer, service().verified) == ("", "page")


# --- E3: no echo ---------------------------------------------------------------------------------


def echo(own: Service, **fields: Any) -> dict[str, Any]:
    origin = {"publisher": settings.PUBLISHER_ID, "original_id": str(own.id)}
    return record(str(own.id), provenance=origin, **fields)


def test_e3_a_record_of_ours_that_comes_back_is_nothing() -> None:
    own = services.service(assured_on=date(2026, 1, 1))
    before = facts(own)

    run = bring(source(), echo(own, description="Veranderd onderweg."))

    assert run.counts["echo"] == 1
    assert facts(own) == before
    assert not Difference.objects.exists()
    assert not Held.objects.exists()
    own.refresh_from_db()
    assert own.assured_on == date(2026, 1, 1)


def test_e3_a_record_that_came_by_two_ways_is_there_once() -> None:
    origin = {"publisher": "https://gouda.example.org", "original_id": "g1"}
    bring(source(), record(provenance=origin))
    other = source(name="Via een ander")

    run = bring(other, record("b7", provenance=origin, description="Een andere versie."))

    assert run.counts["elsewhere"] == 1
    assert Service.objects.count() == 1
    assert facts(service())["what.nl"]["body"] == "Koffie en raad."


def test_e3_whoever_published_it_takes_over_from_whoever_passed_it_on() -> None:
    origin = {"publisher": "https://gouda.example.org", "original_id": "g1"}
    bring(source(), record("b7", provenance=origin))
    first = service("b7")
    gouda = source(name="Gouda zelf")
    type(gouda).objects.filter(pk=gouda.pk).update(publisher="https://gouda.example.org")

    bring(gouda, record("g1", provenance=origin, description="Uit de eerste hand."))

    assert held("g1").service == first
    assert facts(first)["what.nl"]["body"] == "Uit de eerste hand."
    assert Origin.objects.get().source_name == "Gouda zelf"


# --- E4: absences --------------------------------------------------------------------------------


def test_e4_a_record_goes_only_after_several_absences_in_a_row() -> None:
    there = source(absences=2)
    bring(there, record("a1"), record("a2"))

    bring(there, record("a2"))
    assert service("a1").publish == "review"
    run = bring(there, record("a2"))

    assert service("a1").publish == "hidden"
    assert run.counts["withdrawn"] == 1
    assert Change.objects.filter(record=service("a1").id, verb="withdrawn").count() == 1


def test_e4_an_absence_between_two_sightings_counts_for_nothing() -> None:
    there = source(absences=2)
    for records in (["a1", "a2"], ["a2"], ["a1", "a2"], ["a2"]):
        bring(there, *map(record, records))

    assert service("a1").publish == "review"


def test_e4_what_comes_back_is_there_again() -> None:
    there = source(absences=1)
    bring(there, record("a1"), record("a2"))
    bring(there, record("a2"))
    run = bring(there, record("a1"), record("a2"))

    assert service("a1").publish == "review"
    assert run.counts["returned"] == 1
    assert Change.objects.filter(record=service("a1").id, verb="returned").count() == 1


def test_e4_what_a_person_here_decided_to_show_is_not_taken_away_unasked() -> None:
    there = source(absences=1)
    bring(there, record("a1"), record("a2"))
    now = facts(service("a1"))["publish"]
    edit(service("a1"), publish={**now, "publish": "ready"})

    bring(there, record("a2"))

    assert service("a1").publish == "ready"
    waiting = Difference.objects.get()
    assert (waiting.fact, waiting.offered["publish"]) == ("publish", "hidden")


def test_what_a_steward_hid_no_import_shows_again() -> None:
    there = source()
    bring(there, record())
    now = facts(service())["publish"]
    edit(service(), publish={**now, "publish": "hidden"})

    bring(there, record(description="Anders."))

    assert service().publish == "hidden"


# --- secrets -------------------------------------------------------------------------------------


def place(street: str, kind: str = "physical") -> dict[str, Any]:
    address = {"address_1": street, "city": "Utrecht"}
    return {"service_at_locations": [{"location": {"location_type": kind, "addresses": [address]}}]}


def test_a_place_that_becomes_secret_at_its_source_is_forgotten_here() -> None:
    there = source()
    bring(there, record(**place("ZEBRAPAD 7")))
    edit(service(), location={"locations": [
        {**facts(service())["location"]["locations"][0], "name": "Ons huis"}]})  # fmt: skip

    bring(there, record(address_withheld=True))

    [there_now] = facts(service())["location"]["locations"]
    assert there_now["type"] == "confidential"
    assert bytes(held().document) == b""
    assert "ZEBRAPAD" not in everything()


def test_a_secret_that_a_text_still_names_hides_the_entry() -> None:
    there = source()
    bring(there, record(**place("ZEBRAPAD 7")))

    bring(there, record(address_withheld=True, description="Kom naar ZEBRAPAD 7."))

    assert service().publish == "hidden"
    assert bytes(held().document) == b""


def test_a_place_that_becomes_secret_here_is_forgotten_in_what_the_source_said() -> None:
    there = source()
    bring(there, record(**place("ZEBRAPAD 7"), accreditations="Bij ZEBRAPAD 7"))
    secret = dict.fromkeys(facts(service())["location"]["locations"][0], "")
    edit(
        service(), location={"locations": [{**secret, "type": "confidential", "confirmed": False}]}
    )

    assert forget_documents(by=JOB, at=NOON) == 1
    assert seen_of(held(), "location") is None  # a hash of an address is found by trying all
    bring(there, record(**place("ZEBRAPAD 7"), accreditations="Nog bij ZEBRAPAD 7"))

    assert seen_of(held(), "location") is None
    assert not Difference.objects.exists()
    assert bytes(held().document) == b""
    assert forget_documents(by=JOB, at=NOON) == 0
    assert "ZEBRAPAD" not in json.dumps(list(given_back(there)))


@pytest.mark.parametrize("own", [True, False])
def test_what_was_withheld_here_no_source_puts_before_a_steward_again(own: bool) -> None:  # noqa: FBT001 of the two cases
    there = source()
    if own:
        mine = services.service(website="https://zebrapad.example.org")
        said = record(str(mine.id))
        bring(there, said)
        Difference.objects.all().delete()
    else:
        said = record(url="https://zebrapad.example.org")
        bring(there, said)
        mine = service()
    directory.withhold_fact(service_id=mine.id, fact="website", why="", by=STEWARD, at=NOON)
    edit(mine, **{"what.nl": text("Van ons.")})

    bring(there, said | {"url": "https://zebrapad.example.org/2", "description": "Van hen."})

    assert [row.fact for row in Difference.objects.all()] == ["what.nl"]


def everything() -> str:
    documents = [bytes(each.document) for each in Held.objects.all()]
    return json.dumps([facts(each) for each in Service.objects.all()]) + repr(documents)


# --- losses and refusals -------------------------------------------------------------------------


def test_a_run_tells_what_could_not_be_taken_over() -> None:
    run = bring(
        source(),
        record("a1", accreditations="ISO"),
        record("a2", accreditations="ISO", email="nobody"),
        {"id": "a3", "status": "active"},
    )

    assert run.counts == {"seen": 3, "created": 2, "refused": 1}
    assert run.losses["accreditations|no-place"] == 2
    assert run.losses["email|not-readable"] == 1
    assert run.refused == [["a3", {"sentence": "It has no id or no name.", "values": {}}]]
    assert held("a2").losses == [["accreditations", "no-place"], ["email", "not-readable"]]


def test_what_the_map_refuses_does_not_hold_up_the_others() -> None:
    coded = {"hours": {"hours": "weekly", "week": [[0, "09:00", "17:00"], [0, "10:00", "11:00"]]}}

    run = bring(source(), record("a1", coded=coded), record("a2"))

    assert run.counts["created"] == 1
    [[original, why]] = run.refused
    assert original == "a1"
    assert "overlap" in str(told(why))


def test_all_of_an_unedited_record_is_given_back() -> None:
    there = source()
    said = record(
        accreditations="ISO",
        contacts=[{"id": "c1", "name": "A. Persona"}],
        phones=[{"number": "0301234567", "extension": 7}],
    )
    bring(there, said)

    assert canonical(list(given_back(there))) == canonical([said])


def test_what_a_person_changed_stands_in_what_is_given_back() -> None:
    there = source()
    bring(there, record(accreditations="ISO", url="https://a.example.org"))
    edit(service(), website={"website": "https://b.example.org"})

    [back] = given_back(there)

    assert (back["url"], back["accreditations"], back["id"]) == (
        "https://b.example.org",
        "ISO",
        "a1",
    )


# --- undo, pause, killed -------------------------------------------------------------------------


def undo(run: Run) -> None:
    undo_run(run_id=run.id, by=STEWARD, at=NOON)
    while undo_step(run_id=run.id, by=STEWARD, at=NOON):
        pass
    run.refresh_from_db()


def test_a_whole_run_can_be_taken_back() -> None:
    there = source(absences=1)
    bring(there, record("a1"), record("a2"))
    before = facts(service("a1"))
    run = bring(there, record("a1", description="Anders."), record("a3"))
    assert service("a2").publish == "hidden"

    undo(run)

    assert run.state == Run.State.UNDONE
    assert facts(service("a1")) == before
    assert service("a2").publish == "review"
    assert service("a3").publish == "hidden"
    there.refresh_from_db()
    assert there.state == "paused"


def test_undo_leaves_what_a_person_changed_since() -> None:
    there = source()
    run = bring(there, record("a1"), record("a2"))
    edit(service("a1"), **{"what.nl": text("Van ons.")})

    undo(run)

    assert service("a1").publish == "review"
    assert service("a2").publish == "hidden"
    assert run.counts["left"] == 1


def test_what_was_taken_back_does_not_come_by_itself_again() -> None:
    there = source()
    undo(bring(there, record("a1")))
    resume_source(source_id=there.id, by=STEWARD, at=NOON)

    bring(there, record("a1", description="Anders."))

    assert service("a1").publish == "hidden"


def test_only_the_last_run_can_be_taken_back() -> None:
    there = source()
    first = bring(there, record("a1"))
    bring(there, record("a1", description="Anders."), at=NOON + timedelta(hours=1))

    with pytest.raises(directory.Refused, match="later import"):
        undo_run(run_id=first.id, by=STEWARD, at=NOON)


def test_a_paused_source_stands_still() -> None:
    there = source()
    pause_source(source_id=there.id, by=STEWARD, at=NOON)

    run = bring(there, record())

    assert run.state == Run.State.RUNNING
    assert not Service.objects.exists()


def test_every_step_leaves_a_line_in_the_logbook() -> None:
    before = Entry.objects.count()
    bring(source(), record())

    said = list(Entry.objects.order_by("seq").values_list("event_type", flat=True))[before:]
    assert said[:2] == ["source added", "source brought"]
    assert {"services taken in", "source read"} <= {*said}


def test_a_record_that_is_given_on_names_who_published_it_first() -> None:
    there = source()
    bring(there, record())

    said = json.loads(queries.documents([service().id])[service().id])

    assert said["provenance"] == {
        "publisher": there.publisher,
        "original_id": "a1",
        "licence": "CC0",
        "source": there.publisher,
        "seen": "2026-11-22",
    }


def test_one_samen_says_to_another_all_that_visitors_may_know() -> None:
    """Exported, forgotten and taken in again it is the same, but for who answers for it."""
    there = services.service(
        cost="free",
        interpreter="partly",
        anonymous="yes",
        referral="not_needed",
        urgent_always=True,
        hours="weekly",
        closed_on_holidays="yes",
        wheelchair="yes",
        channels=["phone"],
        names={"en": "A house"},
        chat_url="https://chat.example.org",
    )
    services.phone(there)
    services.location(there)
    services.text(there, body="Help and advice.", language="en")
    make.municipality()
    directory.change_service(
        service_id=there.id,
        changes={
            "hours": facts(there)["hours"]
            | {"week": [[0, "09:00", "17:00"]], "exceptions": [["2026-12-25", None, None]]},
            "speaks": {"speaks": ["ar", "ti"]},
            "areas": {"areas": ["utrecht"]},
        },
        version=0,
        why="",
        by=STEWARD,
        at=NOON,
    )
    before = facts(there)
    document = json.loads(queries.documents([there.id])[there.id])
    del document["provenance"]
    Service.objects.all().delete()

    bring(source(), document)

    after = facts(service(str(there.id)))
    ours = ("publish", "sources", "name", "location")
    assert {f: v for f, v in after.items() if f not in ours} == {
        f: v for f, v in before.items() if f not in ours
    }
    assert after["publish"]["publish"] == "ready"
    assert after["name"]["names"] == {"en": "A house"}
    [place_before], [place_after] = (x["location"]["locations"] for x in (before, after))
    assert place_after == place_before


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_a_reader_sees_from_whom_an_entry_was_taken_over(visit: Visit, language: str) -> None:
    bring(source(), record())
    own = services.service()

    page = visit.get(f"/{language}/i/{service().number}/")

    assert "Sociale kaart (CC0)" in words(page)
    assert "Sociale kaart" not in words(visit.get(f"/{language}/i/{own.number}/"))


def test_of_records_of_before_it_is_told_since_when_as_far_as_that_is_known() -> None:
    there = source()
    bring(there, record())
    bring(there, record(url="https://inloop.example.org"), at=NOON + make.DAY)
    edit(service(), **{"what.nl": text("Van ons.")})
    bring(there, record(url="https://inloop.example.org", description="Anders."),
          at=NOON + 2 * make.DAY)  # fmt: skip
    kept = held()
    Held.objects.update(fields={}, read_at=NOON)
    filling = import_module("samen.exchange.migrations.0003_fields_seen")

    filling.fill(apps, None)

    assert held().read_at == kept.read_at == NOON + 2 * make.DAY
    days = {fact: seen(fact) for fact in ("name", "website", "what.nl")}
    assert {fact: row for fact, row in held().fields.items() if fact in kept.fields} == kept.fields
    assert [first for first, _last, _still in days.values()] == [
        "2026-11-22",
        "2026-11-23",
        "2026-11-24",
    ]
    assert seen_of(held(), "email") is None  # it never said anything there
