"""How sure the map is of an entry: F1, F2 and F4 of the requirements for its freshness."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from samen.audit.models import Entry
from samen.directory import actions, queries
from samen.directory.actions import Conflict, Refused
from samen.directory.models import Change, ProblemReport, Service
from samen.directory.queries import OpeningState, State, listing_by_number, opening
from samen.directory.rules.freshness import first_owner, next_review, oldest_state
from samen.directory.tests import make
from samen.directory.tests.make import NOON
from samen.foundation.actor import Actor, ActorKind, job, visitor
from samen.places.models import Municipality
from samen.places.tests import make as places

ANNA = Actor(ActorKind.COLLEAGUE, uuid4())
LINK = Actor(ActorKind.LINK, uuid4())
TODAY = date(2026, 11, 22)


def confirm(service: Service, *, by: Actor = LINK, version: int | None = None) -> Service:
    now, _facts = actions.service_facts(service.id)
    actions.confirm_service(
        service_id=service.id,
        version=now if version is None else version,
        assurer=Service.Assurer.ORGANIZATION,
        by=by,
        at=NOON,
    )
    service.refresh_from_db()
    return service


def age(service: Service, to: State, *, at: datetime = NOON) -> bool:
    done = actions.age_service(service_id=service.id, to=to, by=job("review"), at=at)
    service.refresh_from_db()
    return done


def report(service: Service, *, day: int = 0, reason: str = "number") -> None:
    actions.report_problem(
        service_id=service.id,
        reason=ProblemReport.Reason(reason),
        token=uuid4().hex,
        by=visitor(),
        at=NOON + timedelta(days=day),
    )
    service.refresh_from_db()


# F1: only a person assures.


@pytest.mark.django_db
def test_f1_the_date_of_assurance_moves_when_a_person_confirms() -> None:
    service = confirm(make.service())

    assert service.assured_on == TODAY
    assert service.assurer == Service.Assurer.ORGANIZATION
    assert service.review_due_on == date(2027, 5, 22)
    assert Change.objects.latest("pk").verb == "confirmed"
    line = Entry.objects.latest("seq")
    assert (line.event_type, line.user_id) == ("service confirmed", LINK.id)


@pytest.mark.django_db
def test_f1_no_job_can_confirm() -> None:
    service = make.service()

    with pytest.raises(Refused):
        confirm(service, by=job("review"))
    service.refresh_from_db()
    assert service.assured_on is None


@pytest.mark.django_db
def test_f1_neither_an_edit_nor_a_translation_nor_an_import_moves_the_date() -> None:
    make.ground()
    make.import_map(make.entry())
    service = confirm(Service.objects.get(), by=ANNA)
    Service.objects.update(assured_on=date(2026, 1, 5))

    version, facts = actions.service_facts(service.id)
    arabic = {"body": "مساعدة", "state": "human", "made_from": queries.text_hash("x")}
    actions.change_service(
        service_id=service.id,
        changes={"website": {"website": "https://new.example.org"}, "what.ar": arabic},
        version=version,
        why="",
        by=ANNA,
        at=NOON,
    )
    make.import_map(make.entry(cost={"state": "free"}), checked_on="2026-12-24")

    service.refresh_from_db()
    assert (service.cost, service.website) == ("free", "https://new.example.org")
    assert service.assured_on == date(2026, 1, 5)
    assert facts["publish"]["verified"] == "seed"


@pytest.mark.django_db
def test_f1_who_read_something_else_has_not_confirmed_this() -> None:
    service = make.service(email="old@example.org")
    actions.change_service(
        service_id=service.id,
        changes={"email": {"email": "new@example.org"}},
        version=0,
        why="",
        by=ANNA,
        at=NOON,
    )

    with pytest.raises(Conflict) as caught:
        confirm(service, version=0)
    assert caught.value.fields == ("email",)
    service.refresh_from_db()
    assert service.assured_on is None


@pytest.mark.django_db
def test_what_she_has_read_and_confirmed_is_shown_as_confirmed() -> None:
    service = make.service(publish="review", verified="page", hours="always")
    make.location(service)

    listing = listing_by_number(confirm(service).number, language="nl")

    assert listing is not None
    assert listing.address is not None
    assert (listing.publish, listing.verified) == ("ready", "person")
    assert listing.hours.confirmed
    assert listing.address.confirmed


@pytest.mark.django_db
def test_an_unconfirmed_number_is_not_on_the_page_and_so_not_confirmed_with_it() -> None:
    service = make.service()
    make.phone(service, "0800-1111", confirmed=False)
    confirm(service)

    assert not service.phones.get().confirmed


# F2: an interval and a state for each, told to the public.


@pytest.mark.parametrize(
    ("kind", "emergency", "due"),
    [
        ("line", False, date(2027, 2, 22)),
        ("service", False, date(2027, 5, 22)),
        ("service", True, date(2027, 2, 22)),
        ("info", False, date(2027, 11, 22)),
    ],
)
def test_f2_every_kind_has_its_interval(kind: str, emergency: bool, due: date) -> None:  # noqa: FBT001 of the table
    assert next_review(TODAY, kind, emergency=emergency) == due


def test_f2_the_last_day_of_a_month_stays_in_its_month() -> None:
    assert next_review(date(2026, 8, 31), "service", emergency=False) == date(2027, 2, 28)
    assert next_review(date(2026, 11, 30), "line", emergency=False) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("days", "state"),
    [(-1, "fresh"), (0, "due"), (59, "due"), (60, "overdue"), (179, "overdue"), (180, "hidden")],
)
def test_f2_states_follow_one_another(days: int, state: str) -> None:
    today = TODAY + timedelta(days=days)
    assert oldest_state(TODAY, today, emergency=False) == state
    assert oldest_state(TODAY, today, emergency=True) != "hidden"


@pytest.mark.django_db
def test_f2_what_is_overdue_stands_with_what_is_not_confirmed() -> None:
    service = make.service()
    age(service, State.DUE)
    [row] = queries.index_rows()
    assert row.publish == "ready"

    age(service, State.OVERDUE)
    [row] = queries.index_rows()
    listing = listing_by_number(service.number, language="nl")
    assert listing is not None
    assert row.publish == listing.publish == "review"
    assert listing.freshness == "overdue"
    assert service.publish == "ready", "what the desk decided stays as it was"


@pytest.mark.django_db
def test_f2_what_is_hidden_is_gone_and_comes_back_when_somebody_confirms_it() -> None:
    service = make.service()
    assert age(service, State.HIDDEN)
    assert not age(service, State.HIDDEN), "once is enough"
    assert listing_by_number(service.number, language="nl") is None
    assert not list(queries.index_rows())
    assert Change.objects.latest("pk").verb == "lapsed"

    confirm(service)
    listing = listing_by_number(service.number, language="nl")
    assert listing is not None
    assert (listing.publish, listing.freshness) == ("ready", "fresh")


@pytest.mark.django_db
def test_a_lapsed_entry_is_not_shown_again_by_an_edit_or_an_import() -> None:
    make.ground()
    make.import_map(make.entry())
    service = Service.objects.get()
    age(service, State.HIDDEN)
    make.import_map(make.entry())
    version, facts = actions.service_facts(service.id)

    with pytest.raises(Refused, match="Confirm it"):
        actions.change_service(
            service_id=service.id,
            changes={"publish": {**facts["publish"], "publish": "ready"}},
            version=version,
            why="",
            by=ANNA,
            at=NOON,
        )
    service.refresh_from_db()
    assert service.publish == "hidden"


@pytest.mark.django_db
def test_a_line_for_emergencies_is_never_hidden() -> None:
    service = make.service(emergency=True)

    with pytest.raises(Refused):
        age(service, State.HIDDEN)
    age(service, State.OVERDUE)
    [row] = queries.index_rows()
    assert row.publish == "ready"
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.update(publish="hidden", freshness="hidden")


@pytest.mark.django_db
def test_what_is_withdrawn_does_not_lapse_as_well() -> None:
    service = make.service(publish="hidden")

    assert not age(service, State.HIDDEN)
    assert service.lapsed_from == ""


# F4: not known is not closed; what is said for a time ends.


@pytest.mark.django_db
def test_f4_unknown_hours_are_unknown_and_never_closed() -> None:
    listing = listing_by_number(make.service().number, language="nl")
    assert listing is not None

    for hour in range(24 * 7):
        assert opening(listing.hours, NOON + timedelta(hours=hour)).state == OpeningState.UNKNOWN


@pytest.mark.django_db
def test_f4_a_temporary_closure_ends_by_itself() -> None:
    service = make.service(
        hours="always",
        hours_confirmed=True,
        closed_from=date(2026, 11, 20),
        closed_until=date(2026, 11, 24),
    )
    listing = listing_by_number(service.number, language="nl")
    assert listing is not None
    states = [opening(listing.hours, NOON + timedelta(days=day)).state for day in range(4)]

    assert states == [*[OpeningState.CLOSED] * 3, OpeningState.OPEN]


@pytest.mark.django_db
def test_f4_a_mark_for_visitors_expires_when_nobody_says_so_again() -> None:
    service = make.service()
    report(service, day=0)
    report(service, day=1)
    assert service.number_doubted_on == date(2026, 11, 23)

    assert actions.end_doubts(by=job("doubts"), at=NOON + timedelta(days=61)) == 0
    assert actions.end_doubts(by=job("doubts"), at=NOON + timedelta(days=62)) == 1
    assert not Service.objects.exclude(number_doubted_on=None).exists()
    assert Change.objects.latest("pk").verb == "believed"


# Reports of visitors.


@pytest.mark.django_db
def test_two_presses_on_one_day_may_be_one_person_and_make_no_mark() -> None:
    service = make.service()
    report(service)
    report(service)
    report(service, day=1, reason="closed")
    assert service.number_doubted_on is None


@pytest.mark.django_db
def test_an_emergency_number_is_never_doubted_in_public() -> None:
    service = make.service(emergency=True)
    for day in range(5):
        report(service, day=day)
    assert service.number_doubted_on is None


@pytest.mark.django_db
def test_another_number_is_not_doubted_for_what_was_said_of_the_old_one() -> None:
    service = make.service()
    report(service, day=0)
    report(service, day=1)
    version, _facts = actions.service_facts(service.id)
    phone = {
        "number": "030-1234567",
        "kind": "voice",
        "position": 0,
        "cost": "",
        "confirmed": True,
        "from_abroad": False,
    }
    actions.change_service(
        service_id=service.id,
        changes={"phones": {"phones": [phone]}},
        version=version,
        why="",
        by=ANNA,
        at=NOON,
    )
    service.refresh_from_db()
    assert service.number_doubted_on is None


@pytest.mark.django_db
def test_what_somebody_looked_into_is_settled_and_counts_no_more() -> None:
    service = make.service()
    report(service, day=0)
    report(service, day=1)
    done = actions.settle_reports(
        service_id=service.id,
        reason=ProblemReport.Reason.NUMBER,
        by=ANNA,
        at=NOON + timedelta(days=1),
    )
    assert done == 2
    report(service, day=2)
    assert service.number_doubted_on is None


# Owners.


@pytest.mark.parametrize(
    ("areas", "place", "owner"),
    [
        (["utrecht"], "", "utrecht"),
        (["nl"], "utrecht", ""),
        (["nl", "utrecht"], "utrecht", ""),
        (["utrecht", "amsterdam"], "", "amsterdam"),
        (["utrecht", "amsterdam"], "utrecht", "utrecht"),
        (["amsterdam"], "utrecht", "amsterdam"),
        ([], "", ""),
    ],
)
def test_every_entry_has_an_owner_from_its_first_moment(
    areas: list[str], place: str, owner: str
) -> None:
    assert first_owner(areas, place) == owner


@pytest.mark.django_db
def test_an_import_gives_new_entries_an_owner_and_a_day_and_leaves_both_alone() -> None:
    make.ground()
    there = {"type": "public", "street": "Domplein 1", "city": "Utrecht"}
    make.import_map(make.entry(), make.entry("hulp", 4, areas=["utrecht"], location=there))
    national, local = Service.objects.order_by("number")

    assert national.owner is None
    assert local.owner == Municipality.objects.get(slug="utrecht")
    assert national.review_due_on == date(2027, 2, 22)

    other = places.municipality("arnhem")
    actions.move_service(service_id=local.id, owner=other.id, keeper=ANNA.id, by=ANNA, at=NOON)
    make.import_map(make.entry("hulp", 4, areas=["utrecht"]), checked_on="2026-12-24")
    local.refresh_from_db()
    assert (local.owner, local.keeper) == (other, ANNA.id)
    assert local.review_due_on == date(2027, 2, 22)


@pytest.mark.django_db
def test_a_municipality_that_owns_entries_cannot_just_go() -> None:
    utrecht = places.municipality("utrecht")
    make.service(owner=utrecht)

    with pytest.raises(IntegrityError), transaction.atomic():
        utrecht.delete()


@pytest.mark.django_db
def test_moving_an_entry_twice_is_moving_it_once() -> None:
    service = make.service()
    moved: dict[str, Any] = {"service_id": service.id, "owner": None, "keeper": ANNA.id}

    assert actions.move_service(**moved, by=ANNA, at=NOON)
    assert not actions.move_service(**moved, by=ANNA, at=NOON)
    assert Entry.objects.filter(event_type="service moved").count() == 1
