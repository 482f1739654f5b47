"""What is known of one place, in whole sentences. What is not known says: ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from babel.dates import get_day_names
from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from samen.directory import queries as directory
from samen.directory.queries import Hours, Listing, Opening, OpeningState, PhoneShown
from samen.finder.queries import Card, InList
from samen.finder.templatetags.finder import language_name, town_name
from samen.foundation import languages
from samen.places.queries import Town
from samen.theme.templatetags.theme import listed, num, reader, written

register = template.Library()


@dataclass(frozen=True, slots=True)
class Line:
    """One fact in the quiet row under a name."""

    words: str | SafeString
    good: bool = False
    fleeting: bool = False  # true only now, and so not on paper

    @property
    def classes(self) -> str:
        return " ".join(["good"] * self.good + ["fleeting"] * self.fleeting)


@dataclass(frozen=True, slots=True)
class When:
    words: str | SafeString  # about this moment
    always: str | SafeString  # true on paper too
    good: bool


@register.simple_tag
def closure_words(item: Listing, today: date) -> str:
    """From when until when they are closed; it ends by itself."""
    start, end = item.hours.closed_from, item.hours.closed_until
    if (start is None and end is None) or (end is not None and end < today):
        return ""
    if start is None or start <= today:
        words = _("Closed for some time, up to and including %(end)s.")
        return words % {"end": written(end)} if end else _("Closed for some time.")
    if end is None:
        return _("Closed from %(start)s.") % {"start": written(start)}
    on = {"start": written(start), "end": written(end)}
    return _("Closed from %(start)s up to and including %(end)s.") % on


def _clock(moment: datetime) -> SafeString:
    return num(f"{moment:%H:%M}")


def _day_and_time(moment: datetime) -> SafeString:
    name = get_day_names("wide", locale=languages.locale(reader()))[moment.weekday()]
    return format_html("{} {}", name, _clock(moment))


def _sentence(words: str, **parts: Any) -> SafeString:
    """A translated sentence with marked-up parts in its named places."""
    for name in parts:
        words = words.replace(f"%({name})s", f"{{{name}}}")
    return format_html(words, **parts)


class WithHours(Protocol):
    """A service, however much of it is known."""

    @property
    def hours(self) -> Hours: ...


@register.simple_tag
def opening_words(opening: Opening, item: WithHours) -> When:
    """When they can be reached: open until a time on the clock, never a countdown."""
    return _when(opening, always=item.hours.state == "always", confirmed=item.hours.confirmed)


def _when(opening: Opening, *, always: bool, confirmed: bool) -> When:
    if always and not confirmed:
        words = _("Day and night, says our source. Call and try.")
        return When(words, words, good=False)
    if opening.state == OpeningState.OPEN and (opening.always or opening.until is None):
        return When(_("Open now, day and night"), _("Day and night"), good=True)
    return _by_the_clock(opening, confirmed=confirmed)


def _by_the_clock(opening: Opening, *, confirmed: bool) -> When:
    paper = _("Call first for the hours.")
    if opening.state == OpeningState.OPEN and opening.until is not None:
        words = _("Open now, until %(time)s")
        maybe = _("Perhaps open now, until %(time)s. Call first.")
        until = _sentence(words if confirmed else maybe, time=_clock(opening.until))
        return When(until, paper, good=confirmed)
    if opening.state == OpeningState.UNKNOWN:
        return When(_("Hours not known: call first"), paper, good=False)
    # What nobody confirmed is no reason to stay away.
    return When(_closed(opening) if confirmed else paper, paper, good=False)


def _closed(opening: Opening) -> str | SafeString:
    if opening.urgent:
        return _("Closed now. For what cannot wait somebody answers.")
    if opening.opens_next is None:
        return _("Closed now")
    return _sentence(_("Closed now. Opens %(moment)s"), moment=_day_and_time(opening.opens_next))


@lru_cache(maxsize=4096)
def _open_html(
    opening: Opening,
    *,
    always: bool,
    confirmed: bool,
    reachable: bool,
    language: str,  # noqa: ARG001 the words are of that language
) -> str:
    """The line of a card that is true only now. Many places keep the same hours."""
    lines = _open_line(opening, always=always, confirmed=confirmed, reachable=reachable)
    return "".join(format_html('<li class="{}">{}</li>', x.classes, x.words) for x in lines)


@register.simple_tag
def facts(card: Card) -> list[Line]:
    """The quiet row: open, where, language, cost, papers, name. What is unknown says ask."""
    item = card.listing
    hours = item.hours
    first = _open_line(
        card.opening,
        always=hours.state == "always",
        confirmed=hours.confirmed,
        reachable=bool(item.phones),
    )
    return [*first, Line(where_words(item)), *lasting_facts(item)]


def _open_line(opening: Opening, *, always: bool, confirmed: bool, reachable: bool) -> list[Line]:
    if not reachable and opening.state == OpeningState.UNKNOWN:
        return []
    when = _when(opening, always=always, confirmed=confirmed)
    return [Line(when.words, good=when.good, fleeting=True)]


@register.simple_tag
def lasting_facts(item: Listing) -> list[Line]:
    """What is true at any moment, for whoever asks from anywhere."""
    lines: list[Line] = []
    if item.kind != "info":  # a website neither opens nor speaks
        lines.append(_language(item))
    if item.cost == "free":
        lines.append(Line(_("Free of charge"), good=True))
    if item.without_documents == "yes":
        lines.append(Line(_("Also without papers"), good=True))
    if item.anonymous in {"yes", "partly"}:
        lines.append(Line(_("You do not have to say your name")))
    if item.assured_on:
        lines.append(Line(_sentence(_("Confirmed %(date)s"), date=written(item.assured_on))))
    return lines


@register.simple_tag
def where_words(item: Listing) -> str:
    """Where they help, when nobody said from where she asks."""
    if item.national:
        return _("The whole country")
    if item.areas:
        return listed(area.name for area in item.areas)
    return _("Ask where they are")


@lru_cache(maxsize=4096)
def _away(km: int, place: Town, language: str) -> str:  # noqa: ARG001 the words are of that language
    """Whole kilometres from the middle of a town, as HTML; 0 within it."""
    if not km:
        return conditional_escape(_("In %(town)s") % {"town": town_name(place)})
    words = _("About %(km)s km from the middle of %(town)s")
    return conditional_escape(words % {"km": km, "town": town_name(place)})


@register.simple_tag
def drawn(found: InList, level: int, place: Town | None = None) -> SafeString:
    """A card, with what holds at this moment and from where she asks."""
    return drawn_list([found], level, place)


@register.simple_tag
def drawn_list(found: Iterable[InList], level: int, place: Town | None = None) -> SafeString:
    """Cards, one after the other: a tag for each would take longer than the card."""
    language = reader()
    return SafeString("".join(_drawn(each, level, place, language) for each in found))


def _drawn(found: InList, level: int, place: Town | None, language: str) -> str:
    card = found.card
    before, name, until_facts, rest = card.parts
    where = card.where
    if found.distance is not None and place is not None:
        km = 0 if found.distance < 1 else round(found.distance)
        where = _away(km, place, language)
    hours = card.hours
    open_line = _open_html(
        found.opening,
        always=hours.state == "always",
        confirmed=hours.confirmed,
        reachable=card.reachable,
        language=language,
    )
    # Its parts are a rendered template, and what is put between them was escaped above.
    return f"{before}{level}{name}{level}{until_facts}{open_line}<li>{where}</li>{rest}"


def _language(item: Listing) -> Line:
    here = reader()
    speaks = {tag.partition("-")[0] for tag in item.languages}
    if here in speaks:
        return Line(_("They speak %(language)s") % {"language": language_name(here)}, good=True)
    if item.interpreter == "yes":
        return Line(_("With an interpreter"), good=True)
    if here == "nl":
        return Line(_("They speak Dutch"))
    return Line(_("Ask for an interpreter"))


@register.simple_tag
def languages_words(item: Listing) -> str:
    names = listed(languages.name_of(tag, reader=reader()) for tag in item.languages)
    if names and item.interpreter == "yes":
        return _("%(languages)s. Others with an interpreter.") % {"languages": names}
    if names:
        return _("%(languages)s. For another language: ask.") % {"languages": names}
    if item.interpreter == "yes":
        return _("They work with interpreters. Say which language you speak.")
    if reader() == "nl":
        return _("They speak Dutch")
    return _("We do not know which languages they speak. Ask for an interpreter.")


@register.simple_tag
def areas_words(item: Listing) -> str:
    if item.national:
        return _("For the whole country.")
    if item.areas:
        return _("For people in: %(towns)s.") % {"towns": listed(a.name for a in item.areas)}
    return _("Ask for which towns they work.")


@dataclass(frozen=True, slots=True)
class Aloud:
    dutch: str
    meaning: str


@register.simple_tag
def dutch_sentence(item: Listing) -> Aloud | None:
    """A sentence in Dutch for somebody who speaks it badly, and what it means."""
    here = reader()
    if here == "nl" or not item.phones:
        return None
    own = languages.name_of(here, reader="nl")
    # The sentence is Dutch on purpose, in every language of the page.
    dutch = f"Ik spreek {own}. Wilt u een tolk bellen?"
    return Aloud(
        dutch,
        _("It means: I speak %(language)s. Can you call an interpreter?")
        % {"language": language_name(here)},
    )


# Veilig Thuis knows the way to these; it is no switchboard for doctors or lessons.
_ITS_FIELD = frozenset(
    {
        "sup.shelter",
        "sup.child_protection",
        "sup.honour_help",
        "sup.forced_marriage_help",
        "sit.partner_violence",
        "sit.family_violence",
    }
)


@register.filter
def reached_through_veilig_thuis(item: Listing) -> bool:
    return bool(_ITS_FIELD.intersection(item.needs))


@register.simple_tag
def phone_words(phone: PhoneShown) -> str:
    costs = {
        "free": _("This call is free."),
        "local": _("This call costs as much as a local call."),
        "paid": _("This call costs money: numbers with 0900 are paid."),
    }
    words = costs.get(phone.cost, _("This call costs what a normal call costs with your provider."))
    abroad = _("This number is for calls from abroad.") if phone.from_abroad else ""
    return f"{words} {abroad}".strip()


@register.simple_tag
def week(item: Listing) -> list[tuple[str, list[str]]]:
    names = get_day_names("wide", locale=languages.locale(reader()))
    return [
        (names[weekday], [f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in stretches])
        for weekday, stretches in directory.by_day(item.hours)
        if item.hours.state == "weekly"
    ]


@register.filter
def answers(item: Listing) -> list[tuple[str, str]]:
    """The questions people ask before they dare to go, and what the map knows."""
    found: list[tuple[str, str]] = [(_("Do I have to say my name?"), _anonymous(item))]
    papers = item.without_documents
    found.append(
        (
            _("Can I come without papers?"),
            _("Yes.")
            if papers == "yes"
            else _("We do not know. You can ask without saying your name."),
        )
    )
    if item.cost != "" and item.cost_note is None:
        found.append((_("What it costs"), _cost(item)))
    for known, question in (
        (item.children, _("Can children come along?")),
        (item.wheelchair, _("Can I get in with a wheelchair?")),
        (item.deaf, _("Can I come when I am deaf?")),
    ):
        if known in {"yes", "no"}:
            found.append((question, _("Yes.") if known == "yes" else _("No.")))
        elif question == _("Can children come along?") or known == "":
            found.append((question, _("Ask when you call.")))
    found += _conditions(item)
    return found


def _anonymous(item: Listing) -> str:
    return {
        "yes": _("No."),
        "partly": _("At first not. Ask them when they need it."),
        "no": _("Yes."),
    }.get(item.anonymous, _("We do not know. You can ask before you say it."))


def _cost(item: Listing) -> str:
    return {
        "free": _("It is free."),
        "local": _("The help is free."),
        "donation": _("They ask for a small gift if you can."),
        "paid": _("It costs money. Ask how much."),
    }[item.cost]


def _conditions(item: Listing) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if item.referral:
        needed = _("Yes, from a doctor or another helper.")
        found.append(
            (
                _("Do I need a letter from a doctor?"),
                needed if item.referral == "needed" else _("No, you can come by yourself."),
            )
        )
    if item.insurance:
        found.append(
            (
                _("Do I need health insurance?"),
                _("Yes.") if item.insurance == "needed" else _("No."),
            )
        )
    age = _age(item)
    if age:
        found.append((_("For which age?"), age))
    if "chat" in item.channels:
        found.append((_("Can I chat?"), _("Yes, on their website. A chat is not always open.")))
    return found


def _age(item: Listing) -> str:
    low, high = item.minimum_age, item.maximum_age
    if low is not None and high is not None:
        return _("From %(low)s to %(high)s years.") % {"low": low, "high": high}
    if low is not None:
        return _("From %(low)s years.") % {"low": low}
    return _("Up to %(high)s years.") % {"high": high} if high is not None else ""


@register.simple_tag
def asked_again_words(item: Listing) -> str:
    """What has become of asking them again, in words a visitor can act on."""
    return {
        "due": _("We are asking them whether this is still right."),
        "overdue": _(
            "We asked them whether this is still right, and have no answer yet. Call before you go."
        ),
    }.get(item.freshness, "")


@register.simple_tag
def doubt_words(item: Listing) -> SafeString | str:
    """Several people have told us that nobody can be reached there."""
    if not item.number_doubted:
        return ""
    words = _(
        "People tell us that this number does not work. Veilig Thuis helps you on: %(number)s."
    )
    link = format_html('<a href="tel:08002000">{}</a>', num("0800-2000"))
    return _sentence(words, number=link)


@register.simple_tag
def answered_words(outcome: str, day: date) -> str:
    """What was noted of the answer to a letter."""
    on = {"date": written(day)}
    if outcome == "confirmed":
        return _("On %(date)s you told us that everything is right.") % on
    return _("On %(date)s you told us what has changed. We look at it.") % on


@register.simple_tag
def wrong_words(wrong: str) -> str:
    """Why an answer was not noted. Nothing that was typed is lost."""
    return {
        "changed": _("Somebody changed this since you opened it. Read it once more, please."),
        "nothing": _("Nothing was changed. If everything is right, press the first button."),
        "refused": _("This cannot all be true together. Look at it once more, please."),
        "form": _("Something could not be read. Look at it once more, please."),
        "again": _("That was not sent whole. Press once more, please."),
    }[wrong]


@register.simple_tag
def checked_words(item: Listing) -> str:
    """How sure we are, and since when, in words a visitor can weigh."""
    if item.assured_on:
        on = {"date": written(item.assured_on)}
        if item.assurer == "steward":
            return _("Those who keep this list confirmed it on %(date)s.") % on
        return _("The organisation confirmed this on %(date)s.") % on
    on = {"date": written(item.checked_on) if item.checked_on else ""}
    if item.verified == "seed":
        return (
            _(
                "From the lists of IOM Netherlands and Dokters van de Wereld (2023-2024), compared "
                "on %(date)s. The organisation has not confirmed it again yet."
            )
            % on
        )
    if item.source_year:
        return _(
            "From a public page of %(year)s, compared on %(date)s. Nobody has called them yet."
        ) % {**on, "year": item.source_year}
    return _("From a public page, compared on %(date)s. Nobody has called them yet.") % on
