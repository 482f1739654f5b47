"""What a browser sends from a form of the desk."""

from typing import Any

from django.forms import MultipleChoiceField

from samen.stewardship.desk.sections import SECTIONS, Section


def opened(section: str, facts: Any) -> dict[str, Any]:
    """What a browser sends back when nothing is typed."""
    said = SECTIONS[section].said(facts)
    form = SECTIONS[section](initial=said)
    sent = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if isinstance(field, MultipleChoiceField):
            # A box that is not on the page cannot be ticked.
            value = [choice for choice in value or () if field.valid_value(choice)]
        if value not in (None, "", False, []):
            sent[name] = field.prepare_value(value) if hasattr(field, "prepare_value") else value
    return sent | ({f"kind_{row}": sent.get(f"kind_{row}", "voice") for row in range(4)})


def filled(section: str, facts: Any, **typed: Any) -> Section:
    return SECTIONS[section]({**opened(section, facts), **typed})
