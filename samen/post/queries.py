from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from samen.foundation import languages
from samen.post import rules
from samen.post.models import Letter, State
from samen.post.rules import Kind


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    body: str


def wording(*, template: str, language: str, values: Mapping[str, str]) -> Wording:
    """A letter as its reader gets it. The first line of the template is its subject."""
    language = rules.language_of_letter(language)
    kinds = rules.TEMPLATES[template]
    shown = {name: _shown(kinds[name], value, language) for name, value in values.items()}
    with translation.override(language):
        # Plain text: an ampersand in a name is an ampersand.
        found: Any = get_template(f"post/{template}.txt")
        text: str = found.template.render(Context(shown, autoescape=False))
    subject, _, body = text.strip().partition("\n")
    return Wording(subject.strip(), body.strip() + "\n")


def _shown(kind: Kind, value: str, language: str) -> str:
    match kind:
        case Kind.NAME:
            return rules.isolated(value, direction=languages.direction(language))
        case Kind.DATE:
            day = date.fromisoformat(value)
            return format_date(day, format="long", locale=languages.locale(language))
        case _:
            return value


@dataclass(frozen=True, slots=True)
class InTrouble:
    """A letter that did not arrive, without its address: the record it is about has that."""

    letter_id: UUID
    template: str
    about_kind: str
    about_id: UUID
    state: State
    last_error: str
    closed_at: datetime


def letters_in_trouble() -> list[InTrouble]:
    """Bounced or given up, the latest first."""
    rows = (
        Letter.objects.filter(state__in=(State.BOUNCED, State.GIVEN_UP), closed_at__isnull=False)
        .order_by("-closed_at", "id")
        .values_list("id", "template", "about_kind", "about_id", "state", "last_error", "closed_at")
    )
    return [
        InTrouble(pk, template, kind, about, State(state), error, closed)
        for pk, template, kind, about, state, error, closed in rows
        if closed is not None
    ]
