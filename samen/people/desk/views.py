from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.foundation import clock
from samen.people import actions, queries, rules
from samen.people.desk.forms import ROLES, DetailsForm, InvitationForm, PasswordForm, RoleForm
from samen.people.http.desk import (
    DeskRequest,
    for_colleagues,
    for_roles,
    form_page,
    refused,
    see,
)
from samen.people.http.links import invitation_link
from samen.people.models import Post, User
from samen.people.rules import NotYours, Role
from samen.post.actions import CannotBeSent

_ask = require_http_methods(["GET", "HEAD", "POST"])
_WHO_INVITES = (Role.ADMINISTRATOR, Role.STEWARD)


@login_not_required
@_ask
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of an invitation leads: she chooses her password."""
    invitation = queries.open_invitation(token, at=clock.now())
    if invitation is None:
        return render(request, "people/invitation_over.html", status=HTTPStatus.GONE)
    form = PasswordForm(request.POST or None, user=invitation.colleague)
    if form.is_valid():
        try:
            password = form.cleaned_data["password"]
            actions.accept_invitation(token=token, password=password, at=clock.now())
        except actions.InvitationOver:
            return render(request, "people/invitation_over.html", status=HTTPStatus.GONE)
        messages.success(request, _("Your password is kept. Sign in with it."))
        return see("account_login")
    page = {"form": form, "name": invitation.colleague.name, "offered": rules.passphrase()}
    return form_page(request, "people/welcome.html", page)


@for_colleagues
@_ask
def me(request: DeskRequest) -> HttpResponse:
    user = request.user
    form = DetailsForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if form.is_valid():
        actions.change_my_details(
            user_id=user.id, **form.cleaned_data, by=request.actor, at=clock.now()
        )
        messages.success(request, _("Kept."))
        return see("me")
    held = [(_role_name(post.role), post) for post in request.colleague.posts]
    return form_page(request, "people/me.html", {"form": form, "held": held})


@for_roles(*_WHO_INVITES)
@require_safe
def colleagues(request: DeskRequest) -> HttpResponse:
    everybody = [(user, _posts(user)) for user in queries.colleagues()]
    return render(request, "people/colleagues.html", {"everybody": everybody})


@for_roles(*_WHO_INVITES)
@_ask
def invite(request: DeskRequest) -> HttpResponse:
    form = InvitationForm(
        request.POST or None,
        initial={"reads": request.colleague.language},
        administrator=_administers(request),
    )
    if form.is_valid():
        said = form.cleaned_data
        try:
            user = actions.invite_colleague(
                email=said["email"],
                name=said["name"],
                language=said["reads"],
                posts=[form.post],
                link=invitation_link,
                by=request.actor,
                at=clock.now(),
            )
        except NotYours:
            form.add_error("role", _("This role is not yours to give."))
        except CannotBeSent:
            form.add_error("email", _("No mail can be sent to this address."))
        else:
            messages.success(request, _("The invitation is on its way."))
            return see("colleague", user.id)
    return form_page(request, "people/invite.html", {"form": form})


@for_roles(*_WHO_INVITES)
@require_safe
def colleague(request: DeskRequest, colleague: UUID) -> HttpResponse:
    return render(request, "people/colleague.html", _about(request, colleague))


@for_roles(*_WHO_INVITES)
@require_POST
def give(request: DeskRequest, colleague: UUID) -> HttpResponse:
    form = RoleForm(request.POST, administrator=_administers(request))
    page = _about(request, colleague, form)
    if form.is_valid():
        try:
            actions.give_post(
                colleague_id=colleague, post=form.post, by=request.actor, at=clock.now()
            )
        except NotYours:
            form.add_error("role", _("This role is not yours to give."))
        else:
            messages.success(request, _("Kept."))
            return see("colleague", colleague)
    return form_page(request, "people/colleague.html", page)


@for_roles(*_WHO_INVITES)
@require_POST
def end(request: DeskRequest, post: UUID) -> HttpResponse:
    held = Post.objects.filter(pk=post, ended_at=None).first()
    if held is None:
        raise Http404
    try:
        actions.end_post(post_id=post, by=request.actor, at=clock.now())
    except NotYours:
        return refused(request)
    except actions.LastAdministrator:
        messages.error(request, _last_one())
    else:
        messages.success(request, _("This role has ended."))
    return see("colleague", held.colleague_id)


@for_roles(Role.ADMINISTRATOR)
@require_POST
def invite_again(request: DeskRequest, colleague: UUID) -> HttpResponse:
    user = _known(colleague)
    actions.invite_colleague(
        email=user.email,
        name=user.name,
        language=user.language,
        posts=[],
        link=invitation_link,
        by=request.actor,
        at=clock.now(),
    )
    messages.success(request, _("The invitation is on its way."))
    return see("colleague", colleague)


@for_roles(Role.ADMINISTRATOR)
@require_POST
def reset_factor(request: DeskRequest, colleague: UUID) -> HttpResponse:
    _known(colleague)
    actions.reset_second_factor(colleague_id=colleague, by=request.actor, at=clock.now())
    messages.success(request, _("At the next sign-in a new second factor is set up."))
    return see("colleague", colleague)


@for_roles(Role.ADMINISTRATOR)
@_ask
def leaves(request: DeskRequest, colleague: UUID) -> HttpResponse:
    """Asks once more, then ends everything at once."""
    user = _known(colleague)
    if request.method != "POST":
        return render(request, "people/leaves.html", {"user": user})
    try:
        actions.end_colleague(colleague_id=colleague, by=request.actor, at=clock.now())
    except actions.LastAdministrator:
        messages.error(request, _last_one())
        return see("colleague", colleague)
    messages.success(request, _("Access has ended. What this colleague kept waits at the desk."))
    return see("colleagues")


def _about(request: DeskRequest, colleague: UUID, form: RoleForm | None = None) -> dict[str, Any]:
    user = User.objects.filter(pk=colleague).first()
    if user is None:
        raise Http404
    administrator = _administers(request)
    return {
        "user": user,
        "posts": _posts(user),
        "administrator": administrator,
        "form": form or RoleForm(administrator=administrator),
    }


def _administers(request: DeskRequest) -> bool:
    return request.colleague.holds(Role.ADMINISTRATOR)


def _known(colleague: UUID) -> User:
    user = User.objects.filter(pk=colleague, ended_at=None).first()
    if user is None:
        raise Http404
    return user


def _posts(user: User) -> list[tuple[str, Post]]:
    return [(_role_name(post.role), post) for post in user.posts.all() if not post.ended_at]


def _role_name(role: str) -> str:
    """The short name of a role: what stands before the colon in the list to choose from."""
    return str(dict(ROLES)[Role(role)]).partition(":")[0]


def _last_one() -> str:
    return _("This is the last administrator. Make somebody else one first.")
