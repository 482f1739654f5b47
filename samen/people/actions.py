from collections.abc import Callable, Iterable
from datetime import datetime
from secrets import token_urlsafe
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from samen.audit import actions as audit
from samen.foundation.actor import Actor, ActorKind
from samen.people import queries, rules
from samen.people.models import Invitation, Post, User
from samen.people.rules import BadPost, NotYours, PostHeld, Role
from samen.places.models import Municipality
from samen.post.actions import queue_letter
from samen.vault import actions as vault

# The first colleague is invited from the command line: nobody is there to ask for her role.
_FROM_THE_COMMAND_LINE = ActorKind.JOB


_SIGN_INS = {
    audit.Outcome.SUCCESS: "signed in",
    audit.Outcome.MINOR_FAILURE: "sign-in refused",
    audit.Outcome.SERIOUS_FAILURE: "sign-in found altered",
}


class InvitationOver(Exception):
    """The link was used already, is too old, or another one took its place."""


class LastAdministrator(Exception):
    """Without her nobody could give a role any more."""


@transaction.atomic
def invite_colleague(  # noqa: PLR0913 an invitation is all of this
    *,
    email: str,
    name: str,
    language: str,
    posts: Iterable[PostHeld],
    link: Callable[[str], str],
    by: Actor,
    at: datetime,
) -> User:
    """Mail somebody a link with which she chooses her password, and give her these roles.

    Invited again, a colleague gets a new link, and the one before stops working. `link` makes
    an address of ours from the token. Raises NotYours, BadPost, or post's CannotBeSent.
    """
    given = tuple(posts)
    for post in given:
        _check_may_give(post, by)
    user, is_new = User.objects.get_or_create(
        email=email.strip().lower(),
        defaults={"name": name, "language": language, "invited_at": at},
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    elif user.ended_at:
        _check_may_give(PostHeld(Role.ADMINISTRATOR), by)  # who left comes back by her word only
        User.objects.filter(pk=user.pk).update(ended_at=None, name=name, language=language)
    for post in given:
        _give(user, post, at)
    token = token_urlsafe(32)
    Invitation.objects.filter(colleague=user, used_at=None).delete()
    invitation = Invitation.objects.create(
        colleague=user,
        token_hash=queries.hash_of(token),
        made_at=at,
        ends_at=at + rules.INVITATION_LASTS,
    )
    queue_letter(
        to=user.email,
        template="invitation",
        language=language,
        values={"link": link(token)},
        key=f"invitation:{invitation.id}",
        about=("colleague", user.id),
        by=by,
        at=at,
    )
    audit.record(verb="colleague invited", kind="colleague", record_id=user.id, by=by, at=at)
    return user


@transaction.atomic
def accept_invitation(*, token: str, password: str, at: datetime) -> User:
    """Take up an invitation: from now on she signs in with this password.

    Whoever was signed in as her is signed out. Raises InvitationOver.
    """
    invitation = queries.open_invitation(token, at=at)
    if invitation is None:
        raise InvitationOver
    # Pressed twice at once: the second finds it used.
    if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=at):
        raise InvitationOver
    user = invitation.colleague
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    _end_sessions(user)
    audit.record(
        verb="invitation accepted",
        kind="colleague",
        record_id=user.id,
        by=Actor(ActorKind.LINK, invitation.id),
        at=at,
    )
    return user


@transaction.atomic
def give_post(*, colleague_id: UUID, post: PostHeld, by: Actor, at: datetime) -> None:
    """Give a role. Given twice, it is held once. Raises NotYours, BadPost, User.DoesNotExist."""
    _check_may_give(post, by)
    user = User.objects.select_for_update().get(pk=colleague_id, ended_at=None)
    _give(user, post, at)
    audit.record(
        verb="role given", kind="colleague", record_id=user.id, role=_code(post.role), by=by, at=at
    )


@transaction.atomic
def end_post(*, post_id: UUID, by: Actor, at: datetime) -> None:
    """End a role, at once. Raises NotYours, LastAdministrator, Post.DoesNotExist."""
    post = Post.objects.select_for_update().get(pk=post_id, ended_at=None)
    held = PostHeld(
        Role(post.role),
        post.municipality.slug if post.municipality else None,
        post.organization,
        post.language,
    )
    _check_may_give(held, by)
    if held.role is Role.ADMINISTRATOR:
        _check_another_administrator(but=post.colleague_id)
    Post.objects.filter(pk=post.pk).update(ended_at=at)
    audit.record(
        verb="role ended",
        kind="colleague",
        record_id=post.colleague_id,
        role=_code(held.role),
        by=by,
        at=at,
    )


@transaction.atomic
def end_colleague(*, colleague_id: UUID, by: Actor, at: datetime) -> None:
    """A colleague leaves: roles, sessions, second factors and open invitations end at once.

    What she kept of the map waits at the desk for somebody else (queries.who_left). Raises
    NotYours, LastAdministrator, User.DoesNotExist.
    """
    _check_may_give(PostHeld(Role.ADMINISTRATOR), by)
    user = User.objects.select_for_update().get(pk=colleague_id, ended_at=None)
    _check_another_administrator(but=user.id)
    user.set_unusable_password()
    user.is_active, user.ended_at = False, at
    user.save(update_fields=["password", "is_active", "ended_at"])
    Post.objects.filter(colleague=user, ended_at=None).update(ended_at=at)
    Invitation.objects.filter(colleague=user, used_at=None).delete()
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    vault.leave(member=user.id, by=by, at=at)
    audit.record(verb="colleague left", kind="colleague", record_id=user.id, by=by, at=at)


@transaction.atomic
def reset_second_factor(*, colleague_id: UUID, by: Actor, at: datetime) -> None:
    """She lost her phone and her paper: she sets up a new one when she signs in again.

    Her sessions end. Whoever asks has made sure that it is she. Raises NotYours.
    """
    _check_may_give(PostHeld(Role.ADMINISTRATOR), by)
    user = User.objects.select_for_update().get(pk=colleague_id, ended_at=None)
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    audit.record(verb="second factor reset", kind="colleague", record_id=user.id, by=by, at=at)


@transaction.atomic
def change_my_details(*, user_id: UUID, name: str, language: str, by: Actor, at: datetime) -> None:
    """A colleague changes how she is called and what she reads."""
    if by.id != user_id:
        raise NotYours
    User.objects.filter(pk=user_id).update(name=name, language=language)
    audit.record(verb="details changed", kind="colleague", record_id=user_id, by=by, at=at)


@transaction.atomic
def note_sign_in(*, user_id: UUID | None, outcome: audit.Outcome, by: Actor, at: datetime) -> None:
    """Leave a line for a sign-in, for one that was refused, or for a password that was altered."""
    verb = _SIGN_INS[outcome]
    audit.record(
        verb=verb,
        kind="colleague",
        record_id=user_id,
        action=audit.Action.EXECUTE,
        outcome=outcome,
        by=by,
        at=at,
    )


@transaction.atomic
def note_sign_out(*, by: Actor, at: datetime) -> None:
    audit.record(
        verb="signed out",
        kind="colleague",
        record_id=by.id,
        action=audit.Action.EXECUTE,
        by=by,
        at=at,
    )


def _code(role: Role) -> str:
    return role.value.replace("_", " ")


def _give(user: User, post: PostHeld, at: datetime) -> None:
    rules.check_post(post)
    municipality = None
    if post.municipality:
        municipality = Municipality.objects.filter(slug=post.municipality).first()
        if municipality is None:
            message = "There is no such municipality."
            raise BadPost(message)
    Post.objects.get_or_create(
        colleague=user,
        role=post.role,
        municipality=municipality,
        organization=post.organization,
        language=post.language,
        ended_at=None,
        defaults={"given_at": at},
    )


def _check_may_give(post: PostHeld, by: Actor) -> None:
    """Looked up at the moment of the deed: a role that was taken away gives nothing more."""
    if by.kind is _FROM_THE_COMMAND_LINE:
        return
    if not rules.may_give(queries.held_by(by.id), post):
        raise NotYours


def _check_another_administrator(*, but: UUID) -> None:
    others = Post.objects.filter(
        role=Role.ADMINISTRATOR, ended_at=None, colleague__is_active=True
    ).exclude(colleague=but)
    if not others.exists():
        raise LastAdministrator


def _end_sessions(user: User) -> None:
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    vault.end_sessions_of(member=user.id)
