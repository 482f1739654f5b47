"""The page a letter leads to: is this still right? No account, no cookie, one answer."""

from typing import Any

from babel.dates import get_day_names
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from samen.directory import actions as directory
from samen.directory import queries as listings
from samen.directory.actions import Conflict, Refused
from samen.finder.http import tokens
from samen.finder.queries import Card
from samen.foundation import clock, languages
from samen.foundation.actor import job
from samen.foundation.typed import whole_number
from samen.stewardship.actions.answering import answer_otherwise, answer_yes, listing_to_check
from samen.stewardship.actions.reviewing import write_again
from samen.stewardship.actions.suggesting import AlreadyDecided
from samen.stewardship.public.forms import DAYS, Answer, said_now
from samen.stewardship.queries.reviewing import Link, LinkState, NotALink, read_link, today_of


@login_not_required
@csrf_exempt  # the link itself is the secret, and nobody else can have sent it
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """GET shows, so that a scanner of mail that follows every link has answered nothing."""
    if language not in languages.PUBLISHED:
        raise Http404
    try:
        link = read_link(token, at=clock.now())
    except NotALink:
        return _page(request, token, {"state": "unknown"}, status=404)
    if request.method == "POST":
        tokens.check_origin(request)
        return _answer(request, language, token, link)
    if link.state != LinkState.OPEN:
        return _closed(request, token, link)
    return _open(request, language, token, link)


def _closed(request: HttpRequest, token: str, link: Link) -> HttpResponse:
    answered = link.state == LinkState.ANSWERED
    number = _number(link)
    page = {
        "state": link.outcome if answered else "old",
        "day": link.closed_on,
        "number": number,
    }
    return _page(request, token, page, status=200 if answered else 410)


def _number(link: Link) -> int | None:
    """Of the entry, when people can read it."""
    shown = listings.listings([link.service], language="nl")
    return shown[0].number if shown else None


def _open(
    request: HttpRequest,
    language: str,
    token: str,
    link: Link,
    *,
    form: Answer | None = None,
    wrong: str = "",
) -> HttpResponse:
    version, facts = directory.service_facts(link.service)
    listing = listing_to_check(link.service, language=language)
    form = form or Answer(initial=said_now(facts))
    names = get_day_names("wide", locale=languages.locale(language))
    page = {
        "state": "open",
        "card": Card(listing, listings.opening(listing.hours, clock.now()), None),
        "item": listing,
        "version": version,
        "form": form,
        "days": [(names[weekday], form[day]) for weekday, day in enumerate(DAYS)],
        "wrong": wrong,
    }
    return _page(request, token, page, status=422 if wrong else 200)


def _answer(request: HttpRequest, language: str, token: str, link: Link) -> HttpResponse:
    said = request.POST.get("answer", "")
    if link.state == LinkState.TOO_OLD and said == "again":
        write_again(review_id=link.review, by=job("write_again"), at=clock.now())
        return _page(request, token, {"state": "sent"})
    if link.state != LinkState.OPEN:
        return _closed(request, token, link)
    if said == "otherwise":
        return _otherwise(request, language, token, link)
    return _yes(request, language, token, link)


def _yes(request: HttpRequest, language: str, token: str, link: Link) -> HttpResponse:
    version = _version(request)
    if request.POST.get("answer") != "yes" or version is None:
        return _open(request, language, token, link, wrong="again")
    try:
        answer_yes(review_id=link.review, version=version, at=clock.now())
    except Conflict:
        return _open(request, language, token, link, wrong="changed")
    except Refused:
        return _open(request, language, token, link, wrong="refused")
    except AlreadyDecided:
        pass  # pressed twice: what she reads next says that it was noted
    return _see(request)


def _otherwise(request: HttpRequest, language: str, token: str, link: Link) -> HttpResponse:
    form, version = Answer(request.POST), _version(request)
    if not form.is_valid() or version is None:
        return _open(request, language, token, link, form=form, wrong="form")
    _now, facts = directory.service_facts(link.service)
    changes, words = form.facts(facts), form.cleaned_data["words"]
    if not changes and not words:
        return _open(request, language, token, link, form=form, wrong="nothing")
    try:
        answer_otherwise(
            review_id=link.review, changes=changes, version=version, words=words, at=clock.now()
        )
    except Refused:
        return _open(request, language, token, link, form=form, wrong="refused")
    except AlreadyDecided:
        pass
    return _see(request)


def _version(request: HttpRequest) -> int | None:
    return whole_number(request.POST.get("version", ""), digits=7)


def _see(request: HttpRequest) -> HttpResponse:
    """303 to the same address, which now says what was noted."""
    return HttpResponse(status=303, headers={"Location": request.path})


def _page(
    request: HttpRequest, token: str, page: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = {**page, "token": token, "path_without_language": f"check/{token}/"}
    shown["reading_tag"] = request.path.split("/")[1]
    shown["today"] = today_of(clock.now())
    return render(request, "finder/check.html", shown, status=status)
