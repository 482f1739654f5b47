"""The public pages of a municipality and of an organisation, and what others may take over."""

from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree as ET

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from samen.directory import queries as directory
from samen.directory.queries import OrganizationShown
from samen.finder import queries, rules
from samen.finder.engine.picture import picture
from samen.finder.public.feeds import for_ever
from samen.finder.public.views import only_what_exists, page_of
from samen.finder.queries.embedded import of_municipality
from samen.foundation import clock, languages

_ATOM = "http://www.w3.org/2005/Atom"
_NOBODY = "'none'"


@require_safe
@only_what_exists
def municipality(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    today = clock.now().astimezone(clock.AMSTERDAM).date()
    shown = directory.municipality_shown(slug, language=language, today=today)
    if shown is None:
        raise queries.NotHere
    needs = queries.world().taxonomy.kinds_of_help()
    cover, tags = shown.coverage, languages.PUBLISHED
    page = {
        "shown": shown,
        "tags": tags,
        "rows": [(need, [cover.words(need.key, tag) for tag in ("", *tags)]) for need in needs],
        "picture": picture(
            [need.key for need in needs],
            tags,
            cover.counted(),
            mirrored=languages.direction(language) == "rtl",
        ),
    }
    return page_of(request, "municipality", page, openings=())


@require_safe
@only_what_exists
def municipality_embed(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """Its list, or that of one need, to stand within its own site and no other."""
    here = queries.world()
    today = clock.now().astimezone(clock.AMSTERDAM).date()
    shown = directory.municipality_shown(slug, language=language, today=today)
    asked = rules.asked_by({"need": request.GET.getlist("need")}).need
    need = here.taxonomy.by_number(asked) if asked is not None else None
    if shown is None or (asked is not None and (need is None or need.staff_only)):
        raise queries.NotHere
    page = {
        "shown": shown,
        "items": of_municipality(slug, need=need.key if need else "", language=language),
        "words": need.words(language) if need else None,
        "reading_tag": language,
    }
    response = render(request, "finder/embed_list.html", page)
    return _within(response, *(contact.website for contact in shown.contacts))


@require_safe
@only_what_exists
def organization(request: HttpRequest, language: str, organization: UUID) -> HttpResponse:
    shown = _shown(organization, language)
    embed = reverse("finder:organization_embed", args=[language, organization])
    page = {"shown": shown, "embed_address": request.build_absolute_uri(embed)}
    return page_of(request, "organization", page, openings=())


@require_safe
@only_what_exists
def organization_embed(request: HttpRequest, language: str, organization: UUID) -> HttpResponse:
    """The one page that may stand within another: that of the organisation itself."""
    shown = _shown(organization, language)
    page = {"shown": shown, "reading_tag": language}
    return _within(render(request, "finder/embed.html", page), shown.website)


def _within(response: HttpResponse, *sites: str) -> HttpResponse:
    """A page that these sites may show in a frame."""
    owned = dict.fromkeys(site for each in sites if (site := _own_site(each)) != _NOBODY)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; "
        f"base-uri 'none'; frame-ancestors {' '.join(owned) or _NOBODY}"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@only_what_exists
def organization_feed(request: HttpRequest, language: str, organization: UUID) -> HttpResponse:
    shown = _shown(organization, language)
    here = request.build_absolute_uri(reverse("finder:organization", args=[language, organization]))
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    _add(feed, "title", shown.name)
    _add(feed, "id", for_ever(reverse("finder:organization", args=[language, organization])))
    _add(feed, "link", href=for_ever(request.path), rel="self")
    _add(feed, "link", href=here)
    updated = (shown.changed_at or clock.now()).isoformat(timespec="seconds")
    _add(feed, "updated", updated)
    _add(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", shown.name)
    for item in shown.services:
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        there = request.build_absolute_uri(reverse("finder:service", args=[language, item.number]))
        _add(entry, "title", item.name)
        _add(entry, "id", for_ever(reverse("finder:service", args=[language, item.number])))
        _add(entry, "link", href=there)
        _add(entry, "updated", updated)
        if item.what:
            _add(entry, "summary", item.what.body)
    ET.register_namespace("", _ATOM)
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


def _shown(organization: UUID, language: str) -> OrganizationShown:
    shown = directory.organization_shown(organization, language=language)
    if shown is None:
        raise queries.NotHere
    return shown


def _own_site(website: str) -> str:
    """Their own site, with and without www; without one nobody may frame the page."""
    parts = urlsplit(website)
    host = (parts.hostname or "").removeprefix("www.")
    if not host or not host.replace(".", "").replace("-", "").isalnum() or not host.isascii():
        return _NOBODY
    return f"https://{host} https://www.{host}"


def _add(within: ET.Element, name: str, words: str = "", **attributes: str) -> None:
    element = ET.SubElement(within, f"{{{_ATOM}}}{name}", attributes)
    element.text = words or None
