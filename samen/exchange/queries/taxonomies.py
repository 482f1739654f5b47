"""The terms of the map, kept in memory until the map changes."""

from functools import lru_cache

from samen.exchange.rules import ORIGINAL, Term, taxonomy_kinds
from samen.needs import queries as needs
from samen.needs.queries import NeedShown


@lru_cache(maxsize=2)
def terms(revision: int) -> tuple[Term, ...]:
    """Every term that visitors may see, in the order of their numbers. Two queries, then none."""
    kinds = taxonomy_kinds()
    every = needs.taxonomy(revision).all()
    return tuple(_term(need) for need in every if need.kind in kinds and not need.staff_only)


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
