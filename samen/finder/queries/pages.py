"""Pages put together: what the search finds, with its cards and what holds at this moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from samen.directory import queries as directory
from samen.directory.queries import Listing, Opening
from samen.finder import rules
from samen.finder.queries.cards import Drawn, drawn_cards
from samen.finder.rules import Asked
from samen.foundation import languages, paging
from samen.foundation.clock import AMSTERDAM
from samen.needs import queries as needs
from samen.needs.queries import NeedShown, Taxonomy
from samen.places import queries as places
from samen.places.queries import Gazetteer, Town
from samen.search import queries as search
from samen.search.queries import Answer, Hit, Question, Understanding


class NotHere(Exception):
    """The address asks for something that does not exist."""


@dataclass(frozen=True, slots=True)
class World:
    """The taxonomy and the towns as of one revision of the map."""

    revision: int
    taxonomy: Taxonomy
    gazetteer: Gazetteer


@dataclass(frozen=True, slots=True)
class Card:
    """One place that can help, with all there is to say of it."""

    listing: Listing
    opening: Opening
    distance: float | None  # km from the centre of the town asked for


class InList(NamedTuple):
    """One place that can help, on a page of results."""

    card: Drawn
    opening: Opening
    distance: float | None  # km from the centre of the town asked for


@dataclass(frozen=True, slots=True)
class Results:
    need: NeedShown | None
    town: Town | None
    ready: tuple[InList, ...]
    review: tuple[InList, ...]
    fallback: tuple[InList, ...]
    total: int
    page: paging.Page[int]  # by place in the list
    also: tuple[NeedShown, ...]
    openings: tuple[Opening, ...]  # of all that was found, also on the other pages of the list
    settled: bool  # whether the search answered of the map as it is, and not from an older index


def world() -> World:
    revision = directory.revision()
    ground = directory.ground(revision)
    return World(revision, needs.taxonomy(ground), places.gazetteer(ground))


def situations(taxonomy: Taxonomy, keys: Sequence[str]) -> list[NeedShown]:
    found = (taxonomy.by_key(key) for key in keys)
    return [need for need in found if need]


def town_of(here: World, slug: str) -> Town | None:
    """The town of an address. Raises NotHere for a slug that is no town's."""
    if not slug:
        return None
    town = here.gazetteer.by_slug(slug)
    if town is None:
        raise NotHere
    return town


def results(asked: Asked, *, here: World, language: str, at: datetime) -> Results:
    """The services for what an address asks, one page of them. Raises NotHere."""
    need = _need(here.taxonomy, asked.need)
    town = town_of(here, asked.place)
    if asked.numbers:
        return _chosen(asked, language=language, at=at)
    answer = search.search(_question(asked, need, town, language=language, at=at))
    try:
        page = paging.page_of(range(answer.total), number=asked.page, size=rules.PAGE_SIZE)
    except paging.NoSuchPage as missing:
        raise NotHere from missing
    ready, review = _of_page(answer, page)
    few = not answer.ready
    drawn = drawn_cards(
        [hit.number for hit in (*ready, *review)],
        keys=rules.FALLBACK if few else (),
        language=language,
    )
    shown = {card.number: card for card in drawn}
    fallback = _fallback(drawn, review, at) if few else ()
    return Results(
        need=need,
        town=town,
        ready=_in_list(ready, shown),
        review=_in_list(review, shown),
        fallback=fallback,
        total=answer.total,
        page=page,
        also=_others(here.taxonomy, asked.also),
        openings=(
            *answer.ready.openings(),
            *answer.review.openings(),
            *(each.opening for each in fallback),
        ),
        settled=answer.as_of == here.revision,
    )


def _of_page(answer: Answer, page: paging.Page[int]) -> tuple[Sequence[Hit], Sequence[Hit]]:
    """Only what the page shows is put in order; the list may be long."""
    confirmed = len(answer.ready)
    first, end = (page.items[0], page.items[-1] + 1) if page.items else (0, 0)
    review = slice(max(0, first - confirmed), max(0, end - confirmed))
    return answer.ready[first:end], answer.review[review]


def _in_list(hits: Iterable[Hit], shown: Mapping[int, Drawn]) -> tuple[InList, ...]:
    return tuple(
        InList(shown[hit.number], hit.opening, hit.distance) for hit in hits if hit.number in shown
    )


def next_change(openings: Iterable[Opening], *, at: datetime) -> datetime:
    """When what is said of these hours stops being true; the next midnight at the latest."""
    today = at.astimezone(AMSTERDAM)
    midnight = datetime.combine(today.date() + timedelta(days=1), time(), AMSTERDAM)
    moments = [
        moment
        for opening in openings
        for moment in (opening.until, opening.opens_next)
        if moment is not None and moment > at
    ]
    return min([midnight, *moments])


def _fallback(drawn: Iterable[Drawn], found: Iterable[Hit], at: datetime) -> tuple[InList, ...]:
    """Who can always think along, where nothing confirmed was found; in their order."""
    already = {hit.number for hit in found}
    theirs = {card.key: card for card in drawn if card.number not in already}
    return tuple(
        InList(theirs[key], directory.opening(theirs[key].hours, at), None)
        for key in rules.FALLBACK
        if key in theirs
    )


def service(number: int, *, language: str, at: datetime) -> Card:
    """One published service. Raises NotHere."""
    listing = directory.listing_by_number(number, language=language)
    if listing is None:
        raise NotHere
    return Card(listing, directory.opening(listing.hours, at), None)


def number_now(number: int) -> int | None:
    """The number under which an entry stands that was merged into another."""
    found = directory.numbers_now([number])
    return found[0] if found and found[0] != number else None


def understood(text: str, *, language: str) -> Understanding:
    return search.understand(text, language=language)


def asked_in_words(meant: Understanding, *, here: World, place: str) -> Asked:
    """The address that answers what somebody meant; without a need when nothing is sure."""
    if meant.by_name and not meant.sure:
        return Asked(numbers=meant.by_name, place=place)
    if not meant.sure:
        return Asked(place=place)
    best, *others = situations(here.taxonomy, meant.keys)
    # Whoever is hurt is not asked whether she is the one who hurts.
    also = tuple(need.number for need in others if need.key != "sit.used_violence")
    return Asked(need=best.number, also=also[:3], place=place)


def _need(taxonomy: Taxonomy, number: int | None) -> NeedShown | None:
    if number is None:
        return None
    need = taxonomy.by_number(number)
    if need is None or need.staff_only:
        raise NotHere
    return need


def _others(taxonomy: Taxonomy, numbers: Sequence[int]) -> tuple[NeedShown, ...]:
    return tuple(need for number in numbers if (need := _need(taxonomy, number)))


def _question(
    asked: Asked, need: NeedShown | None, town: Town | None, *, language: str, at: datetime
) -> Question:
    if asked.speaks and not search.is_a_language(asked.speaks):
        raise NotHere
    # Whoever reads in another language than Dutch or English is helped best in that one.
    spoken = asked.speaks or ("" if language in languages.OF_HELPERS else language)
    return Question(
        need=need.key if need else None,
        place=town,
        within=asked.within,
        speaks=spoken or None,
        open_now=asked.open,
        groups=frozenset(f"grp.{code}" for code in asked.groups),
        no_papers=asked.no_papers,
        free=asked.free,
        channels=frozenset(asked.ways),
        at=at,
    )


def _chosen(asked: Asked, *, language: str, at: datetime) -> Results:
    """The services somebody put on a list, in her order."""
    drawn = _in_order(asked.numbers, language)
    if len(drawn) < len(asked.numbers):
        drawn = _in_order(directory.numbers_now(asked.numbers), language)
    if not drawn:
        raise NotHere
    cards = tuple(InList(card, directory.opening(card.hours, at), None) for card in drawn)
    nothing: paging.Page[int] = paging.Page((), 1, 1)
    return Results(
        need=None,
        town=None,
        ready=tuple(each for each in cards if each.card.publish == "ready"),
        review=tuple(each for each in cards if each.card.publish != "ready"),
        fallback=(),
        total=len(cards),
        page=nothing,
        also=(),
        openings=tuple(card.opening for card in cards),
        settled=True,
    )


def _in_order(numbers: Sequence[int], language: str) -> list[Drawn]:
    drawn = {card.number: card for card in drawn_cards(numbers, language=language)}
    return [drawn[number] for number in numbers if number in drawn]
