"""What stands before every page of the desk: language, time away, second factor, roles."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from samen.foundation import clock
from samen.foundation.actor import Actor, ActorKind
from samen.people import queries, rules
from samen.people.http import unlocking
from samen.people.models import User
from samen.people.queries import Colleague
from samen.people.rules import Role
from samen.vault.actions import Altered, Locked

DESK = "/desk/"
# The desk is worked at in these; the first is the one nobody asked for.
LANGUAGES = ("nl", "en")
# All that somebody without a second factor can reach: setting one up, or leaving.
_SETTING_UP = ("/desk/second/", "/desk/again/", "/desk/sign-out/", "/desk/sign-in/")
_COMING_AND_GOING = ("/desk/sign-out/", "/desk/sign-in/")
_MINUTE = 60


class DeskRequest(HttpRequest):
    """A request of somebody who is signed in. Only a type: Django makes the object."""

    user: User
    colleague: Colleague
    actor: Actor


_KEYS = "/desk/keys/"


View = Callable[..., HttpResponseBase]


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Only whoever holds one of the roles comes in; anybody else before anything is looked up."""

    def locked(view: View) -> View:
        @wraps(view)
        def entered(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.colleague.holds(*roles):
                return refused(request)
            return view(request, *args, **kwargs)

        entered.roles = roles  # type: ignore[attr-defined]  # `samen routes` lists them
        return entered

    return locked


def for_colleagues(view: View) -> View:
    """Whoever is signed in comes in: pages about herself."""
    return for_roles(*Role)(view)


def unlocked(view: View) -> View:
    """Only with an open vault: who has none is told on the page about her keys what to do, or that
    somebody has been at them."""

    @wraps(view)
    def opened(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            unlocking.keyring_of(request)
        except (Locked, Altered):
            return HttpResponseRedirect(_KEYS)
        return view(request, *args, **kwargs)

    opened.roles = getattr(view, "roles", ())  # type: ignore[attr-defined]  # `samen routes` lists them
    return opened


def refused(request: HttpRequest) -> HttpResponse:
    """Says what she may do next, and nothing about what is behind the door."""
    return render(request, "people/refused.html", status=HTTPStatus.FORBIDDEN)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 Django calls it so
    """A form from before a sign-out, or from another site (settings.CSRF_FAILURE_VIEW)."""
    return render(request, "people/old_form.html", status=HTTPStatus.FORBIDDEN)


def see(name: str, *args: object) -> HttpResponse:
    """What was sent is done; the page of this name shows it (303)."""
    return HttpResponseRedirect(reverse(name, args=args), status=HTTPStatus.SEE_OTHER)


def form_page(
    request: HttpRequest, template: str, page: dict[str, Any], *, back: str = ""
) -> HttpResponse:
    """A page with its `form`: 422 when what was sent in could not be kept.

    `back`: the name of the page that a link below the form leads to.
    """
    status = HTTPStatus.UNPROCESSABLE_ENTITY if page["form"].errors else HTTPStatus.OK
    shown = page | ({"back": reverse(back)} if back else {})
    return render(request, template, shown, status=status)


def language_of(request: HttpRequest, chosen: str = "") -> str:
    if chosen in LANGUAGES:
        return chosen
    accepted = request.headers.get("Accept-Language", "").lower()
    found = sorted((accepted.find(tag), tag) for tag in LANGUAGES if tag in accepted)
    return found[0][1] if found else LANGUAGES[0]


class Desk:
    """Gives a signed-in request its colleague and actor, or shows her the way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(DESK):
            return self._get_response(request)
        user = request.user if isinstance(request.user, User) else None
        with translation.override(language_of(request, user.language if user else "")):
            elsewhere = self._checked(request) if user else None
            answer = elsewhere or self._get_response(request)
            unlocking.keep_half(request, answer)
            answer.headers["Content-Language"] = translation.get_language() or "en"
        # A form of ours says where it comes from, and nobody else hears it: with no-referrer a
        # browser hides it from us too, and then a forged form looks the same.
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer

    def _checked(self, request: HttpRequest) -> HttpResponseBase | None:
        entered = cast("DeskRequest", request)
        if away := _too_long(entered):
            return away
        entered.colleague = queries.colleague(entered.user)
        entered.actor = Actor(ActorKind.COLLEAGUE, entered.user.id)
        if not queries.has_second_factor(entered.user.id) and not request.path.startswith(
            _SETTING_UP
        ):
            return HttpResponseRedirect(reverse("mfa_index"))
        return None


def _too_long(request: DeskRequest) -> HttpResponseBase | None:
    """A laptop left open closes by itself after a quarter of an hour, and at the end of the day."""
    now = int(clock.now().timestamp())
    session = request.session
    began, seen = session.setdefault("began", now), session.get("seen", now)
    idle = not 0 <= now - seen < rules.IDLE_LASTS.total_seconds()
    if idle or not 0 <= now - began < settings.SESSION_COOKIE_AGE:
        unlocking.lock(request)
        messages.info(request, _("You were away for a while, so we signed you out."))
        back = ""
        if request.method == "GET":
            back = urlencode({"next": request.get_full_path()})
        elif not request.path.startswith(_COMING_AND_GOING):
            messages.info(request, _("What you sent just now was not kept: send it once more."))
            back = urlencode({"next": _page_of_form(request)})
        return HttpResponseRedirect(f"{reverse('account_login')}?{back}")
    if now - seen >= _MINUTE or "seen" not in session:
        session["seen"] = now
    return None


def _page_of_form(request: HttpRequest) -> str:
    """The page at the desk whose form was sent, as the browser says; else the first one."""
    said = urlsplit(request.headers.get("Referer", ""))
    if said.netloc != request.get_host() or not said.path.startswith(DESK):
        return DESK
    return f"{said.path}?{said.query}" if said.query else said.path
