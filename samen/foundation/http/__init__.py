"""The world outside, as a guarded place; and what is said to it in its own language."""

from django.utils.translation import gettext

from samen.foundation.sentences import Spoken


def spoken(refusal: Spoken) -> str:
    """Why something was refused, in the language of whoever reads this page."""
    values = {
        name: spoken(value) if isinstance(value, Spoken) else value
        for name, value in refusal.values.items()
    }
    # gettext of an empty text is the head of the catalogue.
    sentence = gettext(refusal.sentence) if refusal.sentence else ""
    return sentence % values if values else sentence
