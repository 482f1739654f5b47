"""Spare keys: what two of a circle keep for a colleague who wants it, and how she gets it back."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from samen.people import queries
from samen.people.desk.circles import ColleagueAndReason, Reason, asked_for, done, her_circle
from samen.people.desk.keys import SLICE
from samen.people.http.desk import DeskRequest, for_colleagues, form_page, see, unlocked
from samen.vault import actions as vault
from samen.vault import queries as kept


@for_colleagues
@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def of_circle(request: DeskRequest, circle: UUID) -> HttpResponse:
    """Off: ask to switch it on. On: whose there are, and ask to hand one over."""
    one = her_circle(request, circle, works=True)
    spares = kept.spares_in(circle)
    names = queries.names_of(spares)
    lost = [(str(member), names.get(member, "")) for member, has_lost in spares.items() if has_lost]
    form: Reason = Reason(request.POST or None)
    if one.keeps_spares:
        form = ColleagueAndReason(request.POST or None, choices=lost)
    if form.is_valid():
        act = partial(
            vault.ask_to_keep_spares, circle_id=circle, reason=form.cleaned_data["reason"]
        )
        if one.keeps_spares:
            act = partial(
                vault.ask_for_spare,
                circle_id=circle,
                member=UUID(form.cleaned_data["member"]),
                reason=form.cleaned_data["reason"],
            )
        if asked_for(request, act, form):
            return see("circles")
    page = {
        "form": form,
        "circle": one,
        "lost": lost,
        "given": [(names.get(member, ""), has_lost) for member, has_lost in spares.items()],
    }
    return form_page(request, "people/circles/spare.html", page, back="circles")


@for_colleagues
@unlocked
@require_POST
def off(request: DeskRequest, circle: UUID) -> HttpResponse:
    her_circle(request, circle, works=True)
    if "sure" not in request.POST:  # one press beside another would take the way back of many
        messages.error(request, _("Nothing was switched off. Tick first that you know what goes."))
        return see("circle_spare", circle)
    if done(request, partial(vault.stop_spares, circle_id=circle)):
        messages.success(request, _("Switched off. The spare keys of this circle are gone."))
    return see("circles")


@for_colleagues
@unlocked
@require_POST
def give(request: DeskRequest, circle: UUID) -> HttpResponse:
    """Hers, to the circle of a team of hers."""
    teams = {team.id for team in queries.teams_of(request.user.id)}
    if not any(one.id == circle and one.owner in teams for one in kept.circles()):
        raise Http404
    if done(request, partial(vault.give_spare, circle_id=circle)):
        messages.success(request, _("The circle has a spare of your keys now."))
    return see("keys")


@for_colleagues
@unlocked
@require_POST
def take_back(request: DeskRequest) -> HttpResponse:
    if done(request, vault.take_back_spare):
        messages.success(request, _("The spare key is gone. Nobody can open anything with it."))
    return see("keys")


@for_colleagues
@unlocked
@require_POST
def take_over(request: DeskRequest) -> HttpResponse:
    """What her keys of before could open, a slice at each press."""
    taken: list[int] = []
    if done(request, lambda **hers: taken.append(vault.take_over(limit=SLICE, **hers))):
        said = ngettext(
            "You can read %(count)d record again.",
            "You can read %(count)d records again.",
            taken[0],
        )
        messages.success(request, said % {"count": taken[0]})
    return see("keys")
