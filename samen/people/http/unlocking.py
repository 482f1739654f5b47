"""The open vault of a request: half of its key in a cookie, half in the database."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout as forget_session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from samen.foundation import clock
from samen.foundation.actor import Actor, ActorKind
from samen.people.http import recycling
from samen.people.models import User
from samen.vault import actions as vault
from samen.vault.actions import Altered, HalfOpen, Keyring, Locked
from samen.vault.queries import has_keys

_SESSION = "vault"  # in the session: which row has the other half
_HALF, _OPEN = "_unlock_half", "_keyring"


def keyring_of(request: Any) -> Keyring:
    """Her open vault, opened once in a request. Raises vault's Locked, Altered."""
    found = getattr(request, _OPEN, None)
    if isinstance(found, Keyring):
        return found
    session = _session_of(request)
    if session is None:
        raise Locked
    half = getattr(request, _HALF, None) or request.COOKIES.get(settings.UNLOCK_COOKIE_NAME, "")
    recycling.opened()
    keyring = vault.open_session(
        session=session, half=half, by=_actor(request.user), at=clock.now()
    )
    setattr(request, _OPEN, keyring)
    return keyring


def keys_are_closed(request: Any) -> bool:
    """She has keys and no session that opens them: a new password opened the desk, not these."""
    return _session_of(request) is None and has_keys(request.user.id)


def password_was_right(request: HttpRequest, user: User) -> None:
    """Before the second factor: the vault is split, and opens nothing yet."""
    request.session.pop(_SESSION, None)
    if user.unlock_key is None:
        return
    try:
        halves = vault.unlock(password_half=user.unlock_key, by=_actor(user), at=clock.now())
    except Locked:
        return  # a new password: the page about her keys says what to do
    finally:
        user.unlock_key = None
    _remember(request, halves)


def signed_in(request: HttpRequest, user: User) -> None:
    """After the second factor: from now on both halves together open it."""
    session = _session_of(request)
    if session is not None:
        vault.begin_session(session=session, by=_actor(user), at=clock.now())


def opened_anew(request: Any, halves: HalfOpen) -> None:
    """After a code on paper or a new beginning, by somebody who is signed in already."""
    _remember(request, halves)
    signed_in(request, request.user)


def lock(request: HttpRequest) -> None:
    """Sign-out, or away for too long: the half in the database goes."""
    session = _session_of(request)
    if session is not None:
        vault.end_session(session=session)
    setattr(request, _HALF, "")
    forget_session(request)


def set_password(request: Any, user: User, password: str) -> None:
    """The same keys under the new password, or neither is changed."""
    with transaction.atomic():
        keyring = _open_for_change(request, user)
        user.set_password(password)
        user.save(update_fields=["password"])
        if keyring is not None and user.unlock_key is not None:
            vault.change_password(
                keyring=keyring, password_half=user.unlock_key, by=_actor(user), at=clock.now()
            )
    user.unlock_key = None


def keep_half(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Give the browser its half, or take it away."""
    half = getattr(request, _HALF, None)
    if half:
        answer.set_cookie(
            settings.UNLOCK_COOKIE_NAME,
            half,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Strict",
        )
    elif half == "" and settings.UNLOCK_COOKIE_NAME in request.COOKIES:
        answer.delete_cookie(settings.UNLOCK_COOKIE_NAME, samesite="Strict")


def _open_for_change(request: Any, user: User) -> Keyring | None:
    """By the cookie, or by the old password that she has just typed."""
    try:
        return keyring_of(request)
    except (Locked, Altered):
        password_was_right(request, user)
        signed_in(request, user)
    try:
        return keyring_of(request)
    except (Locked, Altered):
        return None


def _remember(request: HttpRequest, halves: HalfOpen) -> None:
    recycling.opened()
    request.session[_SESSION] = str(halves.session)
    setattr(request, _HALF, halves.half)
    setattr(request, _OPEN, None)


def _session_of(request: HttpRequest) -> UUID | None:
    said = request.session.get(_SESSION)
    return UUID(said) if said else None


def _actor(user: Any) -> Actor:
    return Actor(ActorKind.COLLEAGUE, user.pk)
