from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.urls import path, register_converter
from django.views.decorators.csrf import csrf_exempt

from samen.finder.public import feeds, pages, views
from samen.foundation import languages


class LanguageConverter:
    regex = "|".join(languages.PUBLISHED)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def _open(view: Callable[..., Any]) -> Callable[..., Any]:
    """For a stranger: no sign-in, and no cookie. What takes a form has tokens of its own."""
    return csrf_exempt(login_not_required(view))


register_converter(LanguageConverter, "language")

app_name = "finder"
urlpatterns = [
    path("", _open(views.front), name="front"),
    path("<language:language>/", _open(views.home), name="home"),
    path("<language:language>/find/", _open(views.find), name="find"),
    path("<language:language>/place/", _open(views.place), name="place"),
    path("<language:language>/all/", _open(views.everything), name="all"),
    path("<language:language>/i/<int:number>/", _open(views.service), name="service"),
    path(
        "<language:language>/i/<int:number>/service.jsonld",
        _open(feeds.linked),
        name="linked",
    ),
    path("feeds/<language:language>/i/<int:number>.ics", _open(feeds.opening), name="calendar"),
    path("feeds/<language:language>/map.atom", _open(feeds.news), name="news"),
    path("sitemap.xml", _open(feeds.sitemaps), name="sitemaps"),
    path("<language:language>/sitemap-<int:page>.xml", _open(feeds.sitemap), name="sitemap"),
    path("robots.txt", _open(feeds.robots), name="robots"),
    path("<language:language>/i/<int:number>/card/", _open(views.card), name="card"),
    path("<language:language>/i/<int:number>/wrong/", _open(views.wrong), name="wrong"),
    path("<language:language>/i/<int:number>/thanks/", _open(views.thanks), name="thanks"),
    path("<language:language>/m/<slug:slug>/", _open(pages.municipality), name="municipality"),
    path(
        "<language:language>/m/<slug:slug>/embed/",
        _open(pages.municipality_embed),
        name="municipality_embed",
    ),
    path(
        "<language:language>/o/<uuid:organization>/",
        _open(pages.organization),
        name="organization",
    ),
    path(
        "<language:language>/o/<uuid:organization>/embed/",
        _open(pages.organization_embed),
        name="organization_embed",
    ),
    path(
        "feeds/<language:language>/o/<uuid:organization>.atom",
        _open(pages.organization_feed),
        name="organization_feed",
    ),
    path("<language:language>/safety/", _open(views.safety), name="safety"),
    path("<language:language>/open/", _open(views.open_map), name="open"),
    path("<language:language>/about/", _open(views.about), name="about"),
    path("<language:language>/exit/", _open(views.leave), name="exit"),
]
