"""How django-allauth works here: no sign-up, no mail with codes, seeds sealed, a line for each."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from ipaddress import ip_network
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from samen.audit.actions import Outcome
from samen.foundation import clock
from samen.foundation.actor import Actor, ActorKind, job
from samen.people import actions
from samen.people.engine import passwords
from samen.people.http import unlocking
from samen.people.models import User

_NOBODY_YET = job("sign-in")
# Of a colleague's address, the part that says which network and not which desk.
_KEPT_BITS = {4: 24, 6: 48}


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 its name for it
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        address = super().get_client_ip(request)
        bits = _KEPT_BITS[6 if ":" in address else 4]
        return str(ip_network(f"{address}/{bits}", strict=False).network_address)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not shortly after signing in: she has just typed her password."""
        since = clock.now().timestamp() - context.request.session.get("began", 0)
        if 0 <= since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def reauthenticate(self, user: User, password: str) -> bool:
        again = self.authenticate(context.request, email=user.email, password=password)
        return again is not None and again.pk == user.pk

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """The password was right: the vault is opened by halves, before the second step."""
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if answer is None:
            unlocking.password_was_right(request, user)
        return answer

    def set_password(self, user: User, password: str) -> None:
        unlocking.set_password(context.request, user, password)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        actions.note_sign_in(
            user_id=user.id,
            outcome=Outcome.SUCCESS,
            by=Actor(ActorKind.COLLEAGUE, user.id),
            at=clock.now(),
        )
        unlocking.signed_in(request, user)
        # A clock of an earlier session does not count for this one.
        request.session["began"] = request.session["seen"] = int(clock.now().timestamp())
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ARG002 its name for it
        known = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        # A cheap password in the row would be guessed at leisure: the log manager hears of it, and
        # the visitor reads what everybody reads.
        altered = known is not None and passwords.tampered(known.password)
        actions.note_sign_in(
            user_id=known.id if known else None,
            outcome=Outcome.SERIOUS_FAILURE if altered else Outcome.MINOR_FAILURE,
            by=_NOBODY_YET,
            at=clock.now(),
        )

    def logout(self, request: HttpRequest) -> None:
        if not isinstance(request.user, AnonymousUser):
            by = Actor(ActorKind.COLLEAGUE, request.user.pk)
            actions.note_sign_out(by=by, at=clock.now())
        unlocking.lock(request)

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Mail leaves by samen.post only."""


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Who copies the database cannot make anybody's codes."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Samen"

    def _get_site_name(self) -> str:
        return "Samen"


def _box() -> MultiFernet:
    """Sealed with the newest secret, opened with any that is still named."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    keys = (sha256(f"samen.people.second_factor:{secret}".encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])
