"""Who may invite, give and end; and that each deed leaves its line."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from samen.audit.models import Entry
from samen.foundation.actor import Actor, job
from samen.people import actions, queries
from samen.people.models import Invitation, Post, User
from samen.people.rules import BadPost, NotYours, PostHeld, Role
from samen.people.tests import make
from samen.places.tests import make as places
from samen.post.models import Letter
from tests.visit import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap")]
AT = make.AT
OPERATOR = job("invite")


def link(token: str) -> str:
    return f"http://localhost/desk/welcome/{token}/"


def invite(by: Actor = OPERATOR, *posts: PostHeld, email: str = "new@example.org") -> str:
    """The token in the letter."""
    tokens: list[str] = []

    def kept(token: str) -> str:
        tokens.append(token)
        return link(token)

    actions.invite_colleague(
        email=email,
        name="Sara",
        language="nl",
        posts=posts or (PostHeld(Role.ADMINISTRATOR),),
        link=kept,
        by=by,
        at=AT,
    )
    return tokens[0]


def held(user: User) -> set[Role]:
    return {post.role for post in queries.held_by(user.id)}


def test_an_invitation_goes_by_mail_and_is_taken_up_once() -> None:
    token = invite()
    letter = Letter.objects.get()
    user = actions.accept_invitation(token=token, password=make.PASSWORD, at=AT)

    assert token in letter.values["link"]
    assert user.is_active
    assert user.check_password(make.PASSWORD)
    assert held(user) == {Role.ADMINISTRATOR}
    with pytest.raises(actions.InvitationOver):
        actions.accept_invitation(token=token, password="another-one-entirely", at=AT)  # noqa: S106 opens nothing
    verbs = set(Entry.objects.values_list("event_type", flat=True))
    assert {"colleague invited", "invitation accepted"} <= verbs


def test_who_reads_the_table_cannot_use_an_invitation() -> None:
    token = invite()

    assert token not in str(Invitation.objects.values().get())


def test_an_invitation_ends_after_seven_days_or_when_a_newer_one_takes_its_place() -> None:
    first, second = invite(), invite()
    week = timedelta(days=7)

    assert queries.open_invitation(first, at=AT) is None
    assert queries.open_invitation(second, at=AT + week - timedelta(seconds=1)) is not None
    assert queries.open_invitation(second, at=AT + week) is None


def test_somebody_invited_holds_nothing_until_she_has_come() -> None:
    invite()

    assert not held(User.objects.get())


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_makes_administrators(role: Role) -> None:
    giver = make.colleague(
        role,
        organization=uuid4() if role is Role.CONTACT else None,
        language="ar" if role is Role.TRANSLATOR else "",
    )
    for post in (PostHeld(Role.ADMINISTRATOR), PostHeld(Role.STEWARD)):
        with pytest.raises(NotYours):
            invite(make.acting(giver), post)
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_steward_finds_editors_in_her_own_municipality_only() -> None:
    places.municipality("zeist", "Zeist")
    steward = make.acting(make.colleague(Role.STEWARD, municipality="utrecht"))
    invite(steward, PostHeld(Role.EDITOR, "utrecht"))

    for elsewhere in ("zeist", None):
        with pytest.raises(NotYours):
            invite(steward, PostHeld(Role.EDITOR, elsewhere), email="other@example.org")


def test_a_role_that_was_taken_away_gives_nothing_more() -> None:
    make.colleague(Role.ADMINISTRATOR)
    giver = make.colleague(Role.ADMINISTRATOR)
    Post.objects.filter(colleague=giver).update(ended_at=AT)

    with pytest.raises(NotYours):
        invite(make.acting(giver))


@pytest.mark.parametrize(
    "post",
    [
        PostHeld(Role.CONTACT),
        PostHeld(Role.TRANSLATOR),
        PostHeld(Role.STEWARD, None, uuid4()),
        PostHeld(Role.LOG_MANAGER, "utrecht"),
        PostHeld(Role.STEWARD, "nowhere"),
    ],
)
def test_a_role_about_the_wrong_thing_is_refused(post: PostHeld) -> None:
    places.municipality()
    with pytest.raises(BadPost):
        invite(OPERATOR, post)


def test_the_last_administrator_stays() -> None:
    last = make.colleague(Role.ADMINISTRATOR)
    by = make.acting(last)

    with pytest.raises(actions.LastAdministrator):
        actions.end_post(post_id=last.posts.get().id, by=by, at=AT)
    with pytest.raises(actions.LastAdministrator):
        actions.end_colleague(colleague_id=last.id, by=by, at=AT)
    assert held(last) == {Role.ADMINISTRATOR}


def test_who_leaves_is_out_at_once_and_what_she_kept_is_known(visit: Visit) -> None:
    administrator = make.colleague(Role.ADMINISTRATOR)
    leaving = make.colleague(Role.STEWARD)
    visit.sign_in(leaving)
    visit.get("/desk/")
    actions.end_colleague(colleague_id=leaving.id, by=make.acting(administrator), at=AT)

    visit.get("/desk/", expect=302)
    assert "sign-in" in visit.answer.headers["Location"]
    assert queries.who_left() == [leaving.id]
    assert not held(leaving)
    assert queries.contacts_of(uuid4()) == []


def test_only_an_administrator_ends_somebody(visit: Visit) -> None:
    steward, other = make.colleague(Role.STEWARD), make.colleague(Role.MEDIATOR)
    make.colleague(Role.ADMINISTRATOR)
    by = make.acting(steward)

    for deed in (actions.end_colleague, actions.reset_second_factor):
        with pytest.raises(NotYours):
            deed(colleague_id=other.id, by=by, at=AT)
    with pytest.raises(NotYours):
        actions.give_post(colleague_id=steward.id, post=PostHeld(Role.MEDICAL), by=by, at=AT)
    with pytest.raises(NotYours):
        actions.end_post(post_id=other.posts.get().id, by=by, at=AT)
    visit.sign_in(steward)
    visit.post(f"/desk/colleagues/{other.id}/leaves/", {}, expect=403)
    visit.post(f"/desk/colleagues/{other.id}/factor/", {}, expect=403)
    visit.post(f"/desk/roles/{other.posts.get().id}/end/", {}, expect=403)
    assert held(other) == {Role.MEDIATOR}


def test_who_left_comes_back_by_an_administrator_only() -> None:
    administrator = make.colleague(Role.ADMINISTRATOR)
    steward = make.colleague(Role.STEWARD)
    left = make.colleague(Role.EDITOR, name="Noor")
    actions.end_colleague(colleague_id=left.id, by=make.acting(administrator), at=AT)

    with pytest.raises(NotYours):
        invite(make.acting(steward), PostHeld(Role.EDITOR), email=left.email)
    invite(make.acting(administrator), PostHeld(Role.EDITOR), email=left.email)
    left.refresh_from_db()
    assert left.ended_at is None
    assert not left.is_active


def test_details_are_changed_by_herself_only() -> None:
    mine, hers = make.colleague(Role.EDITOR), make.colleague(Role.EDITOR, name="Noor")

    with pytest.raises(NotYours):
        actions.change_my_details(
            user_id=hers.id, name="X", language="nl", by=make.acting(mine), at=AT
        )
    hers.refresh_from_db()
    assert hers.name == "Noor"


def test_a_role_given_twice_is_held_once() -> None:
    administrator = make.acting(make.colleague(Role.ADMINISTRATOR))
    user = make.colleague()
    for _ in range(2):
        actions.give_post(
            colleague_id=user.id, post=PostHeld(Role.MEDIATOR), by=administrator, at=AT
        )

    assert [post.role for post in queries.held_by(user.id)] == [Role.MEDIATOR]


def test_a_new_second_step_ends_her_sessions(visit: Visit) -> None:
    administrator = make.colleague(Role.ADMINISTRATOR)
    user = make.colleague(Role.EDITOR)
    visit.sign_in(user)
    visit.get("/desk/")
    actions.reset_second_factor(colleague_id=user.id, by=make.acting(administrator), at=AT)

    visit.get("/desk/", expect=302)
    assert visit.answer.headers["Location"].startswith(("/desk/sign-in/", "/desk/second/"))


def test_a_role_about_an_organisation_or_a_language_opens_no_municipality() -> None:
    """A contact without a municipality keeps nothing of the country."""
    contact = queries.colleague(make.colleague(Role.CONTACT, organization=uuid4()))
    translator = queries.colleague(make.colleague(Role.TRANSLATOR, language="ar"))
    steward = queries.colleague(make.colleague(Role.STEWARD, municipality="utrecht"))
    everywhere = queries.colleague(make.colleague(Role.STEWARD))

    assert contact.municipalities(Role.CONTACT, Role.STEWARD) == frozenset()
    assert translator.municipalities(Role.TRANSLATOR) == frozenset()
    assert steward.municipalities(Role.STEWARD) == frozenset({"utrecht"})
    assert everywhere.municipalities(Role.STEWARD) is None


@pytest.mark.parametrize("where", [None, "utrecht"])
def test_the_tables_hold_a_post_once_also_where_it_holds_everywhere(where: str | None) -> None:
    anna = make.colleague(Role.STEWARD, municipality=where)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.post(anna, Role.STEWARD, municipality=Post.objects.get().municipality)

    Post.objects.update(ended_at=make.AT)
    make.post(anna, Role.STEWARD, municipality=Post.objects.get().municipality)
