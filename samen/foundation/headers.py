"""Headers that every answer carries, static files and error pages included."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

_CONTENT = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), browsing-topics=(), interest-cohort=()"


class SafeHeaders:
    """Nothing from elsewhere, no referrer, no frame, and no copy kept unless a page says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _CONTENT)
        headers.setdefault("Permissions-Policy", _PERMISSIONS)
        headers.setdefault("Referrer-Policy", "no-referrer")
        if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
            # An old header that knows no "only these": where somebody may, the policy says who.
            headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Robots-Tag", "noarchive")
        headers.setdefault("Cache-Control", "no-store")
        return response
