"""The terms of the map, kept in memory until the map changes."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from samen.exchange.rules import ORIGINAL, Term, taxonomy_kinds, term_id
from samen.needs import queries as needs
from samen.needs.queries import NeedShown


@lru_cache(maxsize=2)
def terms(revision: int) -> tuple[Term, ...]:
    """Every term that visitors may see, in the order of their numbers. Two queries, then none."""
    kinds = taxonomy_kinds()
    every = needs.taxonomy(revision).all()
    return tuple(_term(need) for need in every if need.kind in kinds and not need.staff_only)


def left_at(term: UUID, revision: int) -> datetime | None:
    """Since when a term is not one of them any more. None for what is one, or never was."""
    kinds = taxonomy_kinds()
    left = (need for need in needs.taxonomy(revision).all() if need.kind in kinds)
    return next((need.open_until for need in left if term_id(need.key) == term), None)


def _term(need: NeedShown) -> Term:
    return Term(
        key=need.key,
        kind=need.kind,
        name=need.words(ORIGINAL)[0].label,
        names={
            tag: (words.label, "out of date" if words.out_of_date else words.state)
            for tag, words in need.texts.items()
        },
    )
