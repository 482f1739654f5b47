"""What differs between two states of a service, in the words of the forms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samen.directory.queries import Piece, differences
from samen.foundation.languages import LANGUAGES
from samen.stewardship.desk.sections import SECTIONS

Facts = Mapping[str, Mapping[str, Any]]
TEXTS = {
    "what": gettext_lazy("What they do"),
    "call": gettext_lazy("What happens when somebody calls or comes"),
    "hours_note": gettext_lazy("About the hours, in words"),
    "cost_note": gettext_lazy("About the cost, in words"),
}


# What others say of it in numbers. No form of ours asks for them.
COSTS = "cost_options"


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    before: str = ""
    after: str = ""
    pieces: Sequence[Piece] = ()  # of a text, word by word
    language: str = ""


def fact_in_words(fact: str) -> str:
    """A fact by its name, as the form calls it: "What they do", "Hours"."""
    name, _dot, tag = fact.partition(".")
    if tag:
        label = str(TEXTS.get(name, name))
        return label if tag == "nl" else f"{label} ({LANGUAGES[tag].own})"
    if name == COSTS:
        return _("Prices")
    titles = (section.title for section in SECTIONS.values() if name in section.about)
    return str(next(titles, name))


def in_words(before: Facts, after: Facts, *, blank: Facts) -> list[Difference]:
    """Field by field. `blank` are the facts of a service, for what one of the two does not say."""
    texts = [d for d in differences(before, after) if "." in d.fact]
    return [
        *_of_fields({**blank, **before}, {**blank, **after}),
        *_of_costs({**blank, **before}, {**blank, **after}),
        *(_of_text(text.fact, text.words) for text in texts),
    ]


def _of_text(fact: str, pieces: Sequence[Piece]) -> Difference:
    name, _dot, tag = fact.partition(".")
    label = TEXTS.get(name, name)
    return Difference(f"{label} ({LANGUAGES[tag].own})", pieces=pieces, language=tag)


def _of_costs(before: Facts, after: Facts) -> Iterator[Difference]:
    was, now = (_costs(facts[COSTS][COSTS]) for facts in (before, after))
    if was != now:
        yield Difference(_("Prices"), was, now)


def _costs(costs: Sequence[Mapping[str, Any]]) -> str:
    """ "Intake: EUR 12.50 (per keer); …"."""
    said = []
    for cost in costs:
        amount = " ".join(filter(None, (cost["currency"], cost["amount"])))
        details = f"({cost['details']})" if cost["details"] else ""
        worth = " ".join(filter(None, (amount, details)))
        said.append(": ".join(filter(None, (cost["option"], worth))))
    return "; ".join(said) or "–"


def _of_fields(before: Facts, after: Facts) -> Iterator[Difference]:
    for section in SECTIONS.values():
        if all(before[fact] == after[fact] for fact in section.about):
            continue
        form, was, now = section(), section.said(before), section.said(after)
        for name, field in form.fields.items():
            if name not in TEXTS and (was.get(name) or "") != (now.get(name) or ""):
                yield Difference(
                    str(field.label), shown(field, was.get(name)), shown(field, now.get(name))
                )


def shown(field: forms.Field, value: Any) -> str:
    """A value as its field writes it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices.get(one, one)) for one in value)
    if value in (None, ""):
        return "–"
    return str(choices.get(value, value))
