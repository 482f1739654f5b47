"""Phone numbers as printed, and as a phone dials them."""

import re

_REMARKS = re.compile(r"\([^)]*\)")
_PRINTED = re.compile(r"\+?[0-9][0-9 \-./]*")
_LONGEST = 15  # digits, E.164
_SHORTEST = 3  # 112


def _without_remarks(number: str) -> str:
    return _REMARKS.sub("", number).strip()


def looks_like_a_phone(number: str) -> bool:
    printed = _without_remarks(number)
    digits = sum(character.isdecimal() for character in printed)
    return bool(_PRINTED.fullmatch(printed)) and _SHORTEST <= digits <= _LONGEST


def tel_uri(number: str) -> str:
    """The link that dials: "0800-2000" is "tel:08002000". Remarks in brackets are left out."""
    printed = _without_remarks(number)
    digits = "".join(re.findall(r"[0-9]", printed))
    return f"tel:+{digits}" if printed.startswith("+") else f"tel:{digits}"
