"""The pages for visitors. Each asks one question of the map and shows the answer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from samen.directory import actions as directory
from samen.directory.models import ProblemReport
from samen.directory.queries import Opening, one_revision, origin_shown
from samen.finder import queries, rules
from samen.finder.http import leaving, tokens
from samen.finder.http.page_cache import KEEP_UNTIL
from samen.finder.public.forms import WrongForm
from samen.foundation import actor, clock

# For programs; they are opened by the room that knows them.
DOORS = (
    ("HSDS 3.2", "/api/hsds/3.2/"),
    ("HSDS 3.2: changes", "/api/hsds/3.2/changes"),
    ("FHIR R4", "/api/fhir/metadata"),
)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def only_what_exists(view: View[P]) -> View[P]:
    """An address that asks for something which is not there does not exist."""

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (queries.NotHere, rules.BadValue) as missing:
            raise Http404 from missing

    return door


def page_of(
    request: HttpRequest,
    template: str,
    page: dict[str, Any],
    *,
    status: int = 200,
    openings: Iterable[Opening] | None = None,
    settled: bool = True,
) -> HttpResponse:
    """Render a page, with its own address in every other language.

    A page that is the same for everybody names the hours it shows: until the first of them
    changes, the cache in front may give it again; but one that is not settled only now.
    """
    language = f"/{get_language()}/"
    path = request.path.removeprefix(language) if request.path.startswith(language) else ""
    query = f"?{page['query']}" if page.get("query") else ""
    page.setdefault("path_without_language", f"{path}{query}")
    page["reading_tag"] = get_language()
    page["today"] = clock.now().astimezone(clock.AMSTERDAM).date()
    response = render(request, f"finder/{template}.html", page, status=status)
    if openings is not None:
        now = clock.now()
        until = queries.next_change(openings, at=now) if settled else now
        response.headers[KEEP_UNTIL] = str(int(until.timestamp()))
    return response


def _see(address: str, query: str = "") -> HttpResponse:
    """303: what was sent is not sent again by Back or reload."""
    return HttpResponse(
        status=303, headers={"Location": f"{address}?{query}" if query else address}
    )


@require_safe
@only_what_exists
def front(request: HttpRequest) -> HttpResponse:
    """The first page in the browser's own language, with all languages in sight."""
    response = _first_page(request, languages_open=True)
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
@only_what_exists
def home(request: HttpRequest, language: str) -> HttpResponse:  # noqa: ARG001 of the address
    return _first_page(request)


def _first_page(request: HttpRequest, *, languages_open: bool = False) -> HttpResponse:
    asked = rules.asked_by({"place": request.GET.getlist("place")})
    here = queries.world()
    tiles = [
        (need, picture)
        for key, picture in rules.FIRST
        if (need := here.taxonomy.by_key(key)) is not None
    ]
    page = {
        "tiles": tiles,
        "aside": queries.situations(here.taxonomy, rules.ASIDE),
        "place": queries.town_of(here, asked.place),
        "towns": here.gazetteer.programme(),
        "query": asked.query(),
        "languages_open": languages_open,
    }
    return page_of(request, "home", page, openings=())


@require_http_methods(["GET", "HEAD", "POST"])
@only_what_exists
def find(request: HttpRequest, language: str) -> HttpResponse:
    if request.method == "POST":
        return _find_in_own_words(request, language)
    asked = rules.asked_by(dict(request.GET.lists()))
    with one_revision():
        here = queries.world()
        found = queries.results(asked, here=here, language=language, at=clock.now())
    long_ago = here.taxonomy.by_key("sit.rape_past")
    page = {
        "found": found,
        "past_number": long_ago.number if long_ago else None,
        "asked": asked,
        "place": found.town,
        "towns": here.gazetteer.programme(),
        "groups": [need for need in here.taxonomy.groups() if need.key[4:] in rules.GROUPS],
        "query": asked.query(),
    }
    return page_of(request, "results", page, openings=found.openings, settled=found.settled)


def _find_in_own_words(request: HttpRequest, language: str) -> HttpResponse:
    """The words come in the body, so that they stand in no address, history or log."""
    text = request.POST.get("q", "")
    here = queries.world()
    given = rules.asked_by({"place": request.POST.getlist("place")}).place
    meant = queries.understood(text, language=language)
    # A town nobody knows narrows nothing, and is no reason to answer that a page is missing.
    known = given if here.gazetteer.by_slug(given) else ""
    asked = queries.asked_in_words(meant, here=here, place=known or next(iter(meant.places), ""))
    if len(asked.numbers) == 1:
        return _see(reverse("finder:service", args=[language, asked.numbers[0]]))
    if asked != rules.Asked(place=known):
        return _see(reverse("finder:find", args=[language]), asked.query())
    page = {
        "text": text[:5000],
        "empty": not text.strip(),
        "perhaps": queries.situations(here.taxonomy, meant.keys[:3]),
        "chapters": _chapters(here),
        "place": queries.town_of(here, known),
        "path_without_language": "",
    }
    return page_of(request, "not_understood", page)


@require_http_methods(["GET", "HEAD", "POST"])
@only_what_exists
def place(request: HttpRequest, language: str) -> HttpResponse:
    """Choose a town: one of the six, or any other by typing its name."""
    values = request.POST if request.method == "POST" else request.GET
    asked = replace(rules.asked_by(dict(values.lists())), place="", page=1)
    here = queries.world()
    typed = request.POST.get("where", "")[:200]
    towns = here.gazetteer.find(typed)[:12] if typed.strip() else []
    exact = here.gazetteer.named(typed) or towns
    if len(exact) == 1:
        answer = reverse("finder:find" if asked.query() else "finder:home", args=[language])
        return _see(answer, asked.query(place=exact[0].slug))
    sent = request.method == "POST"
    page = {
        "asked": asked,
        "towns": towns or here.gazetteer.programme(),
        "typed": typed,
        "unknown": sent and bool(typed.strip()) and not towns,
        "empty": sent and not typed.strip(),
        "query": "" if sent else asked.query(),
    }
    return page_of(request, "place", page)


def _chapters(here: queries.World) -> list[tuple[str, list[tuple[Any, str]]]]:
    return [
        (
            chapter,
            [
                (need, rules.PICTURES[need.key])
                for need in queries.situations(here.taxonomy, [f"sit.{key}" for key in keys])
            ],
        )
        for chapter, keys in rules.CHAPTERS
    ]


@require_safe
@only_what_exists
def everything(request: HttpRequest, language: str) -> HttpResponse:  # noqa: ARG001 of the address
    asked = rules.asked_by({"place": request.GET.getlist("place")})
    here = queries.world()
    page = {
        "chapters": _chapters(here),
        "place": queries.town_of(here, asked.place),
        "query": asked.query(),
    }
    return page_of(request, "all", page, openings=())


def _or_its_heir(view: View[[str, int]]) -> View[[str, int]]:
    """The number of an entry that was merged into another answers with that one's page."""

    @wraps(view)
    def door(request: HttpRequest, language: str, number: int) -> HttpResponse:
        try:
            return view(request, language, number)
        except queries.NotHere:
            now = queries.number_now(number)
            if now is None:
                raise
        match = request.resolver_match
        name = match.view_name if match else "finder:service"
        return _see(reverse(name, args=[language, now]))

    return door


@require_safe
@only_what_exists
@_or_its_heir
def service(request: HttpRequest, language: str, number: int) -> HttpResponse:
    card = queries.service(number, language=language, at=clock.now())
    origin = origin_shown(card.listing.id)
    page = {"card": card, "item": card.listing, "origin": origin}
    return page_of(request, "service", page, openings=[card.opening])


@require_safe
@only_what_exists
@_or_its_heir
def card(request: HttpRequest, language: str, number: int) -> HttpResponse:
    shown = queries.service(number, language=language, at=clock.now())
    page = {"card": shown, "item": shown.listing}
    return page_of(request, "card", page, openings=[shown.opening])


@require_http_methods(["GET", "HEAD", "POST"])
@only_what_exists
@_or_its_heir
def wrong(request: HttpRequest, language: str, number: int) -> HttpResponse:
    """Somebody tells us that an entry is not right: one press, no words, no name."""
    shown = queries.service(number, language=language, at=clock.now())
    subject = f"wrong:{number}"
    form = WrongForm(request.POST or None)
    stale = False
    if request.method == "POST":
        tokens.check_origin(request)
        stale = not tokens.good(request.POST.get("token", ""), subject=subject)
        if form.is_valid() and not stale:
            directory.report_problem(
                service_id=shown.listing.id,
                reason=ProblemReport.Reason(form.cleaned_data["reason"]),
                token=tokens.fingerprint(form.cleaned_data["token"]),
                by=actor.visitor(),
                at=clock.now(),
            )
            return _see(reverse("finder:thanks", args=[language, number]))
    page = {
        "item": shown.listing,
        "form": form,
        "stale": stale,
        "token": tokens.make(subject),
    }
    return page_of(request, "wrong", page, status=422 if form.errors or stale else 200)


@require_safe
@only_what_exists
@_or_its_heir
def thanks(request: HttpRequest, language: str, number: int) -> HttpResponse:
    shown = queries.service(number, language=language, at=clock.now())
    return page_of(request, "thanks", {"item": shown.listing})


@require_safe
def safety(request: HttpRequest, language: str) -> HttpResponse:
    site = urlsplit(leaving.neutral_site(language)).hostname
    return page_of(request, "safety", {"neutral_site": site}, openings=())


@require_safe
def about(request: HttpRequest, language: str) -> HttpResponse:  # noqa: ARG001 of the address
    return page_of(request, "about", {}, openings=())


@require_safe
def open_map(request: HttpRequest, language: str) -> HttpResponse:  # noqa: ARG001 of the address
    """What others may take along, in plain words."""
    return page_of(request, "open", {"licence": settings.LICENCE, "doors": DOORS}, openings=())


@require_safe
def leave(request: HttpRequest, language: str) -> HttpResponse:
    """End everything here and go to an everyday page. Nothing is written down about it."""
    response = leaving.away(language)
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        response.delete_cookie(settings.SESSION_COOKIE_NAME)
    response.set_cookie(
        leaving.COOKIE,
        "1",
        max_age=leaving.SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    # Not "cookies": that would take away the very cookie that closes the way back.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
