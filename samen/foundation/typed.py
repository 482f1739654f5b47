"""What a browser sends as a number. Plain Python."""

_DIGITS = 9  # fits a column, and a page or a version never needs more


def whole_number(text: str, *, digits: int = _DIGITS) -> int | None:
    """A whole number in plain digits; None for anything else, and for one that is too long."""
    fits = text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text) if fits else None
