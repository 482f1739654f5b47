"""What every answer to a machine has in common: open to all sites, and plain when it says no."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

JSON, NDJSON, PROBLEM = "application/json", "application/x-ndjson", "application/problem+json"

_PREFLIGHT_HOLDS = "86400"  # seconds
_TITLES = {
    400: "Not understood",
    404: "Not here",
    405: "Not in this way",
    410: "Not here any more",
    413: "Too long",
    415: "Not in this form",
    422: "Not a question",
    429: "Too many questions at once",
    503: "Not now",
}

View = Callable[..., HttpResponseBase]


class Problem(Exception):
    """What is answered in place of what was asked for (RFC 9457)."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status)
        self.status, self.detail, self.more = status, detail, more
        self.headers = dict(headers or {})

    def response(self) -> HttpResponse:
        said = {"title": _TITLES[self.status], "status": self.status, "detail": self.detail}
        body = json.dumps({**said, **self.more}, ensure_ascii=False)
        return HttpResponse(body, content_type=PROBLEM, status=self.status, headers=self.headers)


def for_machines(*methods: str) -> Callable[[View], View]:
    """A view open to every program of every site, in these ways and no others.

    No cookie is read or set, nothing of a question is kept; who asks in another way is told how.
    """
    allowed = ", ".join([*methods, "OPTIONS"])

    def decorated(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            if request.method == "OPTIONS":
                return _open(_preflight(allowed))
            if request.method not in methods:
                refusal = Problem(405, f"Ask with {allowed}.", headers={"Allow": allowed})
                return _open(refusal.response())
            try:
                return _open(view(request, **parts))
            except Problem as problem:
                return _open(problem.response())

        return csrf_exempt(login_not_required(answer))

    return decorated


def _preflight(allowed: str) -> HttpResponse:
    return HttpResponse(
        status=204,
        headers={
            "Allow": allowed,
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "Accept-Language, Content-Type, If-None-Match",
            "Access-Control-Max-Age": _PREFLIGHT_HOLDS,
        },
    )


def _open(response: HttpResponseBase) -> HttpResponseBase:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "Content-Language, ETag, Retry-After"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # Asked again each time, and answered in a few bytes when nothing has changed.
    headers.setdefault("Cache-Control", "no-cache" if response.status_code < 400 else "no-store")  # noqa: PLR2004 an error
    patch_vary_headers(response, ["Accept-Language"])
    return response


def as_json(said: Any, **headers: str) -> HttpResponse:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type=JSON, headers=headers)
