"""Reports, tasks, confirming and owners at the desk."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory.models import Change, ProblemReport, Service
from samen.directory.tests import make as listings
from samen.directory.tests.make import NOON
from samen.foundation import clock
from samen.foundation.actor import visitor
from samen.people.http import Role
from samen.people.models import Post, User
from samen.people.tests import make as people
from samen.places.tests import make as places
from samen.post.models import Letter
from samen.stewardship import jobs
from samen.stewardship.figures import Kept, kept
from samen.stewardship.models import Review, Task
from samen.stewardship.tests.freshness import make
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def steward(visit: Visit, municipality: str | None = "utrecht", role: Role = Role.STEWARD) -> User:
    user = people.colleague(role, municipality=municipality)
    visit.sign_in(user)
    return user


def report(service: Service, *, day: int = 0, reason: str = "number", times: int = 1) -> None:
    for _ in range(times):
        directory.report_problem(
            service_id=service.id,
            reason=ProblemReport.Reason(reason),
            token=uuid4().hex,
            by=visitor(),
            at=make.at_day(day),
        )


def local(slug: str = "utrecht", **columns: Any) -> Service:
    owner = places.municipality(slug)
    return make.due(**({"owner": owner, "email": ""} | columns))


def lines(page: Any) -> list[str]:
    return [words(row) for row in page.select("tbody tr")]


# What visitors say.


def test_reports_stand_once_each_with_their_days_and_the_day_by_which_to_look(
    visit: Visit,
) -> None:
    steward(visit)
    service = local(name="Hulp aan de gracht")
    report(service, day=-4, times=3)
    report(service, day=-2)
    report(service, day=-1, reason="refused")
    first, second = lines(visit.get("/desk/reports/"))

    assert "Hulp aan de gracht" in first
    assert "on 2 days" in first
    assert "Visitors are told." in first
    assert "21 November 2026 late" in first
    assert "28 November 2026" in second
    assert "late" not in second


def test_a_report_that_is_settled_leaves_the_list_and_the_page(visit: Visit) -> None:
    user = steward(visit)
    service = local()
    report(service, day=-1)
    report(service, day=0)
    report(service, day=0, reason="closed")
    visit.post(f"/desk/reports/{service.id}/settle/", {"reason": "number"})

    assert len(lines(visit.get("/desk/reports/"))) == 1
    service.refresh_from_db()
    assert service.number_doubted_on is None
    assert Entry.objects.filter(event_type="reports settled", user_id=user.id).count() == 1
    visit.post(f"/desk/reports/{service.id}/settle/", {"reason": "number"})
    visit.post(f"/desk/reports/{service.id}/settle/", {"reason": "bogus"})
    assert ProblemReport.objects.filter(settled_on=None).count() == 1


@pytest.mark.parametrize("municipality", ["amsterdam", "utrecht", None])
def test_a_steward_sees_and_settles_what_her_own_municipality_answers_for(
    visit: Visit, municipality: str | None
) -> None:
    steward(visit, municipality)
    service = local("utrecht")
    report(service)
    hers = municipality != "amsterdam"

    assert bool(lines(visit.get("/desk/reports/"))) == hers
    answer = 303 if hers else 404
    visit.post(f"/desk/reports/{service.id}/settle/", {"reason": "number"}, expect=answer)
    assert ProblemReport.objects.filter(settled_on=None).exists() != hers
    visit.get(f"/desk/confirm/{service.id}/", expect=200 if hers else 404)
    visit.get(f"/desk/confirm/{uuid4()}/", expect=404)


def test_what_is_national_is_not_a_municipalitys_to_settle(visit: Visit) -> None:
    steward(visit, "utrecht")
    service = make.due(email="")
    jobs.review_listings(at=NOON)
    task = Task.objects.get()

    assert not lines(visit.get("/desk/tasks/"))
    visit.post(f"/desk/tasks/{task.id}/done/", {}, expect=404)
    visit.post(f"/desk/confirm/{service.id}/", {"version": "0"}, expect=404)
    service.refresh_from_db()
    assert service.assured_on is None
    task.refresh_from_db()
    assert task.done_on is None


# Tasks, and confirming for them.


def test_a_task_is_done_once(visit: Visit) -> None:
    user = steward(visit)
    local(name="Hulp aan de gracht")
    jobs.review_listings(at=NOON)
    [line] = lines(visit.get("/desk/tasks/"))
    assert "Call them" in line
    task = Task.objects.get()
    visit.post(f"/desk/tasks/{task.id}/done/", {})
    page = visit.get("/desk/tasks/")
    assert "0 entries" in page.get_text()
    visit.post(f"/desk/tasks/{task.id}/done/", {})

    task.refresh_from_db()
    assert (task.done_on, task.done_by) == (make.TODAY, user.id)
    assert Entry.objects.filter(event_type="task done").count() == 1


def test_a_steward_reads_it_out_on_the_phone_and_confirms(visit: Visit) -> None:
    user = steward(visit)
    service = local(publish="review", hours="always")
    listings.phone(service, "030-1234567")
    jobs.review_listings(at=NOON)
    page = visit.get(f"/desk/confirm/{service.id}/")
    assert "030-1234567" in page.get_text()
    version = str(page.select("input[name=version]")[0]["value"])

    visit.post(f"/desk/confirm/{service.id}/", {"version": "77"}, expect=422)
    visit.post(f"/desk/confirm/{service.id}/", {}, expect=422)
    visit.post(f"/desk/confirm/{service.id}/", {"version": version})
    service.refresh_from_db()
    assert (service.assured_on, service.assurer) == (make.TODAY, "steward")
    assert service.publish == "ready"
    assert not Task.objects.filter(done_on=None).exists()
    assert Review.objects.get().outcome == "confirmed"
    assert Entry.objects.filter(event_type="service confirmed", user_id=user.id).exists()
    assert "Those who keep this list" in visit.get(f"/en/i/{service.number}/").get_text()


def test_what_an_organisation_wrote_is_shown_as_words_and_never_as_markup(visit: Visit) -> None:
    steward(visit)
    service = local()
    Task.objects.create(
        service=service, kind="message", words="<b>Bel</b> مرحبا", opened_on=make.TODAY
    )
    page = visit.get("/desk/tasks/")
    assert words(page.select("q")[0]) == "<b>Bel</b> مرحبا"


def test_a_role_taken_away_between_two_clicks_changes_nothing(visit: Visit) -> None:
    user = steward(visit)
    service = local()
    page = visit.get(f"/desk/confirm/{service.id}/")
    version = str(page.select("input[name=version]")[0]["value"])
    Post.objects.filter(colleague=user).update(ended_at=NOON)

    visit.post(f"/desk/confirm/{service.id}/", {"version": version}, expect=403)
    service.refresh_from_db()
    assert service.assured_on is None


@pytest.mark.urls("samen.config.urls_desk")
def test_the_pages_stand_in_a_server_that_opens_the_desk_alone(visit: Visit) -> None:
    user = steward(visit)
    service = local(hours="always")
    listings.location(service)
    report(service)
    jobs.review_listings(at=NOON)
    for language in ("nl", "en"):
        User.objects.filter(pk=user.pk).update(language=language)
        for path in ("tasks/", "reports/", "owners/", f"confirm/{service.id}/"):
            assert visit.get(f"/desk/{path}").select_one(f"html[lang={language}]")


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "99999999999999999999", "١"])
def test_a_page_that_is_not_there_is_not_there(visit: Visit, page: str) -> None:
    steward(visit)
    for path in ("/desk/tasks/", "/desk/reports/"):
        visit.get(f"{path}?page={page}", expect=404)


def test_the_lists_ask_the_database_as_often_for_many_as_for_few(visit: Visit) -> None:
    steward(visit)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            visit.get(path)
        return len(queries)

    visit.get("/desk/tasks/")  # the session has begun
    few = []
    for count in (1, 70):
        for _ in range(count):
            service = local()
            report(service)
        jobs.review_listings(at=NOON)
        few.append([asked(path) for path in ("/desk/tasks/", "/desk/reports/", "/desk/owners/")])
    assert few[0] == few[1]
    assert "?page=2" in str(visit.get("/desk/tasks/"))
    assert len(lines(visit.get("/desk/tasks/?page=2"))) == 21


def test_the_first_page_of_the_desk_counts_what_waits(visit: Visit) -> None:
    steward(visit)
    service = local(freshness="overdue")
    report(service)
    report(service, reason="closed")
    local("nijmegen", freshness="overdue")
    jobs.review_listings(at=NOON)
    numbers = [words(line) for line in visit.get("/desk/").select(".numbers li")]

    assert "1 entries to ask about" in numbers
    assert "2 things visitors said" in numbers
    assert "1 entries nobody confirmed in time" in numbers


# Owners.


def test_all_entries_of_a_municipality_go_to_the_one_it_joins(visit: Visit) -> None:
    visit.sign_in(people.colleague(Role.ADMINISTRATOR))
    mine = [local("utrecht"), local("utrecht", publish="hidden")]
    places.municipality("arnhem")
    other = local("nijmegen")
    page = visit.get("/desk/owners/")
    assert "utrecht 2 2" in [line.lower() for line in lines(page)]

    visit.post("/desk/owners/", {"owner": "utrecht", "to": "arnhem"})
    for service in mine:
        service.refresh_from_db()
        assert service.owner is not None
        assert service.owner.slug == "arnhem"
    other.refresh_from_db()
    assert other.owner == places.municipality("nijmegen")
    assert Change.objects.filter(verb="moved").count() == 2
    assert Entry.objects.filter(event_type="services moved").count() == 1
    visit.post("/desk/owners/", {"owner": "utrecht", "to": "arnhem"})
    assert Entry.objects.filter(event_type="services moved").count() == 1


def test_a_steward_hands_over_her_own_and_nobody_elses(visit: Visit) -> None:
    user = steward(visit, "utrecht")
    hers, other = local("utrecht"), local("nijmegen")
    page = visit.get("/desk/owners/")
    assert [option["value"] for option in page.select("#id_owner option")] == ["utrecht"]

    visit.post("/desk/owners/", {"owner": "nijmegen", "to": "utrecht"}, expect=422)
    visit.post("/desk/owners/", {"owner": "nl", "to": "utrecht"}, expect=422)
    visit.post("/desk/owners/", {"owner": "utrecht", "to": f"nijmegen:{user.id}"}, expect=422)
    visit.post("/desk/owners/", {"owner": "utrecht", "to": f"utrecht:{user.id}"})
    hers.refresh_from_db()
    other.refresh_from_db()
    assert hers.keeper == user.id
    assert other.keeper is None


def test_what_somebody_kept_who_left_falls_back_to_the_others() -> None:
    gone = people.colleague(Role.STEWARD, municipality="utrecht")
    stays = people.colleague(Role.STEWARD, municipality="utrecht")
    hers, his = local(keeper=gone.id), local(keeper=stays.id)
    national = make.due(keeper=gone.id)
    User.objects.filter(pk=gone.id).update(is_active=False, ended_at=NOON)

    assert jobs.hand_over_entries(at=NOON) == 2
    assert jobs.hand_over_entries(at=NOON) == 0
    for service, keeper in ((hers, None), (national, None), (his, stays.id)):
        service.refresh_from_db()
        assert service.keeper == keeper
    assert hers.owner is not None


# Letters that tell.


def test_a_steward_hears_once_a_week_that_entries_wait() -> None:
    here = people.colleague(Role.STEWARD, municipality="utrecht", reads="nl")
    people.colleague(Role.STEWARD, municipality="amsterdam")
    everywhere = people.colleague(Role.STEWARD)
    local("utrecht")
    jobs.review_listings(at=NOON)
    told = [jobs.tell_stewards(at=make.at_day(day)) for day in range(9)]

    assert told == [1, 1, *[0] * 6, 1]  # the 22nd of November 2026 is a Sunday
    letters = Letter.objects.filter(template="entries_wait")
    assert {letter.to for letter in letters} == {here.email}

    local("arnhem")
    jobs.review_listings(at=NOON)
    jobs.tell_stewards(at=NOON)
    assert Letter.objects.filter(to=everywhere.email).count() == 1, "nobody works in Arnhem"


def test_an_organisation_hears_when_others_change_its_entry_once_a_day() -> None:
    editor = people.colleague(Role.EDITOR)
    service = make.due(review_due_on=date(2027, 11, 22))
    contact = people.colleague(Role.CONTACT, organization=service.organization_id)
    secret = make.due(publish="hidden", review_due_on=date(2027, 11, 22))

    def edit(by: User, of: Service, fact: str, value: str) -> None:
        version, _facts = directory.service_facts(of.id)
        directory.change_service(
            service_id=of.id,
            changes={fact: {fact: value}},
            version=version,
            why="",
            by=people.acting(by),
            at=NOON,
        )

    edit(contact, service, "website", "https://own.example.org")
    edit(editor, service, "notes", "For us alone")
    edit(editor, secret, "website", "https://hidden.example.org")
    assert jobs.tell_organizations(at=make.at_day(1)) == 0

    edit(editor, service, "website", "https://new.example.org")
    edit(editor, service, "cost", "free")
    assert jobs.tell_organizations(at=NOON + timedelta(hours=1)) == 0, "the day is not over"
    assert jobs.tell_organizations(at=make.at_day(3)) == 1
    assert jobs.tell_organizations(at=make.at_day(3)) == 0
    letter = Letter.objects.get(template="listing_changed")
    assert letter.to == make.DESK
    assert letter.values["link"].endswith(f"/nl/i/{service.number}/")


# Figures.


def test_the_figures_of_each_municipality_add_up() -> None:
    for days, columns in (
        (30, {}),
        (250, {"freshness": "due"}),
        (400, {"freshness": "overdue"}),
        (500, {"freshness": "hidden", "publish": "hidden"}),
    ):
        assured = make.TODAY - timedelta(days=days)
        local("utrecht", assured_on=assured, assurer="steward", **columns)
    reported = local("utrecht", review_due_on=date(2027, 11, 22))
    report(reported, times=3)
    report(reported, reason="closed")
    make.due(email="", review_due_on=make.TODAY)
    Task.objects.create(service=reported, kind="message", words="x", opened_on=make.TODAY)

    national, utrecht = sorted(kept(at=NOON), key=lambda one: one.municipality)
    assert national == Kept("nl", 1, 0, 0, 0, 0, 0, 0, 0)
    assert utrecht == Kept(
        "utrecht",
        published=4,
        confirmed_6=1,
        confirmed_12=2,
        due=1,
        overdue=1,
        hidden=1,
        reported=1,
        tasks=1,
    )
    with CaptureQueriesContext(connection) as queries:
        kept(at=NOON)
    assert len(queries) == 3
