"""One-use tokens for what visitors send, so that no cookie is needed against forged forms.

A token is signed, belongs to one form and lasts an hour; the receiving action keeps its
fingerprint under a unique constraint, so that the same one is never accepted twice.
"""

from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlsplit

from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

_SALT = "samen.finder.tokens"
_LASTS = 3600  # seconds


def make(subject: str) -> str:
    return signing.dumps([subject, token_urlsafe(12)], salt=_SALT)


def good(token: str, *, subject: str) -> bool:
    try:
        belongs_to, _nonce = signing.loads(token, salt=_SALT, max_age=_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    return bool(belongs_to == subject)


def fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def check_origin(request: HttpRequest) -> None:
    """Raises SuspiciousOperation when a browser says that the form came from another site.

    Our pages send no referrer, and then browsers send "Origin: null" with a form; so an origin
    that is named must be ours, and what the browser says of the site must be the same site.
    """
    origin = request.headers.get("Origin", "null")
    elsewhere = origin != "null" and urlsplit(origin).netloc != request.get_host()
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if elsewhere or site not in {"same-origin", "none"}:
        raise SuspiciousOperation
