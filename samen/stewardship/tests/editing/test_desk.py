"""The desk as colleagues use it: each page, each button, and each in the wrong hands."""

from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from samen.directory import actions as directory
from samen.directory.models import Service, ServiceArea, ServiceText
from samen.directory.queries import text_hash
from samen.directory.tests import make
from samen.people.models import Post, User
from samen.people.rules import Role
from samen.people.tests import make as people
from samen.places.tests import make as places
from samen.stewardship.desk.sections import SECTIONS
from samen.stewardship.models import Draft, Suggestion, Withdrawal
from samen.stewardship.tests.editing.make import opened
from tests.visit import Visit, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    places.place("utrecht", name="Utrecht", municipality=places.municipality())
    found = make.service(name="Het Huis")
    make.phone(found, "030-1234567")
    ServiceArea.objects.create(service=found, municipality=places.municipality())
    return found


@pytest.fixture
def steward(visit: Visit) -> User:
    user = people.colleague(Role.STEWARD, municipality="utrecht", name="Anna")
    visit.sign_in(user)
    return user


def facts(service: Service) -> dict[str, dict[str, Any]]:
    return directory.service_facts(service.id)[1]


def at(service: Service, *more: str) -> str:
    return "/".join(["/desk/map", str(service.number), *more, ""])


def typed(service: Service, section: str, **fields: Any) -> dict[str, Any]:
    version, now = directory.service_facts(service.id)
    return opened(section, now) | {"version": version, "why": "by phone"} | fields


def contact(service: Service, visit: Visit) -> User:
    user = people.colleague(Role.CONTACT, organization=service.organization_id)
    visit.sign_in(user)
    return user


@pytest.mark.usefixtures("steward")
def test_the_first_page_says_what_to_do_and_leads_there(visit: Visit, service: Service) -> None:
    page = visit.get("/desk/")
    assert "Utrecht" in words(page)
    for link in page.select("main a[href], nav a[href]"):
        visit.get(str(link["href"]))
    assert visit.get("/desk/map/?words=huis&area=utrecht&state=ready").select(
        f'a[href="{at(service)}"]'
    )


@pytest.mark.usefixtures("steward", "service")
@pytest.mark.parametrize(
    "query", ["page=0", "page=99", "page=x", "page=99999999999999999999", "state=x", "area=x"]
)
def test_a_list_that_is_asked_for_oddly_is_a_list_or_is_not_there(visit: Visit, query: str) -> None:
    visit.get(f"/desk/map/?{query}", expect=404 if query in {"page=0", "page=99"} else 200)


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize("section", SECTIONS)
def test_a_form_sent_as_it_was_opened_changes_nothing(
    visit: Visit, service: Service, section: str
) -> None:
    before = directory.service_facts(service.id)
    visit.get(at(service, section))
    visit.post(at(service, section), typed(service, section))

    assert directory.service_facts(service.id) == before


@pytest.mark.usefixtures("steward")
def test_harmless_facts_are_kept_at_once_and_told_in_the_history(
    visit: Visit, service: Service
) -> None:
    visit.post(at(service, "words"), typed(service, "words", what="Nieuwe woorden."))

    assert facts(service)["what.nl"]["body"] == "Nieuwe woorden."
    page = visit.get(at(service, "history"))
    assert "Nieuwe" in [words(new).strip() for new in page.select("ins")]
    assert "Anna" in words(page)
    assert "by phone" in words(page)


def test_a_number_waits_for_a_second_person_who_sees_both(
    visit: Visit, service: Service, steward: User
) -> None:
    visit.post(at(service, "reach"), typed(service, "reach", number_0="030-7654321"))
    assert "030-1234567" in words(visit.get(at(service)))
    [waiting] = Suggestion.objects.all()
    page = f"/desk/suggestions/{waiting.id}/"
    version = directory.service_facts(service.id)[0]
    yes = {"approve": "1", "version": version}
    assert "yourself" in words(visit.post(page, yes, expect=422))

    second = people.colleague(Role.STEWARD, municipality="utrecht")
    visit.sign_in(second)
    told = words(visit.get(page))
    assert "030-1234567" in told
    assert "030-7654321" in told
    visit.get("/desk/suggestions/")
    visit.post(page, {"version": version}, expect=422)  # a no needs a reason
    visit.post(page, yes)
    assert [phone["number"] for phone in facts(service)["phones"]["phones"]] == ["030-7654321"]
    visit.post(page, yes, expect=404)
    assert steward.id != second.id


def test_a_contact_suggests_and_visitors_go_on_reading_what_was_approved(
    visit: Visit, service: Service
) -> None:
    contact(service, visit)
    visit.get(at(service))
    visit.get(at(service, "status"), expect=404)
    visit.post(at(service, "words"), typed(service, "words", what="Van ons."))
    assert facts(service)["what.nl"]["body"] != "Van ons."
    [waiting] = Suggestion.objects.all()

    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht"))
    no = {"reject": "1", "version": 1, "reason": "Te kort."}
    visit.post(f"/desk/suggestions/{waiting.id}/", no)
    waiting.refresh_from_db()
    assert waiting.state == "rejected"


@pytest.mark.parametrize("where", ["zeist", "utrecht"])
def test_what_lies_outside_her_municipality_is_not_there(
    visit: Visit, service: Service, where: str
) -> None:
    places.municipality("zeist", "Zeist")
    expect = 200 if where == "utrecht" else 404
    visit.sign_in(people.colleague(Role.STEWARD, municipality=where))
    for page in ((), ("words",), ("history",)):
        visit.get(at(service, *page), expect=expect)
    sent = 303 if where == "utrecht" else 404
    said = typed(service, "words", what="Anders.")
    visit.post(at(service, "words"), said, expect=sent)
    visit.post(at(service, "withdraw"), {"reason": "gevaar"}, expect=sent)
    assert (facts(service)["what.nl"]["body"] == "Anders.") == (where == "utrecht")


def test_a_contact_of_another_organisation_sees_and_writes_nothing(
    visit: Visit, service: Service
) -> None:
    visit.sign_in(people.colleague(Role.CONTACT, organization=uuid4()))
    visit.get(at(service), expect=404)
    visit.post(at(service, "words"), typed(service, "words", what="Anders."), expect=404)
    visit.post(at(service, "withdraw"), {"reason": "x"}, expect=403)
    visit.post(at(service, "history", "1"), {}, expect=403)
    assert not Suggestion.objects.exists()


def test_a_role_taken_away_while_she_types_keeps_nothing(
    visit: Visit, service: Service, steward: User
) -> None:
    said = typed(service, "words", what="Te laat.")
    Post.objects.filter(colleague=steward).update(ended_at=make.NOON)
    visit.post(at(service, "words"), said, expect=403)

    assert facts(service)["what.nl"]["body"] != "Te laat."


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        ("reach", {"number_0": "bel mij"}),
        ("reach", {"website": "geen adres"}),
        ("reach", {"email": "x"}),
        ("who", {"minimum_age": "400"}),
        ("place", {"type": "physical", "town": "Nergenshuizen"}),
        ("hours", {"hours": "weekly"}),
        ("hours", {"hours": "weekly", "opens_0_0": "25:00", "closes_0_0": "26:00"}),
        ("help", {"areas": "Nergenshuizen"}),
        ("words", {"name": ""}),
        ("words", {"what": "Bel 030-1234567."}),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    visit: Visit, service: Service, section: str, wrong: dict[str, str]
) -> None:
    before = directory.service_facts(service.id)
    page = visit.post(at(service, section), typed(service, section, **wrong), expect=422)

    assert page.select(".errorlist")
    for name, value in wrong.items():
        assert holds(page, name) == value
    assert holds(page, "why") == "by phone"
    assert directory.service_facts(service.id) == before


def holds(page: BeautifulSoup, name: str) -> str:
    [box] = page.select(f"[name={name}]")
    if box.name == "select":
        return str(next(o["value"] for o in box.select("option[selected]")))
    return str(box.get("value", box.get_text().strip("\r\n")))


def test_two_who_change_the_same_see_both(
    visit: Visit, client: Client, service: Service, steward: User
) -> None:
    hers = typed(service, "words", what="Van haar.")
    visit.post(at(service, "words"), typed(service, "words", what="Van mij."))
    visit.sign_in(people.colleague(Role.EDITOR, municipality="utrecht"))
    page = visit.post(at(service, "words"), hers, expect=409)

    assert "Van mij." in words(page)
    assert holds(page, "what") == "Van haar."
    again = hers | {"version": holds(page, "version")}
    visit.post(at(service, "words"), again)
    assert facts(service)["what.nl"]["body"] == "Van haar."
    assert steward.is_active
    assert client.get(at(service)).status_code == 200


@pytest.mark.usefixtures("steward")
def test_two_who_change_different_things_both_keep_them(visit: Visit, service: Service) -> None:
    hers = typed(service, "who", children="yes")
    visit.post(at(service, "words"), typed(service, "words", what="Van mij."))
    visit.post(at(service, "who"), hers)

    assert facts(service)["children"]["children"] == "yes"
    assert facts(service)["what.nl"]["body"] == "Van mij."


@pytest.mark.usefixtures("steward")
def test_looking_first_shows_the_page_and_keeps_nothing(visit: Visit, service: Service) -> None:
    said = typed(service, "words", what="Zo zou het worden.")
    page = visit.post(at(service, "words"), said | {"look": "1"}, expect=200)

    assert "Zo zou het worden." in words(page.select_one("article") or page)
    assert holds(page, "what") == "Zo zou het worden."
    assert facts(service)["what.nl"]["body"] != "Zo zou het worden."


def test_a_draft_survives_a_sign_out_and_is_hers_alone(
    visit: Visit, client: Client, service: Service, steward: User
) -> None:
    said = typed(service, "hours", hours="weekly", opens_0_0="09:00", closes_0_0="")
    visit.post(at(service, "hours"), said | {"draft": "1"})
    client.logout()
    visit.sign_in(people.colleague(Role.EDITOR, municipality="utrecht"))
    assert holds(visit.get(at(service, "hours")), "opens_0_0") == ""
    visit.sign_in(steward)
    page = visit.get(at(service, "hours"))
    assert holds(page, "opens_0_0") == "09:00"

    visit.post(at(service, "hours"), {"drop": "1"})
    assert not Draft.objects.exists()
    quietly = client.post(
        at(service, "hours"), said | {"draft": "1"}, headers={"accept": "application/json"}
    )
    assert quietly.status_code == 204


@pytest.mark.usefixtures("steward")
def test_the_hours_of_monday_are_copied_and_not_yet_kept(visit: Visit, service: Service) -> None:
    said = typed(service, "hours", hours="weekly", opens_0_0="09:00", closes_0_0="17:00")
    page = visit.post(at(service, "hours"), said | {"copy": "0"}, expect=200)

    assert holds(page, "opens_4_0") == "09:00"
    assert holds(page, "opens_5_0") == ""
    assert facts(service)["hours"]["week"] == []


@pytest.mark.usefixtures("steward")
def test_an_older_version_comes_back(visit: Visit, service: Service) -> None:
    before = facts(service)["what.nl"]["body"]
    version = directory.service_facts(service.id)[0]
    visit.post(at(service, "words"), typed(service, "words", what="Fout."))
    visit.post(at(service, "history", str(version)), {})
    assert facts(service)["what.nl"]["body"] == before

    visit.post(at(service, "history", "999"), {}, expect=404)


@pytest.mark.usefixtures("steward")
def test_a_dangerous_entry_is_gone_at_once_and_somebody_else_decides(
    visit: Visit, service: Service
) -> None:
    visit.post(at(service, "withdraw"), {"reason": ""}, expect=422)
    visit.post(at(service, "withdraw"), {"reason": "Verkeerd nummer."})
    visit.get(f"/nl/i/{service.number}/", expect=404)
    [withdrawal] = Withdrawal.objects.all()
    back = f"/desk/withdrawn/{withdrawal.id}/"
    visit.get("/desk/withdrawn/")
    visit.post(back, {"returns": "1", "reason": "x"})
    visit.get(f"/nl/i/{service.number}/", expect=404)

    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht"))
    visit.get("/desk/withdrawn/")
    visit.post(back, {"returns": "1", "reason": "Gebeld."})
    visit.get(f"/nl/i/{service.number}/")
    visit.post(back, {"returns": "1"})
    visit.post(f"/desk/withdrawn/{uuid4()}/", {}, expect=404)


@pytest.mark.usefixtures("steward")
def test_somebody_looks_who_does_it_before_adding_one_more(visit: Visit, service: Service) -> None:
    said = {"name": "Het Huis", "organization": "Veilig Thuis", "area": "utrecht"}
    said["key"] = holds(visit.get("/desk/map/new/"), "key")
    visit.post("/desk/map/new/", said | {"organization": "Niemand"}, expect=422)
    visit.post("/desk/map/new/", said | {"area": "zeist"}, expect=422)
    page = visit.post("/desk/map/new/", said, expect=200)
    assert page.select(f'main a[href="{at(service)}"]')
    for _twice in range(2):
        visit.post("/desk/map/new/", said | {"name": "Nieuw", "add": "1"})

    [added] = Service.objects.filter(name="Nieuw")
    assert added.publish == "hidden"
    visit.get(f"/nl/i/{added.number}/", expect=404)
    visit.get(at(added))


def test_a_translator_approves_her_own_language_and_no_other(
    visit: Visit, service: Service
) -> None:
    dutch = facts(service)["what.nl"]["body"]
    visit.sign_in(people.colleague(Role.TRANSLATOR, language="ar"))
    visit.get("/desk/")
    assert visit.get("/desk/translations/").select("main a")
    page = f"/desk/translations/ar/{service.number}/"
    visit.get(page)
    said = {"what": "نصيحة ومساعدة.", "from_what": text_hash(dutch)}
    visit.post(page, said | {"what": "اتصل 030-1234567"}, expect=422)
    visit.post(page, said)
    text = ServiceText.objects.get(service=service, language="ar", field="what")
    assert (text.body, text.state) == ("نصيحة ومساعدة.", "human")

    visit.get(f"/desk/translations/fr/{service.number}/", expect=404)
    visit.post(f"/desk/translations/fr/{service.number}/", said, expect=404)
    visit.get("/desk/translations/ar/99999/", expect=404)


def test_dutch_and_english_at_the_desk(visit: Visit, service: Service) -> None:
    visit.sign_in(people.colleague(Role.STEWARD, municipality="utrecht", reads="nl"))
    for page in ("/desk/", "/desk/map/", at(service), *(at(service, name) for name in SECTIONS)):
        assert visit.get(page).select_one("html[lang=nl]")
