"""What a passkey is asked, for an attribute that a script of ours reads."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(asked: Any) -> str:
    """Escaped by the template, as any text."""
    return json.dumps(asked, default=str)
