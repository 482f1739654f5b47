"""Two entries for one help are found, made one, and made two again."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from samen.audit.models import Entry as Line
from samen.directory import actions as directory
from samen.directory import queries
from samen.directory.actions import Conflict, Refused
from samen.directory.models import Change, Organization, Route, Service, ServiceArea
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation import paging
from samen.foundation.actor import Actor, ActorKind
from samen.needs.tests import make as needs
from samen.places.tests import make as places
from samen.stewardship import jobs
from samen.stewardship.actions.duplicates import (
    Merged,
    dismiss_candidate,
    merge_services,
    undo_merge,
)
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.actions.withdrawing import withdraw_service
from samen.stewardship.models import Candidate, Merge, Suggestion
from samen.stewardship.queries.duplicates import candidates, merges, who_already
from samen.stewardship.rules.duplicates import Entry, alike, dialled, page_of_site, pairs
from samen.stewardship.rules.scope import Scope
from tests.visit import Visit

pytestmark = pytest.mark.django_db

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
BERT = Actor(ActorKind.COLLEAGUE, uuid4())
EVERYWHERE = Scope(municipalities=None)


def facts(service: Service) -> dict[str, dict[str, Any]]:
    return directory.service_facts(service.id)[1]


def versions(*services: Service) -> Any:
    return tuple(Service.objects.get(pk=service.pk).version for service in services)


def merge(kept: Service, gone: Service, seen: Any = None, **choices: str) -> Merged:
    return merge_services(
        kept_id=kept.id,
        gone_id=gone.id,
        versions=seen or versions(kept, gone),
        choices={name.replace("__", "."): choice for name, choice in choices.items()},
        why="The same",
        by=ANNA,
        at=NOON,
    )


def two() -> tuple[Service, Service]:
    first = make.service(name="Het Wereldhuis", what="Hulp bij papieren.")
    second = make.service(
        name="Wereldhuis",
        what="Hulp en een luisterend oor.",
        website="https://wereldhuis.example.org/",
        organization=make.organization("wereldhuis", "Wereldhuis"),
    )
    return first, second


# --- how alike ---------------------------------------------------------------------------------


def entry(name: str, **said: Any) -> Entry:
    return Entry(id=uuid4(), name=name, **said)


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (entry("Café Hulp"), entry("cafe-hulp"), ("same-name",)),
        (entry("Blijf Groep Utrecht"), entry("Utrecht Blijf Groep"), ("like-name",)),
        (
            entry("A", phones=frozenset({"0301"})),
            entry("B", phones=frozenset({"0301", "2"})),
            ("same-phone",),
        ),
        (
            entry("A", site="https://www.x.nl/hulp/", email="P@example.org"),
            entry("B", site="https://x.nl/hulp", email="p@example.org"),
            ("same-email", "same-page"),
        ),
        (
            entry("A", site="https://x.nl/a"),
            entry("B", site="https://x.nl/b"),
            ("same-site",),
        ),
        (
            entry("Veilig Thuis", areas=frozenset({"utrecht"})),
            entry("Veilig Thuis", areas=frozenset({"arnhem"})),
            ("same-name", "other-area"),
        ),
        (
            entry("Veilig Thuis", areas=frozenset({"utrecht"})),
            entry("Veilig Thuis", national=True),
            ("same-name",),
        ),
        (entry(""), entry(""), ()),
    ],
)
def test_two_are_alike_for_reasons_that_can_be_said(
    one: Entry, other: Entry, reasons: tuple[str, ...]
) -> None:
    assert alike(one, other)[1] == reasons
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize("number", ["030 231 64 94", "+31 30-2316494", "0031302316494 (dag)"])
def test_a_number_is_the_same_however_it_is_written(number: str) -> None:
    assert dialled(number) == "0302316494"


def test_an_address_of_a_site_is_the_same_with_and_without_www() -> None:
    assert page_of_site("https://www.x.nl/a/") == page_of_site("http://X.nl/a") == "x.nl/a"


def test_the_branches_of_one_organisation_are_not_each_other() -> None:
    owner = uuid4()
    branches = [
        entry("Veilig Thuis", organization=owner, areas=frozenset({slug}), site="https://x.nl/")
        for slug in ("utrecht", "arnhem", "nijmegen")
    ]

    assert list(pairs(branches)) == []


# --- candidates --------------------------------------------------------------------------------


def twins() -> tuple[Service, Service]:
    first, second = make.service(name="Wereldhuis"), make.service(name="Wereldhuis")
    make.phone(first, "030-2316494")
    make.phone(second, "+31 30 231 64 94")
    return first, second


def test_the_worker_finds_two_for_one_and_finds_them_once() -> None:
    first, second = twins()

    assert jobs.find_duplicates(at=NOON) == 1
    lines = Line.objects.count()
    assert jobs.find_duplicates(at=NOON) == 0
    assert Line.objects.count() == lines

    [candidate] = candidates(EVERYWHERE).items
    assert {candidate.first_id, candidate.second_id} == {first.id, second.id}
    assert candidate.reasons == ["same-name", "same-phone", "same-organization"]


def test_who_is_looked_at_and_two_does_not_come_back() -> None:
    twins()
    jobs.find_duplicates(at=NOON)
    dismiss_candidate(candidate_id=Candidate.objects.get().id, by=ANNA, at=NOON)

    jobs.find_duplicates(at=NOON)

    assert candidates(EVERYWHERE).items == []
    assert Candidate.objects.get().dismissed_by == ANNA.id


def test_what_is_not_alike_any_more_leaves_the_list() -> None:
    first, _second = twins()
    jobs.find_duplicates(at=NOON)
    Service.objects.filter(pk=first.pk).update(name="Heel iets anders")

    jobs.find_duplicates(at=NOON)

    assert not Candidate.objects.exists()


def test_a_steward_sees_pairs_of_her_municipality_only() -> None:
    first, _second = twins()
    ServiceArea.objects.create(service=first, municipality=places.municipality("utrecht"))
    jobs.find_duplicates(at=NOON)

    assert len(candidates(Scope(municipalities=frozenset({"utrecht"}))).items) == 1
    assert candidates(Scope(municipalities=frozenset({"arnhem"}))).items == []
    with pytest.raises(paging.NoSuchPage):
        candidates(EVERYWHERE, page=2)


def test_before_a_new_entry_is_made_one_sees_who_does_it_already() -> None:
    need = needs.need("sup.shelter")
    utrecht = places.municipality("utrecht")
    same = make.service(name="Het Wereldhuis")
    hidden = make.service(name="Anders", publish="hidden")
    make.phone(hidden, "030-2316494", confirmed=False)
    helps = make.service(name="Opvang")
    make.answers(helps, need)
    ServiceArea.objects.create(service=helps, municipality=utrecht)
    make.service(name="Taalles")

    there = who_already(
        name="Wereldhuis het", phone="+31302316494", needs=["sup.shelter"], area="utrecht"
    )

    assert [(one.name, one.reasons) for one in there] == [
        ("Het Wereldhuis", ("like-name",)),
        ("Anders", ("same-phone",)),
        ("Opvang", ("same-help",)),
    ]
    assert there[0].id == same.id
    assert there[1].publish == "hidden"


@pytest.mark.parametrize("count", [2, 60])
def test_who_does_it_already_asks_the_same_few_questions(
    count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        make.service(name="Wereldhuis")

    with django_assert_max_num_queries(6):
        assert len(who_already(name="Wereldhuis", needs=["sup.shelter"], area="nl")) == min(
            10, count
        )


# --- one of two --------------------------------------------------------------------------------


def test_one_stays_with_what_was_chosen_of_the_other() -> None:
    kept, gone = two()

    merge(kept, gone, website="gone", what__nl="gone", name="kept")

    said = facts(kept)
    assert said["website"] == {"website": "https://wereldhuis.example.org/"}
    assert said["what.nl"]["body"] == "Hulp en een luisterend oor."
    assert said["name"]["name"] == "Het Wereldhuis"
    left = Service.objects.get(pk=gone.pk)
    assert (left.publish, left.merged_into_id) == ("hidden", kept.id)


def test_of_lists_both_can_stay() -> None:
    kept, gone = two()
    for service, tags in ((kept, "nl"), (gone, "ar")):
        service.languages.create(tag="en")
        service.languages.create(tag=tags)

    merge(kept, gone, speaks="both")

    assert sorted(facts(kept)["speaks"]["speaks"]) == ["ar", "en", "nl"]


def test_a_phone_number_of_the_other_waits_for_a_second_person() -> None:
    kept, gone = two()
    make.phone(gone, "030-2316494")

    done = merge(kept, gone, phones="gone")

    assert facts(kept)["phones"] == {"phones": []}
    assert done.edited.waiting is not None
    assert Suggestion.objects.get().changes.keys() == {"phones"}


def test_partners_and_the_index_hear_of_it() -> None:
    kept, gone = two()

    merge(kept, gone, website="gone")

    verbs = {(c.record, c.verb) for c in Change.objects.all()}
    assert verbs == {(gone.id, "merged"), (kept.id, "changed")}
    assert Line.objects.filter(event_type="services merged").count() == 1
    pending = queries.changes_since(0, most=10)
    assert pending.services == {kept.id, gone.id}
    assert pending.whole


def test_the_old_number_answers_with_the_page_of_the_new(visit: Visit) -> None:
    kept, gone = two()
    visit.get(f"/nl/i/{gone.number}/")

    merge(kept, gone)

    visit.get(f"/nl/i/{gone.number}/", expect=303)
    assert visit.answer.headers["Location"] == f"/nl/i/{kept.number}/"
    visit.get(f"/ar/i/{gone.number}/card/", expect=303)
    assert visit.answer.headers["Location"] == f"/ar/i/{kept.number}/card/"
    assert "Het Wereldhuis" in visit.get(f"/nl/find/?i={gone.number}").get_text()
    visit.get(f"/nl/i/{gone.number}/wrong/", expect=303)


def test_a_number_of_a_hidden_heir_leads_nowhere(visit: Visit) -> None:
    kept, gone = two()
    merge(kept, gone)
    Service.objects.filter(pk=kept.pk).update(publish="hidden")

    visit.get(f"/nl/i/{gone.number}/", expect=404)


def test_a_number_merged_twice_answers_with_the_last(visit: Visit) -> None:
    first, second = two()
    third = make.service(name="Derde")
    merge(second, first)
    merge(third, second)

    visit.get(f"/nl/i/{first.number}/", expect=303)
    assert visit.answer.headers["Location"] == f"/nl/i/{third.number}/"


def test_who_stays_is_suggested_where_the_other_was() -> None:
    kept, gone = two()
    need = needs.need("sit.danger_now")
    Route.objects.create(need=need, service=gone, position=0)

    merge(kept, gone)

    [row] = queries.index_rows()
    assert (row.id, dict(row.route)) == (kept.id, {"sit.danger_now": 0})


def test_a_merge_is_undone() -> None:
    kept, gone = two()
    before = facts(kept), facts(gone)
    done = merge(kept, gone, website="gone", what__nl="gone")
    assert merges(EVERYWHERE) == [done.merge]

    undo_merge(merge_id=done.merge.id, by=BERT, at=NOON)

    assert (facts(kept), facts(gone)) == before
    assert Service.objects.get(pk=gone.pk).merged_into_id is None
    assert queries.listing_by_number(gone.number, language="nl") is not None
    assert Change.objects.filter(record=gone.id, verb="returned").exists()
    assert merges(EVERYWHERE) == []
    with pytest.raises(AlreadyDecided):
        undo_merge(merge_id=done.merge.id, by=BERT, at=NOON)


def test_an_undone_merge_takes_nothing_away_that_was_changed_since() -> None:
    kept, gone = two()
    done = merge(kept, gone, website="gone")
    directory.change_service(
        service_id=kept.id,
        changes={"website": {"website": "https://nieuw.example.org/"}},
        version=versions(kept)[0],
        why="",
        by=BERT,
        at=NOON,
    )

    with pytest.raises(Conflict):
        undo_merge(merge_id=done.merge.id, by=ANNA, at=NOON)

    assert facts(kept)["website"] == {"website": "https://nieuw.example.org/"}
    assert Service.objects.get(pk=gone.pk).merged_into_id == kept.id
    assert Merge.objects.get().undone_at is None


def test_an_undone_merge_leaves_what_others_changed_elsewhere() -> None:
    kept, gone = two()
    done = merge(kept, gone, website="gone")
    directory.change_service(
        service_id=kept.id,
        changes={"email": {"email": "post@example.org"}},
        version=versions(kept)[0],
        why="",
        by=BERT,
        at=NOON,
    )

    undo_merge(merge_id=done.merge.id, by=ANNA, at=NOON)

    assert facts(kept)["email"] == {"email": "post@example.org"}
    assert facts(kept)["website"] == {"website": ""}


# --- what cannot be merged ---------------------------------------------------------------------


def test_a_merge_of_what_somebody_changed_meanwhile_is_a_conflict_and_changes_nothing() -> None:
    kept, gone = two()
    seen = versions(kept, gone)
    directory.change_service(
        service_id=gone.id,
        changes={"email": {"email": "post@example.org"}},
        version=0,
        why="",
        by=BERT,
        at=NOON,
    )
    changes = Change.objects.count()

    with pytest.raises(Conflict):
        merge(kept, gone, seen=seen, website="gone")

    assert Change.objects.count() == changes
    assert Service.objects.get(pk=gone.pk).merged_into_id is None


def test_nothing_is_merged_with_itself_or_with_what_is_merged() -> None:
    kept, gone = two()
    third = make.service()
    with pytest.raises(Refused):
        merge(kept, kept)
    merge(kept, gone)

    with pytest.raises(AlreadyDecided):
        merge(kept, gone)
    with pytest.raises(Refused):
        merge(gone, third)

    assert Merge.objects.count() == 1


def test_a_withdrawn_entry_is_not_merged_out_of_sight() -> None:
    kept, gone = two()
    withdraw_service(service_id=gone.id, why="Danger", by=ANNA, at=NOON)

    with pytest.raises(Refused, match="withdrawn"):
        merge(kept, gone)


def test_what_is_merged_can_be_shown_by_nobody() -> None:
    kept, gone = two()
    merge(kept, gone)

    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=gone.pk).update(publish="ready")
    with pytest.raises(Refused):
        directory.change_service(
            service_id=gone.id,
            changes={"publish": facts(gone)["publish"] | {"publish": "ready"}},
            version=versions(gone)[0],
            why="",
            by=BERT,
            at=NOON,
        )


def test_no_import_brings_a_merged_entry_back() -> None:
    make.ground()
    make.import_map(make.entry(), make.entry("tweede", 4))
    kept, gone = Service.objects.order_by("number")
    merge(kept, gone)

    make.import_map(make.entry(), make.entry("tweede", 4, website="https://example.org"))

    gone.refresh_from_db()
    assert (gone.publish, gone.merged_into_id) == ("hidden", kept.id)
    assert Organization.objects.count() == 1
