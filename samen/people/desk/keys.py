"""Her keys: open or closed, the code on paper, six words, and giving access again."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.foundation import clock
from samen.people import queries
from samen.people.http import unlocking
from samen.people.http.desk import DeskRequest, for_colleagues, form_page, see, unlocked
from samen.people.models import User
from samen.vault import actions as vault
from samen.vault import queries as kept
from samen.vault.actions import Keyring, NotConfirmed
from samen.vault.queries import CircleSeen

SLICE = 200  # records in one press
ALTERED = gettext_lazy(
    "Something here is not as it was written. It is in the logbook. Tell an administrator."
)
_ask = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Known:
    """A colleague with keys, as she sees him."""

    id: UUID
    name: str
    confirmed: bool
    lost: int  # records he could read before, and that she can give him again


class _PasswordAgain(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: object, request: DeskRequest) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what was posted, or nothing
        self._request = request
        self.half = b""

    def clean_password(self) -> str:
        said = str(self.cleaned_data["password"])
        again = get_adapter().authenticate(
            self._request, email=self._request.user.email, password=said
        )
        if again is None or again.pk != self._request.user.pk or again.unlock_key is None:
            raise forms.ValidationError(_("This is not your password."))
        self.half = again.unlock_key
        return said


class _CodeForm(_PasswordAgain):
    code = forms.CharField(
        label=gettext_lazy("The code on your paper"),
        max_length=80,
        help_text=gettext_lazy("26 letters and digits. Spaces and capitals do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
    )
    field_order = ["code", "password"]


class _WordsForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("The six words your colleague reads to you"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
    )


@for_colleagues
@require_safe
def mine(request: DeskRequest) -> HttpResponse:
    """Where she sees how her keys are, and what waits."""
    keyring = _open_or_none(request)
    page = {
        "open": keyring is not None,
        "has_keys": kept.has_keys(request.user.id),
        "has_code": kept.has_recovery_code(request.user.id),
        "words": kept.six_words(request.user.id),
        "left": kept.left_to_reencrypt(request.user.id) if keyring else 0,
        "colleagues": _known(keyring) if keyring else [],
        **_spare_of(request),
    }
    return render(request, "people/keys/mine.html", page)


@for_colleagues
@unlocked
@_ask
def paper(request: DeskRequest) -> HttpResponse:
    """Makes the code and shows it in the same answer: nothing keeps it.

    A page that is loaded anew sends its form once more: that makes no other code (409).
    """
    code, sent_twice = "", False
    if request.method == "POST":
        try:
            made = vault.make_recovery_code(
                keyring=unlocking.keyring_of(request),
                instead_of=request.POST.get("instead_of", ""),
                by=request.actor,
                at=clock.now(),
            )
        except vault.Over:
            sent_twice = True
        else:
            code = vault.grouped(made, size=4)
    page = {
        "code": code,
        "sent_twice": sent_twice,
        "has_code": kept.has_recovery_code(request.user.id),
        "instead_of": kept.mark_of_code(request.user.id),
    }
    status = HTTPStatus.CONFLICT if sent_twice else HTTPStatus.OK
    return render(request, "people/keys/paper.html", page, status=status)


@for_colleagues
@_ask
def recover(request: DeskRequest) -> HttpResponse:
    """The code on paper opens the keys of before under the new password."""
    if request.method == "POST" and _open_or_none(request) is not None:
        messages.info(request, _("Your keys are open already. You need no code for that."))
        return see("keys")
    form = _CodeForm(*_posted(request), request=request)
    if form.is_valid():
        try:
            halves = vault.recover(
                code=form.cleaned_data["code"],
                password_half=form.half,
                by=request.actor,
                at=clock.now(),
            )
        except (vault.NotACode, vault.Locked):
            form.add_error("code", _why_not(request))
        except vault.Altered:
            form.add_error(None, ALTERED)
        else:
            unlocking.opened_anew(request, halves)
            messages.success(request, _("Your keys are open again. Now make a new code on paper."))
            return see("keys")
    return form_page(request, "people/keys/recover.html", {"form": form}, back="keys")


@for_colleagues
@_ask
def begin(request: DeskRequest) -> HttpResponse:
    """New keys, when there is neither the old password nor the paper."""
    form = _PasswordAgain(*_posted(request), request=request)
    if form.is_valid() and kept.has_keys(request.user.id):
        halves = vault.begin_again(password_half=form.half, by=request.actor, at=clock.now())
        unlocking.opened_anew(request, halves)
        messages.success(
            request,
            _(
                "You have new keys. Now meet or call two colleagues: they type your six words,"
                " and you type theirs."
            ),
        )
        return see("keys")
    page = {"form": form, "spare": kept.spare_with(request.user.id)}
    return form_page(request, "people/keys/begin.html", page, back="keys")


@for_colleagues
@unlocked
@_ask
def colleague(request: DeskRequest, colleague: UUID) -> HttpResponse:
    """Compare six words, in person or on the telephone."""
    keyring = unlocking.keyring_of(request)
    somebody = _with_keys(request, colleague)
    form = _WordsForm(request.POST or None)
    if form.is_valid():
        try:
            vault.confirm_colleague(
                keyring=keyring,
                member=colleague,
                words=form.cleaned_data["words"],
                by=request.actor,
                at=clock.now(),
            )
        except NotConfirmed:
            form.add_error(
                "words",
                _(
                    "These are not the words. Listen once more. If they still differ, give"
                    " nothing and tell an administrator."
                ),
            )
        else:
            messages.success(request, _("Confirmed. From now on these keys, and no others."))
            return see("keys_of", colleague)
    page = {
        "form": form,
        "somebody": somebody,
        "confirmed": colleague in kept.confirmed_by(keyring),
        "mine": kept.six_words(request.user.id),
        "compared_too": kept.compared_by(colleague, request.user.id),
        "lost": len(_can_give(keyring, colleague)),
    }
    return form_page(request, "people/keys/colleague.html", page)


@for_colleagues
@unlocked
@require_POST
def again(request: DeskRequest, colleague: UUID) -> HttpResponse:
    """Give back what this colleague could read before the new keys, a slice at each press."""
    keyring = unlocking.keyring_of(request)
    _with_keys(request, colleague)
    wanted = _can_give(keyring, colleague)
    if wanted:
        _give_again(request, keyring, colleague, wanted[:SLICE], left=len(wanted) - SLICE)
    return see("keys_of", colleague)


@for_colleagues
@unlocked
@require_POST
def renew(request: DeskRequest) -> HttpResponse:
    """Records that somebody left get new keys, a slice at each press."""
    progress = vault.reencrypt(
        keyring=unlocking.keyring_of(request), limit=SLICE, by=request.actor, at=clock.now()
    )
    if progress.waits_for:
        messages.error(request, compare_first(progress.waits_for))
    done = ngettext(
        "%(count)d record has a new key.", "%(count)d records have a new key.", progress.done
    ) % {"count": progress.done}
    messages.success(request, done)
    return see("keys")


def compare_first(members: Iterable[UUID]) -> str:
    """What is to be done before anything of these colleagues can be trusted."""
    names = ", ".join(sorted(queries.names_of(members).values()))
    return _("First compare the six words with: %(names)s.") % {"names": names}


def _give_again(
    request: DeskRequest, keyring: Keyring, colleague: UUID, ids: list[UUID], *, left: int
) -> None:
    try:
        given = vault.give_access(
            keyring=keyring, record_ids=ids, member=colleague, by=request.actor, at=clock.now()
        )
    except NotConfirmed as needed:
        said = _(
            "Keys that are new need two: you and one more colleague, whose words you confirmed,"
            " compare the six words. Then press again."
        )
        others = needed.members - {colleague}
        messages.error(request, compare_first(others) if others else said)
        return
    said = ngettext(
        "%(count)d record can be read again.", "%(count)d records can be read again.", given
    ) % {"count": given}
    messages.success(request, said)
    if not kept.compared_by(colleague, keyring.member):
        messages.info(
            request,
            _("Your colleague reads them as soon as she has typed your six words too."),
        )
    if left > 0:
        messages.info(request, _("There are more. Press once more."))


def _why_not(request: DeskRequest) -> str:
    if not kept.has_recovery_code(request.user.id):
        return _(
            "No code opens your keys now: it was used already, or none was made. Go back: you can"
            " begin again with new keys."
        )
    return _("This code opens nothing. Look at every letter once more.")


def _known(keyring: Keyring) -> list[Known]:
    confirmed = kept.confirmed_by(keyring)
    people = User.objects.filter(is_active=True).exclude(pk=keyring.member).order_by("name")
    with_keys = kept.with_keys(one.id for one in people)
    return [
        Known(one.id, one.name, one.id in confirmed, len(_can_give(keyring, one.id)))
        for one in people
        if one.id in with_keys
    ]


def _can_give(keyring: Keyring, colleague: UUID) -> list[UUID]:
    """What he lost and she can read."""
    hers = set(kept.records_of(keyring.member, at=clock.now()))
    return [record for record in kept.lost_by(colleague) if record in hers]


def _spare_of(request: DeskRequest) -> dict[str, object]:
    """The circle that has her spare key, had one of her keys of before, or would keep one."""
    her = request.user.id
    teams = {team.id for team in queries.teams_of(her)}
    circles = [one for one in kept.circles() if one.works and one.keeps_spares]
    has, lost = kept.spare_with(her), kept.spare_of_before(her)
    names = queries.names_of(m.member for one in circles for m in one.members)

    def told(circle: CircleSeen) -> tuple[CircleSeen, str]:
        there = (names.get(m.member, "") for m in circle.members if m.joined and not m.replaced)
        return circle, ", ".join(there)

    return {
        "spare_with": [told(one) for one in circles if one.id == has],
        "spare_waits": [told(one) for one in circles if one.id == lost],
        "may_keep": [told(one) for one in circles if one.owner in teams and one.id != has],
        "spare_comes": kept.spare_on_its_way(her, at=clock.now()),
        "handed": kept.handed_to(her),
    }


def _with_keys(request: DeskRequest, colleague: UUID) -> User:
    """Another colleague who has keys: anybody else does not exist here."""
    found = User.objects.filter(pk=colleague, is_active=True).exclude(pk=request.user.pk).first()
    if found is None or not kept.has_keys(found.id):
        raise Http404
    return found


def _open_or_none(request: DeskRequest) -> Keyring | None:
    try:
        return unlocking.keyring_of(request)
    except vault.Locked:
        return None
    except vault.Altered:
        messages.error(request, ALTERED)
        return None


def _posted(request: DeskRequest) -> tuple[object, ...]:
    return (request.POST,) if request.method == "POST" else ()
