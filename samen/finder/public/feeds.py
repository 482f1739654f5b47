"""What programs take from the pages: a service as linked data, calendars, news, addresses.

Nothing stands inside a page: linked data is a script, which would be inline (tests/visit.py), and
would cost every reader what only programs read. So it has an address of its own, named in the head.
"""

import json
from datetime import datetime
from xml.etree import ElementTree as ET

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from samen.finder import queries
from samen.finder.engine.calendar import calendar
from samen.finder.engine.linked import service as linked_service
from samen.finder.public.views import only_what_exists
from samen.finder.queries import followed
from samen.foundation import clock, languages

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NEWS = 50  # entries


def _open_to_all(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def for_ever(path: str) -> str:
    """The same whatever name the site was asked by, and whatever was asked beside it: who follows a
    feed knows an entry again by it."""
    return f"{settings.SITE}{path}"


@require_safe
@only_what_exists
def linked(request: HttpRequest, language: str, number: int) -> HttpResponse:
    shown = queries.service(number, language=language, at=clock.now())
    address = request.build_absolute_uri(reverse("finder:service", args=[language, number]))
    said = linked_service(shown.listing, address=address, language=language)
    body = json.dumps(said, ensure_ascii=False)
    return _open_to_all(HttpResponse(body, content_type="application/ld+json; charset=utf-8"))


@require_safe
@only_what_exists
def opening(request: HttpRequest, language: str, number: int) -> HttpResponse:
    """When this entry is not open as usual."""
    shown = queries.service(number, language=language, at=clock.now())
    with override(language):
        body = calendar(
            number=number,
            hours=shown.listing.hours,
            closed=_("closed"),
            closed_for_long=_("Closed for some time"),
            address=request.build_absolute_uri(reverse("finder:service", args=[language, number])),
            at=clock.now(),
        )
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="samen-{number}.ics"'
    return _open_to_all(answer)


@require_safe
def news(request: HttpRequest, language: str) -> HttpResponse:
    """What changed last on the map."""
    changed = followed.changed_last(_NEWS, language=language)
    feed = ET.Element(f"{{{_ATOM}}}feed", {_XML_LANG: language})
    home = request.build_absolute_uri(reverse("finder:home", args=[language]))
    _add(feed, "title", "Samen")
    _add(feed, "id", for_ever(request.path))
    _add(feed, "link", href=for_ever(request.path), rel="self")
    _add(feed, "link", href=home)
    _add(feed, "updated", _moment(changed[0].at if changed else clock.now()))
    _add(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", "Samen")
    for each in changed:
        _entry(request, feed, each, language)
    return _xml(feed, _ATOM, "application/atom+xml")


def _entry(
    request: HttpRequest, feed: ET.Element, changed: followed.Changed, language: str
) -> None:
    item = changed.listing
    entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
    there = request.build_absolute_uri(reverse("finder:service", args=[language, item.number]))
    _add(entry, "title", item.names.get(language, item.name))
    _add(entry, "id", for_ever(reverse("finder:service", args=[language, item.number])))
    _add(entry, "link", href=there)
    _add(entry, "updated", _moment(changed.at))
    if item.what:
        _add(entry, "summary", item.what.body)


@require_safe
def sitemaps(request: HttpRequest) -> HttpResponse:
    index = ET.Element(f"{{{_SITEMAP}}}sitemapindex")
    for language in languages.PUBLISHED:
        for page in range(1, followed.sitemaps() + 1):
            address = reverse("finder:sitemap", args=[language, page])
            one = ET.SubElement(index, f"{{{_SITEMAP}}}sitemap")
            ET.SubElement(one, f"{{{_SITEMAP}}}loc").text = request.build_absolute_uri(address)
    return _xml(index, _SITEMAP, "application/xml")


@require_safe
def sitemap(request: HttpRequest, language: str, page: int) -> HttpResponse:
    """The addresses of the pages in one language: codes and numbers, no word that tells."""
    found = followed.paths(page) if 1 <= page <= followed.sitemaps() else []
    if not found:
        raise Http404
    listed = ET.Element(f"{{{_SITEMAP}}}urlset")
    start = request.build_absolute_uri(f"/{language}/")
    for path, at in found:
        one = ET.SubElement(listed, f"{{{_SITEMAP}}}url")
        ET.SubElement(one, f"{{{_SITEMAP}}}loc").text = f"{start}{path}"
        if at is not None:
            ET.SubElement(one, f"{{{_SITEMAP}}}lastmod").text = _moment(at)
    return _xml(listed, _SITEMAP, "application/xml")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /*/exit/", "Disallow: /*/find/"]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('finder:sitemaps'))}")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _xml(root: ET.Element, namespace: str, kind: str) -> HttpResponse:
    ET.register_namespace("", namespace)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return _open_to_all(HttpResponse(body, content_type=f"{kind}; charset=utf-8"))


def _add(within: ET.Element, name: str, words: str = "", **attributes: str) -> None:
    element = ET.SubElement(within, f"{{{_ATOM}}}{name}", attributes)
    element.text = words or None
