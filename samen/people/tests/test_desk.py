"""Pages about colleagues, as they are used."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from samen.people import queries
from samen.people.models import User
from samen.people.rules import Role
from samen.people.tests import make
from samen.places.tests import make as places
from samen.post.models import Letter
from tests.visit import Visit, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
INVITE = "/desk/colleagues/invite/"
SARA = {"email": "sara@example.org", "name": "Sara", "reads": "nl", "role": "editor"}


@pytest.fixture
def administrator(visit: Visit) -> User:
    user = make.colleague(Role.ADMINISTRATOR)
    visit.sign_in(user)
    return user


def token() -> str:
    return str(Letter.objects.latest("created_at").values["link"]).rstrip("/").rpartition("/")[2]


@pytest.mark.usefixtures("administrator")
def test_somebody_is_invited_and_comes_in_by_her_link(visit: Visit) -> None:
    visit.get(INVITE)
    visit.post(INVITE, SARA)
    welcome = f"/desk/welcome/{token()}/"
    page = visit.get(welcome)
    assert "Sara" in words(page)
    again = {"password": make.PASSWORD, "again": make.PASSWORD + "x"}
    assert visit.post(welcome, again, expect=422).select(".errorlist")
    assert visit.post(welcome, {"password": "short", "again": "short"}, expect=422)
    visit.post(welcome, {"password": make.PASSWORD, "again": make.PASSWORD})

    assert User.objects.get(email="sara@example.org").check_password(make.PASSWORD)
    visit.get(welcome, expect=410)
    visit.post(welcome, {"password": make.PASSWORD, "again": make.PASSWORD}, expect=410)


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"name": ""},
        {"role": "queen"},
        {"role": "contact"},
        {"role": "translator"},
        {"municipality": "Nowhere"},
        {"organization": "12"},
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(
    visit: Visit, wrong: dict[str, str]
) -> None:
    page = visit.post(INVITE, SARA | wrong, expect=422)

    assert page.select(".errorlist")
    kept = {field: value for field, value in (SARA | wrong).items() if field in {"email", "name"}}
    for field, value in kept.items():
        box = page.select_one(f"input[name={field}]")
        assert box is not None
        assert box.get("value", "") == value
    assert not User.objects.filter(email="sara@example.org").exists()


def test_a_steward_invites_editors_of_her_own_municipality(visit: Visit) -> None:
    places.municipality("zeist", "Zeist")
    visit.sign_in(make.colleague(Role.STEWARD, municipality="utrecht"))
    elsewhere = visit.post(INVITE, SARA | {"municipality": "Zeist"}, expect=422)
    assert "not yours" in words(elsewhere)
    visit.post(INVITE, SARA | {"role": "administrator"}, expect=422)
    visit.post(INVITE, SARA | {"municipality": "utrecht"})


def test_roles_are_given_and_ended(visit: Visit, administrator: User) -> None:
    user = make.colleague(Role.MEDIATOR)
    visit.get("/desk/colleagues/")
    visit.get(f"/desk/colleagues/{user.id}/")
    visit.post(f"/desk/colleagues/{user.id}/role/", {"role": "coordinator"})
    visit.post(f"/desk/colleagues/{user.id}/role/", {"role": "contact"}, expect=422)
    [old] = user.posts.filter(role="mediator")
    visit.post(f"/desk/roles/{old.id}/end/", {})

    assert {post.role for post in queries.held_by(user.id)} == {Role.COORDINATOR}
    last = administrator.posts.get()
    visit.post(f"/desk/roles/{last.id}/end/", {})
    assert "last administrator" in words(visit.get(f"/desk/colleagues/{administrator.id}/"))


@pytest.mark.usefixtures("administrator")
def test_a_colleague_leaves_after_a_question(visit: Visit) -> None:
    user = make.colleague(Role.EDITOR, name="Noor")
    page = f"/desk/colleagues/{user.id}/leaves/"
    assert "Noor" in words(visit.get(page))
    visit.post(page, {})
    assert "Access has ended" in words(visit.get("/desk/colleagues/"))

    visit.get(page, expect=404)
    assert "ended" in words(visit.get(f"/desk/colleagues/{user.id}/"))


@pytest.mark.usefixtures("administrator")
def test_a_lost_password_is_a_new_invitation(visit: Visit) -> None:
    user = make.colleague(Role.EDITOR)
    visit.post(f"/desk/colleagues/{user.id}/again/", {})
    visit.post(f"/desk/colleagues/{user.id}/factor/", {})

    visit.get(f"/desk/welcome/{token()}/")


@pytest.mark.usefixtures("administrator")
def test_nobody_of_this_number_is_a_page_that_is_not_there(visit: Visit) -> None:
    for page in ("", "leaves/"):
        visit.get(f"/desk/colleagues/{uuid4()}/{page}", expect=404)
    visit.post(f"/desk/roles/{uuid4()}/end/", {}, expect=404)


def test_she_changes_her_own_details(visit: Visit) -> None:
    user = make.colleague(Role.MEDIATOR)
    visit.sign_in(user)
    visit.get("/desk/me/")
    visit.post("/desk/me/", {"name": "", "language": "nl"}, expect=422)
    visit.post("/desk/me/", {"name": "Noor", "language": "nl"})

    assert visit.get("/desk/me/").select_one("html[lang=nl]")
    user.refresh_from_db()
    assert user.name == "Noor"


def test_a_page_of_another_role_says_so_and_leads_on(visit: Visit) -> None:
    visit.sign_in(make.colleague(Role.MEDIATOR))
    page = visit.get("/desk/colleagues/", expect=403)

    assert "not part of your role" in words(page)
    assert page.select_one('main a[href="/desk/"]')


def test_the_first_colleague_comes_from_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("invite", "first@example.org", "--name", "First")

    assert f"/desk/welcome/{token()}/" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("invite", "no address")
    with pytest.raises(CommandError):
        call_command("invite", "x@example.org", "--role", "steward", "--municipality", "nowhere")
