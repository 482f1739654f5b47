"""Names, addresses and the sentences around a list, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samen.directory import queries as directory
from samen.directory.queries import AddressShown, Listing, PhoneShown
from samen.finder import rules
from samen.finder.queries import Results
from samen.finder.rules import Asked
from samen.foundation import languages
from samen.needs.queries import NeedShown
from samen.places.queries import Town
from samen.theme.pieces import pieces
from samen.theme.templatetags.theme import foreign, num, reader, sprite

register = template.Library()


# --- names and labels -----------------------------------------------------------------------


@register.simple_tag
def label(need: NeedShown) -> SafeString:
    words, language = need.words(reader())
    return foreign(words.label, language)


@register.simple_tag
def short_label(need: NeedShown) -> SafeString | str:
    """On the first page a tile must be read at a glance."""
    shorter = {
        "sit.rape_recent": _("Someone forced me to have sex"),
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
    return sprite(
        "samen", "globe", *(picture for _chapter, items in chapters for _need, picture in items)
    )


@register.simple_tag
def name_of_listing(item: Listing) -> SafeString:
    """The name as on the door, with its meaning for the reader where we have it."""
    if reader() != "nl" and reader() in item.names:
        door = format_html('<bdi lang="nl">{}</bdi>', item.name)
        return format_html("{} ({})", door, item.names[reader()])
    english = "" if reader() == "nl" else item.names.get("en", "")
    # Both names in one piece: two pieces would swap places where a right-to-left line breaks.
    meaning = format_html(' <span lang="en">({})</span>', english) if english else ""
    return format_html('<bdi lang="nl">{}{}</bdi>', item.name, meaning)


@register.simple_tag
def more_label(item: Listing) -> str:
    return _("More about %(name)s") % {"name": item.name}


@register.simple_tag
def town_name(town: Town) -> str:
    return town.names.get(reader()) or town.name


@register.simple_tag
def near_words(town: Town) -> str:
    return _("Near %(town)s") % {"town": town_name(town)}


@register.simple_tag
def language_name(tag: str) -> str:
    return languages.name_of(tag, reader=reader())


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


def _find(asked: Asked, **changes: object) -> str:
    query = asked.query(**changes)
    address = _address("finder:find", reader())
    return f"{address}?{query}" if query else address


@lru_cache(maxsize=256)
def _address(door: str, language: str) -> str:
    return reverse(door, args=[language])


@register.simple_tag
def find_address(need: int | None = None, place: str = "") -> str:
    return _find(Asked(need=need, place=place or ""))


@register.simple_tag
def list_address(found: Results) -> str:
    cards = (*found.ready, *found.fallback, *found.review)
    return _find(Asked(numbers=tuple(each.card.number for each in cards)[:20]))


@register.simple_tag
def place_address(asked: Asked) -> str:
    """Where another town is chosen; everything else that is asked comes along."""
    query = asked.query(place="", within=None, page=1, also=())
    address = _address("finder:place", reader())
    return f"{address}?{query}" if query else address


@register.simple_tag
def town_address(asked: Asked, town: Town | None = None) -> str:
    slug = town.slug if town else ""
    if asked.query():
        return _find(asked, place=slug)
    return f"{_address('finder:home', reader())}?place={slug}"


@register.simple_tag
def page_addresses(asked: Asked, page: Any) -> tuple[str, str]:
    def at(number: int | None) -> str:
        if number is None:
            return ""
        return _find(asked, page=number)

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
    words: str | SafeString
    without: str


@register.simple_tag
def chips(asked: Asked, place: Town | None, groups: list[NeedShown]) -> list[Chip]:
    """What narrows the list now, each with the address of the list without it."""
    narrowing = [*_of_place(asked, place), *_of_terms(asked), *_of_groups(asked, groups)]
    return [Chip(words, _find(asked, page=1, **changes)) for words, changes in narrowing]


Narrowing = list[tuple[str | SafeString, dict[str, Any]]]


def _of_place(asked: Asked, place: Town | None) -> Narrowing:
    found: Narrowing = []
    if place:
        found.append((near_words(place), {"place": "", "within": None}))
    if asked.within:
        found.append((_("up to %(km)s km") % {"km": asked.within}, {"within": None}))
    return found


def _of_terms(asked: Asked) -> Narrowing:
    found: Narrowing = []
    if asked.speaks:
        found.append((language_name(asked.speaks), {"speaks": ""}))
    if asked.open:
        found.append((_("Open now"), {"open": False}))
    if asked.no_papers:
        found.append((_("Also without papers"), {"no_papers": False}))
    if asked.free:
        found.append((_("Free of charge"), {"free": False}))
    for way in asked.ways:
        found.append((way_words(way), {"ways": tuple(w for w in asked.ways if w != way)}))
    return found


def _of_groups(asked: Asked, groups: list[NeedShown]) -> Narrowing:
    return [
        (label(group), {"groups": tuple(code for code in asked.groups if code != group.key[4:])})
        for group in groups
        if group.key[4:] in asked.groups
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
def advice(need: NeedShown) -> Sequence[str | SafeString]:
    """What stands first because of how urgent it is, in one or two sentences that say why."""
    return _advice(need.key, need.urgency, reader())


@lru_cache(maxsize=1024)
def _advice(
    key: str,
    urgency: str,
    language: str,  # noqa: ARG001 the words are of that language
) -> Sequence[str | SafeString]:
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
        "sit.suicidal": _(
            "Do you want to die now, or did you hurt yourself? Call 112. Do you want to talk with "
            "someone? Call 113, day and night. You do not have to say your name."
        ),
        "sit.child_abused": _(
            "At Veilig Thuis the interest of the child comes first. You can ask for advice "
            "without giving your name."
        ),
    }
    sentences: list[str | SafeString] = [special[key]] if key in special else []
    if urgency == "now" and key not in special:
        now = _("Are you in danger now? Call %(number)s. That always goes first.")
        sentences.insert(0, format_html(now.replace("%(number)s", "{}"), call))
    elif urgency == "today":
        today = _("Are you in danger now? Call %(number)s. Otherwise: it is good to call today.")
        sentences.append(format_html(today.replace("%(number)s", "{}"), call))
    return sentences


# Where something was done to the reader herself.
_DONE_TO_HER = frozenset(
    [
        "rape_recent",
        "rape_past",
        "unwanted_touch",
        "partner_violence",
        "family_violence",
        "control_isolation",
        "money_documents_taken",
        "threats",
        "honour",
        "forced_marriage",
        "marital_captivity",
        "left_behind_abroad",
        "fgm_done",
        "trafficking_sex",
        "trafficking_labour",
        "sex_for_shelter",
        "journey_violence",
        "violence_reception",
        "detained_torture",
        "stalking",
        "online_images",
        "harassment_work_school",
        "lgbt_violence",
        "male_survivor",
    ]
)


@register.simple_tag
def comfort(need: NeedShown) -> str:
    """To whoever something was done: it is not her fault."""
    done = need.key.partition(".")[2] in _DONE_TO_HER
    return _("What happened is not your fault.") if done else ""


# --- the form that narrows it ---------------------------------------------------------------------


@register.simple_tag
def filter_form(
    asked: Asked, place: Town | None, towns: Sequence[Town], groups: Sequence[NeedShown]
) -> SafeString:
    """Rendered once for a language; what is chosen is put into it, many times as fast."""
    form = _form(reader(), tuple(towns), tuple(groups), with_place=place is not None)
    chosen = _chosen(asked, place, towns)
    # Every other piece is of the template; the ones between are names of places in it.
    return SafeString(
        "".join(chosen.get(each, "") if at % 2 else each for at, each in enumerate(form))
    )


@lru_cache(maxsize=64)
def _form(
    language: str, towns: tuple[Town, ...], groups: tuple[NeedShown, ...], *, with_place: bool
) -> tuple[str, ...]:
    known = {
        "towns": towns,
        "groups": groups,
        "with_place": with_place,
        "distances": rules.DISTANCES,
        "ways": rules.WAYS,
        "tags": languages.PUBLISHED,
        "reading_tag": language,
    }
    return tuple(pieces("finder/parts/filter_form.html", known))


def _chosen(asked: Asked, place: Town | None, towns: Sequence[Town]) -> dict[str, str]:
    """What stands in which place of the form."""
    ticked = [
        *(["open"] if asked.open else []),
        *(["papers"] if asked.no_papers else []),
        *(["cost"] if asked.free else []),
        *(f"how-{way}" for way in asked.ways),
        *(f"for-{group}" for group in asked.groups),
    ]
    chosen = dict.fromkeys(ticked, " checked")
    chosen |= dict.fromkeys([f"within-{asked.within}", f"speaks-{asked.speaks}"], " selected")
    if asked.need:
        chosen["need"] = format_html('<input type="hidden" name="need" value="{}">', asked.need)
    if place and place in towns:
        chosen[f"place-{place.slug}"] = " selected"
    elif place:
        chosen["another-place"] = _selected(place.slug, town_name(place))
    if asked.speaks and asked.speaks not in languages.PUBLISHED:
        chosen["another-language"] = _selected(asked.speaks, language_name(asked.speaks))
    return chosen


def _selected(value: str, words: str) -> SafeString:
    return format_html('<option value="{}" selected>{}</option>', value, words)
