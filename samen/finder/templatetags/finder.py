"""What the visitor pages say about a place, in whole sentences of the reader's language."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from babel.dates import format_date, get_day_names
from django import template

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samen.directory import queries as directory
from samen.directory.queries import AddressShown, Listing, Opening, OpeningState, PhoneShown
from samen.finder import rules
from samen.finder.queries import Card, Results
from samen.finder.rules import Asked
from samen.foundation import languages
from samen.needs.queries import NeedShown
from samen.places.queries import Town
from samen.search.queries import Hit
from samen.theme.templatetags.theme import foreign, num, sprite

register = template.Library()


def _reader() -> str:
    return get_language() or "en"


@dataclass(frozen=True, slots=True)
class Line:
    """One fact in the quiet row under a name."""

    words: str | SafeString
    good: bool = False


# --- names and labels -----------------------------------------------------------------------


@register.simple_tag
def label(need: NeedShown) -> SafeString:
    words, language = need.words(_reader())
    return foreign(words.label, language)


@register.simple_tag
def short_label(need: NeedShown) -> SafeString | str:
    """On the first page a tile must be read at a glance."""
    shorter = {
        "sit.rape_recent": _("Someone forced me to have sex"),
        "sit.violence_reception": _("I am not safe where I live"),
        "sit.no_papers": _("I have no papers"),
        "sit.cannot_sleep": _("I cannot sleep, I am always afraid"),
        "sit.want_to_talk": _("I want to talk with someone"),
    }
    return shorter.get(need.key) or label(need)


@register.simple_tag
def aside_label(need: NeedShown) -> str:
    return {
        "sit.not_sure": _("I am not sure"),
        "sit.friend_worried": _("It is about someone else"),
        "sit.professional_case": _("I work in care or support"),
    }[need.key]


@register.simple_tag
def chapter_words(chapter: str) -> str:
    return {
        "now": _("It cannot wait"),
        "home": _("At home and in the family"),
        "body": _("My body and sex"),
        "road": _("On the way, in the centre, at work"),
        "talk": _("Talking and feeling"),
        "child": _("Children"),
        "papers": _("Papers, care and staying"),
        "other": _("For someone else"),
    }[chapter]


@register.simple_tag
def sprite_of(chapters: list[tuple[str, list[tuple[Any, str]]]]) -> SafeString:
    return sprite("samen", *(picture for _chapter, items in chapters for _need, picture in items))


@register.simple_tag
def name_of_listing(item: Listing) -> SafeString:
    """The name as on the door, with its meaning for the reader where we have it."""
    own = item.names.get(_reader()) or ("" if _reader() == "nl" else item.names.get("en", ""))
    door = format_html('<bdi lang="nl">{}</bdi>', item.name)
    return format_html("{} ({})", door, foreign(own, _own_language(item))) if own else door


def _own_language(item: Listing) -> str:
    return _reader() if _reader() in item.names else "en"


@register.simple_tag
def more_label(item: Listing) -> str:
    return _("More about %(name)s") % {"name": item.name}


@register.simple_tag
def town_name(town: Town) -> str:
    return town.names.get(_reader()) or town.name


@register.simple_tag
def near_words(town: Town) -> str:
    return _("Near %(town)s") % {"town": town_name(town)}


@register.simple_tag
def language_name(tag: str) -> str:
    return languages.name_of(tag, reader=_reader())


@register.simple_tag
def way_words(way: str) -> str:
    return {
        "phone": _("By phone"),
        "chat": _("By chat"),
        "walkin": _("Walk in without appointment"),
        "visit": _("By appointment, in person"),
        "day-and-night": _("Day and night"),
    }[way]


# --- addresses -------------------------------------------------------------------------------


def _find(asked: Asked) -> str:
    query = asked.query()
    address = reverse("finder:find", args=[_reader()])
    return f"{address}?{query}" if query else address


@register.simple_tag
def find_address(need: int | None = None, place: str = "") -> str:
    return _find(Asked(need=need, place=place or ""))


@register.simple_tag
def list_address(found: Results) -> str:
    cards = (*found.ready, *found.fallback, *found.review)
    return _find(Asked(numbers=tuple(card.listing.number for card in cards)[:20]))


@register.simple_tag
def place_address(asked: Asked) -> str:
    query = Asked(need=asked.need, speaks=asked.speaks).query()
    address = reverse("finder:place", args=[_reader()])
    return f"{address}?{query}" if query else address


@register.simple_tag
def town_address(asked: Asked, town: Town) -> str:
    if asked.need or asked.speaks:
        return _find(Asked(need=asked.need, speaks=asked.speaks, place=town.slug))
    return f"{reverse('finder:home', args=[_reader()])}?place={town.slug}"


@register.simple_tag
def page_addresses(asked: Asked, page: Any) -> tuple[str, str]:
    def at(number: int | None) -> str:
        if number is None:
            return ""
        return f"{reverse('finder:find', args=[_reader()])}?{asked.query(page=number)}"

    return at(page.previous), at(page.next)


@register.simple_tag
def route_address(address: AddressShown) -> str:
    """A map elsewhere, which she opens herself. Never for a place that is kept secret."""
    where = quote(f"{address.street}, {address.town}")
    return f"https://www.openstreetmap.org/search?query={where}"


@register.filter
def tel(phone: PhoneShown) -> str:
    return directory.tel_uri(phone.number)


# --- the page of results -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chip:
    words: str
    without: str


@register.simple_tag
def chips(asked: Asked) -> list[Chip]:
    """What narrows the list now, each with the address of the list without it."""
    narrowing: list[tuple[str, dict[str, Any]]] = []
    if asked.place:
        narrowing.append((_("only this town"), {"place": "", "within": None}))
    if asked.within:
        words = _("up to %(km)s km") % {"km": asked.within}
        narrowing.append((words, {"within": None}))
    if asked.speaks:
        narrowing.append((language_name(asked.speaks), {"speaks": ""}))
    if asked.open:
        narrowing.append((_("Open now"), {"open": False}))
    if asked.no_papers:
        narrowing.append((_("Also without papers"), {"no_papers": False}))
    if asked.free:
        narrowing.append((_("Free of charge"), {"free": False}))
    for way in asked.ways:
        left = tuple(other for other in asked.ways if other != way)
        narrowing.append((way_words(way), {"ways": left}))
    return [
        Chip(words, f"{reverse('finder:find', args=[_reader()])}?{asked.query(page=1, **changes)}")
        for words, changes in narrowing
        if "place" not in changes
    ]


@register.simple_tag
def count_sentence(found: Results) -> str:
    """How many places. Never that there is room."""
    if not found.total:
        return _("We know no place for exactly this yet. These can think along with you.")
    town = town_name(found.town) if found.town else ""
    if town:
        return ngettext(
            "%(count)s place that can help you, near %(town)s or for the whole country",
            "%(count)s places that can help you, near %(town)s or for the whole country",
            found.total,
        ) % {"count": found.total, "town": town}
    return ngettext(
        "%(count)s place that can help you", "%(count)s places that can help you", found.total
    ) % {"count": found.total}


@register.simple_tag
def advice(need: NeedShown) -> list[str | SafeString]:
    """What stands first because of how urgent it is, in one or two sentences that say why."""
    call = format_html('<a href="tel:112">{}</a>', num("112"))
    special = {
        "sit.rape_recent": _(
            "In the first 7 days they can do most: medicine against pregnancy and illness, and "
            "keeping evidence. So call today, day or night. Later is welcome too."
        ),
        "sit.no_papers": _(
            "You may see a doctor when you need one, also without papers. The rights of victims "
            "count for you too."
        ),
        "sit.child_abused": _(
            "At Veilig Thuis the interest of the child comes first. You can ask for advice "
            "without giving your name."
        ),
    }
    sentences: list[str | SafeString] = [special[need.key]] if need.key in special else []
    if need.urgency == "now":
        now = _("Are you in danger now? Call %(number)s. That always goes first.")
        sentences.insert(0, format_html(now.replace("%(number)s", "{}"), call))
    elif need.urgency == "today":
        today = _("Are you in danger now? Call %(number)s. Otherwise: it is good to call today.")
        sentences.append(format_html(today.replace("%(number)s", "{}"), call))
    return sentences


@register.simple_tag
def comfort(need: NeedShown) -> str:
    """To whoever something was done: it is not her fault."""
    return _("What happened is not your fault.") if need.forms and _done_to_her(need) else ""


def _done_to_her(need: NeedShown) -> bool:
    return need.key not in {"sit.used_violence", "sit.refused_help", "sit.moved_waitlist"}


# --- what is known of one place ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class When:
    words: str | SafeString  # about this moment
    always: str | SafeString  # true on paper too
    good: bool


def _clock(moment: datetime) -> SafeString:
    return num(f"{moment:%H:%M}")


def _day_and_time(moment: datetime, today: date | None = None) -> SafeString:
    name = get_day_names("wide", locale=languages.locale(_reader()))[moment.weekday()]
    return format_html("{} {}", name, _clock(moment))


def _sentence(words: str, **parts: Any) -> SafeString:
    """A translated sentence with marked-up parts in its named places."""
    for name in parts:
        words = words.replace(f"%({name})s", f"{{{name}}}")
    return format_html(words, **parts)


@register.simple_tag
def opening_words(opening: Opening, item: Listing) -> When:
    """When they can be reached: open until a time on the clock, never a countdown."""
    always = item.hours.state == "always"
    if always and not item.hours.confirmed:
        words = _("Day and night, says our source. Call and try.")
        return When(words, words, good=False)
    if opening.state == OpeningState.OPEN:
        if opening.always or opening.until is None:
            words = _("Open now, day and night")
            return When(words, _("Day and night"), good=True)
        if not item.hours.confirmed:
            maybe = _sentence(_("Perhaps open now, until %(time)s. Call first."), time=_clock(opening.until))
            return When(maybe, _("Call first for the hours."), good=False)
        return When(
            _sentence(_("Open now, until %(time)s"), time=_clock(opening.until)),
            _("Call first for the hours."),
            good=True,
        )
    return _not_open(opening)


def _not_open(opening: Opening) -> When:
    paper = _("Call first for the hours.")
    if opening.state == OpeningState.UNKNOWN:
        return When(_("Hours not known: call first"), paper, good=False)
    if opening.urgent:
        return When(_("Closed now. For what cannot wait somebody answers."), paper, good=False)
    if opening.opens_next is None:
        return When(_("Closed now"), paper, good=False)
    words = _sentence(_("Closed now. Opens %(moment)s"), moment=_day_and_time(opening.opens_next))
    return When(words, paper, good=False)


@register.simple_tag
def facts(card: Card, place: Town | None = None) -> list[Line]:
    """The quiet row: open, where, language, cost, papers, name. What is unknown says ask."""
    item = card.listing
    when = opening_words(card.opening, item)
    lines = [Line(when.words, good=when.good), _where(card, place), _language(item)]
    if item.cost == "free":
        lines.append(Line(_("Free of charge"), good=True))
    if item.without_documents == "yes":
        lines.append(Line(_("Also without papers"), good=True))
    if item.anonymous in {"yes", "partly"}:
        lines.append(Line(_("You do not have to say your name")))
    if item.assured_on:
        lines.append(Line(_sentence(_("Confirmed %(date)s"), date=_date(item.assured_on))))
    return lines


def _date(value: date) -> str:
    return str(format_date(value, "d MMMM y", locale=languages.locale(_reader())))


def _where(card: Card, place: Town | None) -> Line:
    item = card.listing
    if card.distance is not None and place is not None:
        if card.distance < 1:
            return Line(_("In %(town)s") % {"town": town_name(place)})
        words = _("About %(km)s km from the middle of %(town)s")
        return Line(words % {"km": round(card.distance), "town": town_name(place)})
    if item.national:
        return Line(_("The whole country"))
    if item.areas:
        return Line(", ".join(area.name for area in item.areas))
    return Line(_("Ask where they are"))


def _language(item: Listing) -> Line:
    reader = _reader()
    speaks = {tag.partition("-")[0] for tag in item.languages}
    if reader in speaks:
        return Line(_("They speak %(language)s") % {"language": language_name(reader)}, good=True)
    if item.interpreter == "yes":
        return Line(_("With an interpreter"), good=True)
    if reader == "nl":
        return Line(_("They speak Dutch"))
    return Line(_("Ask for an interpreter"))


@register.simple_tag
def languages_words(item: Listing) -> str:
    names = [languages.name_of(tag, reader=_reader()) for tag in item.languages]
    if names and item.interpreter == "yes":
        return _("%(languages)s. Others with an interpreter.") % {"languages": ", ".join(names)}
    if names:
        return _("%(languages)s. For another language: ask.") % {"languages": ", ".join(names)}
    if item.interpreter == "yes":
        return _("They work with interpreters. Say which language you speak.")
    return _("We do not know which languages they speak. Ask for an interpreter.")


@register.simple_tag
def areas_words(item: Listing) -> str:
    if item.national:
        return _("For the whole country.")
    if item.areas:
        names = ", ".join(area.name for area in item.areas)
        return _("For people in: %(towns)s.") % {"towns": names}
    return _("Ask for which towns they work.")


@dataclass(frozen=True, slots=True)
class Aloud:
    dutch: str
    meaning: str


@register.simple_tag
def dutch_sentence(item: Listing) -> Aloud | None:
    """A sentence in Dutch for somebody who speaks it badly, and what it means."""
    reader = _reader()
    if reader == "nl" or not item.phones:
        return None
    own = languages.name_of(reader, reader="nl")
    # The sentence is Dutch on purpose, in every language of the page.
    dutch = f"Ik spreek {own}. Wilt u een tolk bellen?"
    return Aloud(dutch, _("It means: I speak %(language)s. Can you call an interpreter?") % {
        "language": language_name(reader)
    })


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
    names = get_day_names("wide", locale=languages.locale(_reader()))
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
    found.append((
        _("Can I come without papers?"),
        _("Yes.") if papers == "yes" else _("We do not know. You can ask without saying your name."),
    ))
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
        found.append((
            _("Do I need a letter from a doctor?"),
            needed if item.referral == "needed" else _("No, you can come by yourself."),
        ))
    if item.insurance:
        found.append((
            _("Do I need health insurance?"),
            _("Yes.") if item.insurance == "needed" else _("No."),
        ))
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
def checked_words(item: Listing) -> str:
    """How sure we are, and since when, in words a visitor can weigh."""
    if item.assured_on:
        return _("The organisation confirmed this on %(date)s.") % {"date": _date(item.assured_on)}
    on = {"date": _date(item.checked_on) if item.checked_on else ""}
    if item.verified == "seed":
        return _(
            "From the lists of IOM Netherlands and Dokters van de Wereld (2023-2024), compared "
            "on %(date)s. The organisation has not confirmed it again yet."
        ) % on
    if item.source_year:
        return _(
            "From a public page of %(year)s, compared on %(date)s. Nobody has called them yet."
        ) % {**on, "year": item.source_year}
    return _("From a public page, compared on %(date)s. Nobody has called them yet.") % on
