"""The circle of her team: what two of it can do when nobody else can, and who hears of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samen.foundation import clock
from samen.people import queries
from samen.people.desk.keys import ALTERED, SLICE, compare_first
from samen.people.http import unlocking
from samen.people.http.desk import DeskRequest, for_colleagues, form_page, see, unlocked
from samen.people.models import User
from samen.people.queries import Team
from samen.post import actions as post
from samen.vault import actions as vault
from samen.vault import queries as kept
from samen.vault.models import LONGEST_NAME
from samen.vault.queries import AskSeen, CircleSeen, NoticeSeen, RecordSeen

_ask = require_http_methods(["GET", "HEAD", "POST"])
# Who asked sees what became of it, also when she comes back after a weekend.
_STAYS_SEEN = timedelta(days=7)


class Reason(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Who agrees reads this. It is kept, sealed, with what was done."),
        max_length=vault.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ColleagueAndReason(Reason):
    """One of those whose six words she compared."""

    member = forms.ChoiceField(label=gettext_lazy("Colleague"))
    field_order = ["member", "reason"]

    def __init__(self, *args: object, choices: list[tuple[str, str]]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what was posted, or nothing
        # Nobody is chosen by a slip: the first of a list is not who was meant.
        first = [("", _("Choose a colleague"))] if len(choices) > 1 else []
        self.fields["member"].choices = first + choices  # type: ignore[attr-defined]  # a field of choices


class _Founding(forms.Form):
    team = forms.ChoiceField(label=gettext_lazy("Team"))
    instead = forms.MultipleChoiceField(
        label=gettext_lazy("The circle that waits"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    name = forms.CharField(label=gettext_lazy("How you call the circle"), max_length=LONGEST_NAME)
    members = forms.MultipleChoiceField(
        label=gettext_lazy("Who is in it with you"),
        help_text=gettext_lazy("Colleagues whose six words you compared. Three or four is good."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: object,
        teams: list[tuple[str, str]],
        choices: list[tuple[str, str]],
        waiting: list[tuple[str, str]],
    ) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what was posted, or nothing
        self.fields["instead"].choices = waiting  # type: ignore[attr-defined]  # a field of choices
        if not waiting:
            del self.fields["instead"]
        self.fields["team"].choices = teams  # type: ignore[attr-defined]  # a field of choices
        self.fields["members"].choices = choices  # type: ignore[attr-defined]  # a field of choices


class _Emergency(Reason):
    record = forms.ChoiceField(
        label=gettext_lazy("Which record"),
        help_text=gettext_lazy(
            "No name stands here, only when the record was made. Is it another one than you meant?"
            " Then end it at once."
        ),
        widget=forms.RadioSelect,
    )
    hours = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        choices=[
            (1, gettext_lazy("1 hour")),
            (4, gettext_lazy("4 hours")),
            (12, gettext_lazy("12 hours")),
            (24, gettext_lazy("24 hours")),
        ],
    )
    field_order = ["record", "hours", "reason"]

    def __init__(self, *args: object, choices: list[tuple[str, str]]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what was posted, or nothing
        self.fields["record"].choices = choices  # type: ignore[attr-defined]  # a field of choices


@for_colleagues
@unlocked
@require_safe
def overview(request: DeskRequest) -> HttpResponse:
    """Her circles and those of her teams, what waits in them, and what was opened of hers."""
    circles = kept.circles()
    teams = queries.teams_of(request.user.id)
    hers = _hers_of(circles, request)
    # Not hers, but what she writes is sealed for them: she sees for whom.
    others = [one for one in circles if one not in hers and one.owner in {t.id for t in teams}]
    now = clock.now()
    joined = [one.id for one in hers if one.has(request.user.id)]
    asks = kept.asks_in(joined, at=now)
    over = kept.asks_over(joined, since=now - _STAYS_SEEN, at=now)
    notices = kept.notices(request.user.id)
    names = queries.names_of(_people([*hers, *others], [*asks, *over], notices))
    page = {
        "circles": [(one, _belongs(one, request.user.id), _named(one, names)) for one in hers],
        "others": [(one, _named(one, names)) for one in others],
        "asks": [(one, _asks(one, names)) for one in [*asks, *reversed(over)]],
        "notices": [
            (
                one,
                names.get(one.asked_by, ""),
                names.get(one.agreed_by or one.asked_by, ""),
                names.get(one.member, ""),
                _emergency_records(one.ask, one.purpose),
            )
            for one in notices
        ],
        "out_of_reach": len(kept.out_of_reach(unlocking.keyring_of(request))),
        "can_found": bool(_free(teams, circles)),
    }
    return render(request, "people/circles/overview.html", page)


@for_colleagues
@unlocked
@_ask
def found(request: DeskRequest) -> HttpResponse:
    """A circle for a team of hers that has none that works."""
    circles = kept.circles()
    free = _free(queries.teams_of(request.user.id), circles)
    waiting = {one.owner: one for one in circles if one.owner in {team.id for team in free}}
    teams = [(str(one.id), one.name or _("Your organisation")) for one in free]
    if not teams:
        raise Http404
    instead = _("%(name)s goes, and the new one takes its place")
    form = _Founding(
        request.POST or None,
        teams=teams,
        choices=confirmed(request),
        waiting=[(str(one.id), instead % {"name": one.name}) for one in waiting.values()],
    )
    if form.is_valid():
        said = form.cleaned_data
        waits = waiting.get(UUID(said["team"]))
        act = partial(
            vault.found_circle,
            owner=UUID(said["team"]),
            instead_of=waits.id if waits and str(waits.id) in said["instead"] else None,
            name=said["name"],
            members=[UUID(one) for one in said["members"]],
        )
        if done(request, act, form=form):
            messages.success(
                request, _("The circle is made. It works as soon as one more colleague joins.")
            )
            return see("circles")
    names = queries.names_of(_people(list(waiting.values()), [], []))
    page = {"form": form, "waiting": [(one.name, _said(one, names)) for one in waiting.values()]}
    return form_page(request, "people/circles/found.html", page, back="circles")


@for_colleagues
@unlocked
@require_POST
def belong(request: DeskRequest, circle: UUID, what: str) -> HttpResponse:
    """Join or leave."""
    her_circle(request, circle)
    verb = {"join": vault.join_circle, "leave": vault.leave_circle}.get(what)
    if verb is None:
        raise Http404
    if done(request, partial(verb, circle_id=circle)):
        said = {"join": _("You are in the circle."), "leave": _("You left the circle.")}
        messages.success(request, said[what])
    return see("circles")


@for_colleagues
@unlocked
@require_POST
def reach(request: DeskRequest) -> HttpResponse:
    """Who keeps records of a team brings them within reach of its circle, in it or not."""
    reached: list[int] = []
    if done(request, lambda **hers: reached.append(vault.reach_circle(limit=SLICE, **hers))):
        said = ngettext(
            "%(count)d record is within reach of its circle now.",
            "%(count)d records are within reach of their circle now.",
            reached[0],
        )
        messages.success(request, said % {"count": reached[0]})
    return see("circles")


@for_colleagues
@unlocked
@_ask
def add(request: DeskRequest, circle: UUID) -> HttpResponse:
    """Ask to take one more colleague in."""
    one = her_circle(request, circle, works=True)
    there = {str(m.member) for m in one.members if not m.replaced}
    choices = [choice for choice in confirmed(request) if choice[0] not in there]
    form = ColleagueAndReason(request.POST or None, choices=choices)
    if form.is_valid():
        act = partial(
            vault.ask_to_add,
            circle_id=circle,
            member=UUID(form.cleaned_data["member"]),
            reason=form.cleaned_data["reason"],
        )
        if asked_for(request, act, form):
            return see("circles")
    return form_page(request, "people/circles/add.html", {"form": form}, back="circles")


@for_colleagues
@unlocked
@_ask
def give_back(request: DeskRequest, circle: UUID) -> HttpResponse:
    """Ask to give a colleague what nobody can read any more."""
    her_circle(request, circle, works=True)
    lost = kept.orphaned(circle)
    form = ColleagueAndReason(
        request.POST or None,
        choices=[(str(request.user.id), request.user.name), *confirmed(request)],
    )
    if lost and form.is_valid():
        act = partial(
            vault.ask_to_give_back,
            circle_id=circle,
            record_ids=lost[:SLICE],
            member=UUID(form.cleaned_data["member"]),
            reason=form.cleaned_data["reason"],
        )
        if asked_for(request, act, form):
            return see("circles")
    page = {"form": form, "lost": len(lost)}
    return form_page(request, "people/circles/give_back.html", page, back="circles")


@for_colleagues
@unlocked
@_ask
def emergency(request: DeskRequest, circle: UUID) -> HttpResponse:
    """Ask to read one record that nobody gave her, because somebody needs help now."""
    one = her_circle(request, circle, works=True)
    holder = _chosen(request)
    form = _Emergency(request.POST or None, choices=_records(request, circle, holder))
    if form.is_valid():
        act = partial(
            vault.ask_emergency,
            circle_id=circle,
            record_id=UUID(form.cleaned_data["record"]),
            reason=form.cleaned_data["reason"],
            hours=form.cleaned_data["hours"],
        )
        if asked_for(request, act, form):
            return see("circles")
    people = User.objects.filter(is_active=True).exclude(pk=request.user.pk).order_by("name")
    page = {"form": form, "circle": one, "holder": holder, "people": people}
    return form_page(request, "people/circles/emergency.html", page)


@for_colleagues
@unlocked
@_ask
def ask(request: DeskRequest, ask: UUID) -> HttpResponse:
    """What one of the circle asked. Its reason is read here, with a line in the logbook.

    What is over says so (410): somebody pressed a minute earlier, or its time ran out.
    """
    one, circle = _ask_of(request, ask)
    if request.method == "POST":
        return _answered(request, one)
    reason = ""
    if not one.done and not one.over:
        try:
            reason = vault.read_reason(**_hers(request), ask_id=ask)
        except vault.VaultRefuses as refusal:
            messages.error(request, _sentence(refusal))
    records = _emergency_records(one.id, one.purpose)
    holders = {holder for _record, _said, held in records for holder in held}
    names = queries.names_of(
        {one.asked_by, one.member, one.agreed_by or one.asked_by, *holders} - {None}
    )
    page = {
        "ask": one,
        "circle": circle,
        "records": records,
        "readers": sorted(names[one] for one in holders if one in names),
        "reason": reason,
        "asked_by": names.get(one.asked_by, ""),
        "agreed_by": names.get(one.agreed_by, "") if one.agreed_by else "",
        "member": names.get(one.member, ""),
        "hers": one.asked_by == request.user.id,
        "ready": not one.waits_until or one.waits_until <= clock.now(),
    }
    status = HTTPStatus.GONE if one.over else HTTPStatus.OK
    return render(request, "people/circles/ask.html", page, status=status)


@for_colleagues
@unlocked
@require_POST
def notice(request: DeskRequest, notice: UUID) -> HttpResponse:
    """She has read that a record of hers was opened, or ends it now."""
    found = [one for one in kept.notices(request.user.id) if one.id == notice]
    if not found:
        raise Http404
    if "stop" in request.POST:
        if done(request, partial(vault.stop_ask, ask_id=found[0].ask)):
            messages.success(request, _("It has ended."))
    else:
        vault.see_notice(member=request.user.id, notice_id=notice, at=clock.now())
    return see("circles")


def _answered(request: DeskRequest, one: AskSeen) -> HttpResponse:
    tell = partial(_tell, ask=one.id, request=request, at=clock.now())
    acts: dict[str, tuple[Callable[..., None], str]] = {
        "agree": (partial(vault.agree_to_ask, tell=tell), _("You agreed. Who asked can go on.")),
        "do": (vault.carry_out, _done_by_two(one)),
        "stop": (vault.stop_ask, _("It has ended.")),
    }
    chosen = next((name for name in acts if name in request.POST), "")
    if not chosen:
        return see("circle_ask", one.id)
    act, said = acts[chosen]
    if done(request, partial(act, ask_id=one.id)):
        messages.success(request, said)
        return see("circles")
    return see("circle_ask", one.id)


def _done_by_two(ask: AskSeen) -> str:
    """What is so now, and what comes next."""
    said = {
        vault.Purpose.EMERGENCY: _(
            "It is open for you. All who can read it have been told. End it as soon as you can."
        ),
        vault.Purpose.ADD: _("It is done. Your colleague now joins, on her own page Circles."),
        vault.Purpose.GIVE_BACK: _("It is done: the records are given."),
        vault.Purpose.KEEP_SPARES: _(
            "It is on. Who wants to give a spare key does so on her own page Your keys."
        ),
        vault.Purpose.SPARE_KEY: _(
            "It is handed over. Call her: on her page Your keys she presses Read them again."
        ),
    }
    return said[ask.purpose]


def _tell(readers: object, *, ask: UUID, request: DeskRequest, at: datetime) -> None:
    """A letter that says no more than that there is something to see, in the same transaction."""
    people = User.objects.filter(pk__in=readers, is_active=True)  # type: ignore[misc]  # ids
    for user in people.exclude(email=""):
        post.queue_letter(
            to=user.email,
            template="look_at_the_desk",
            language=user.language,
            values={"link": f"{settings.DESK_SITE}{reverse('circles')}"},
            key=f"opened:{ask}:{user.id}",
            about=("colleague", user.id),
            by=request.actor,
            at=at,
        )


def asked_for(request: DeskRequest, act: Callable[..., object], form: forms.Form) -> bool:
    if not done(request, act, form=form):
        return False
    messages.success(
        request, _("It is asked. Call one more of the circle: without a second yes nothing opens.")
    )
    return True


def done(
    request: DeskRequest, act: Callable[..., object], *, form: forms.Form | None = None
) -> bool:
    """Whether it was done; why not is said, and what was typed stays."""
    try:
        act(**_hers(request))
    except vault.VaultRefuses as refusal:
        if form is None:
            messages.error(request, _sentence(refusal))
        else:
            form.add_error(None, _sentence(refusal))
        return False
    return True


def _sentence(refusal: vault.VaultRefuses) -> str:
    if isinstance(refusal, vault.NotConfirmed):
        return compare_first(refusal.members)
    said = {
        vault.AlreadyOne: _(
            "This team has a circle already, which waits for its second member. Ask her to join,"
            " or tick below that the new one takes its place."
        ),
        vault.TooEarly: _("Not yet: everybody who heard of it has three days to say no."),
        vault.NotByTwo: _("It takes two: who asks cannot agree, and nothing is done before a yes."),
        vault.Over: _(
            "Somebody was first, or its time ran out: it was agreed to, done or ended already."
        ),
        vault.LastHolder: _(
            "Not like this: somebody can still read it, or two would not be left in the circle."
        ),
        vault.Altered: str(ALTERED),
    }
    return said.get(type(refusal), _("You cannot do this here."))


def _hers(request: DeskRequest) -> dict[str, Any]:
    return {
        "keyring": unlocking.keyring_of(request),
        "by": request.actor,
        "at": clock.now(),
    }


def _hers_of(circles: list[CircleSeen], request: DeskRequest) -> list[CircleSeen]:
    """Those she belongs to or is asked into: any other is not there."""
    return [one for one in circles if any(m.member == request.user.id for m in one.members)]


def her_circle(request: DeskRequest, circle: UUID, *, works: bool = False) -> CircleSeen:
    """One she belongs to or is asked into; with `works`, one in which she can ask something."""
    for one in _hers_of(kept.circles(), request):
        if one.id == circle and (not works or (one.works and one.has(request.user.id))):
            return one
    raise Http404


def _ask_of(request: DeskRequest, ask: UUID) -> tuple[AskSeen, CircleSeen]:
    circles = {one.id: one for one in _hers_of(kept.circles(), request) if one.has(request.user.id)}
    one = kept.ask_in(circles, ask, at=clock.now())
    if one is None:
        raise Http404
    return one, circles[one.circle]


def _free(teams: list[Team], circles: list[CircleSeen]) -> list[Team]:
    """Those without a circle that works."""
    working = {one.owner for one in circles if one.works}
    return [one for one in teams if one.id not in working]


def confirmed(request: DeskRequest) -> list[tuple[str, str]]:
    ids = kept.confirmed_by(unlocking.keyring_of(request)) - {request.user.id}
    people = User.objects.filter(pk__in=ids, is_active=True).order_by("name")
    return [(str(one.id), one.name) for one in people]


def _chosen(request: DeskRequest) -> User | None:
    """Whose records she looks for, as the address says."""
    try:
        wanted = UUID(request.GET.get("of", ""))
    except ValueError:
        return None
    return User.objects.filter(pk=wanted).exclude(pk=request.user.pk).first()


def _records(request: DeskRequest, circle: UUID, holder: User | None) -> list[tuple[str, str]]:
    """What may be known of a record without a key."""
    if holder is None:
        return []
    return [
        (str(one.id), _known_of(one))
        for one in kept.reached_of(circle, holder.id)
        if request.user.id not in one.holders
    ]


def _known_of(record: RecordSeen) -> str:
    made_at = record.made_at.astimezone(clock.AMSTERDAM)
    return f"{made_at:%d-%m-%Y %H:%M} · {_part(record.compartment)}"


def _emergency_records(
    ask: UUID, purpose: vault.Purpose
) -> list[tuple[UUID, str, frozenset[UUID]]]:
    """The record of an emergency: who agrees, and who hears of it, must know which one it is."""
    records = kept.records_asked(ask) if purpose is vault.Purpose.EMERGENCY else []
    return [(one.id, _known_of(one), one.holders) for one in records]


def _part(compartment: str) -> str:
    names = {"social": _("the social part"), "medical": _("the medical part")}
    return names.get(compartment, compartment)


def _belongs(circle: CircleSeen, her: UUID) -> str:
    """Whether she is in it, was asked, or was in it with keys she has no more."""
    if circle.has(her):
        return "joined"
    return "asked" if circle.has(her, joined=False) else "replaced"


def _asks(ask: AskSeen, names: dict[UUID, str]) -> str:
    """What is asked, in one sentence."""
    said = {"asker": names.get(ask.asked_by, ""), "member": names.get(ask.member, "")}
    if ask.purpose is vault.Purpose.EMERGENCY:
        hours = ngettext(
            "%(asker)s asks to read a record for %(hours)s hour",
            "%(asker)s asks to read a record for %(hours)s hours",
            ask.hours,
        )
        return hours % (said | {"hours": ask.hours})
    sentences = {
        vault.Purpose.ADD: _("%(asker)s asks to take %(member)s into the circle"),
        vault.Purpose.GIVE_BACK: _("%(asker)s asks to give records to %(member)s"),
        vault.Purpose.KEEP_SPARES: _("%(asker)s asks that the circle keeps spare keys"),
        vault.Purpose.SPARE_KEY: _("%(asker)s asks to hand %(member)s her spare key"),
    }
    return sentences[ask.purpose] % said


def _people(circles: list[CircleSeen], asks: list[AskSeen], notices: list[NoticeSeen]) -> set[UUID]:
    found = {m.member for one in circles for m in one.members}
    for each in asks:
        found |= {each.asked_by, each.member}
    for told in notices:
        found |= {told.asked_by, told.member} | ({told.agreed_by} if told.agreed_by else set())
    return found


def _named(circle: CircleSeen, names: dict[UUID, str]) -> list[tuple[str, bool, bool]]:
    return [(names.get(m.member, "?"), m.joined, m.replaced) for m in circle.members]


def _said(circle: CircleSeen, names: dict[UUID, str]) -> str:
    return ", ".join(name for name, _joined, _replaced in _named(circle, names))
