"""What is left of a text without what a machine made up."""

import re

_MADE_UP = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|\.[0-9]{6}")


def bare(text: str) -> str:
    """Without ids and parts of a second: any digits may stand in them, also those of a number that
    must be nowhere."""
    return _MADE_UP.sub("", text.casefold())
