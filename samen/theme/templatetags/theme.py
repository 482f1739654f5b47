"""Components that need a little thought before they can be written down in HTML."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from samen.foundation import languages
from samen.theme.emergency import LINES
from samen.theme.pictograms import PICTOGRAMS
from samen.theme.pieces import pieces

register = template.Library()


def reader() -> str:
    """The tag of the language this page is read in."""
    return get_language() or "en"


def listed(names: Iterable[str]) -> str:
    """Names in a row, as the reader's language joins them."""
    return format_list(list(names), style="standard", locale=languages.locale(reader()))


def written(value: date) -> str:
    """A date as a reader of this page writes it: 14 November 2026."""
    return str(format_date(value, "d MMMM y", locale=languages.locale(reader())))


@register.simple_tag
def reading() -> languages.Language:
    """The language of this page."""
    return languages.LANGUAGES[reader()]


@register.simple_tag
def emergency_lines() -> tuple[Any, ...]:
    return LINES


@register.simple_tag(takes_context=True)
def language_menu(context: Context) -> SafeString:
    """Every published language with the address of this same page in it.

    A page that is not at an address of its own (an answer to a form, an error) leads home.
    """
    here = conditional_escape(str(context.get("path_without_language", "")))
    # The pieces are a rendered template, and what is put between them was escaped above.
    return SafeString(here.join(_menu(reader())))


@lru_cache(maxsize=64)
def _menu(language: str) -> list[str]:
    """Rendered once for a language, and cut where the address of the page goes."""
    known = {
        "here": languages.LANGUAGES[language],
        "published": [languages.LANGUAGES[tag] for tag in languages.PUBLISHED],
    }
    return pieces("theme/components/languages.html", known)


class Fragments:
    """Parts of pages that are the same on every page in a language, rendered once."""

    def __init__(self) -> None:
        self._html: dict[tuple[str, str], SafeString] = {}

    def cache_clear(self) -> None:
        self._html.clear()

    def of(self, name: str, nodes: template.NodeList, context: Context) -> SafeString:
        key = (name, reader())
        html = self._html.get(key)
        if html is None:
            html = self._html[key] = nodes.render(context)
        return html


fragments = Fragments()


class OnEveryPage(template.Node):
    def __init__(self, name: str, nodes: template.NodeList) -> None:
        self._name, self._nodes = name, nodes

    def render(self, context: Context) -> SafeString:
        return fragments.of(self._name, self._nodes, context)


@register.tag("oneverypage")
def on_every_page(parser: Parser, token: Token) -> OnEveryPage:
    """{% oneverypage name %} up to its end: it depends on the language and on nothing else."""
    _tag, name = token.split_contents()
    nodes = parser.parse(("endoneverypage",))
    parser.delete_first_token()
    return OnEveryPage(name, nodes)


@register.simple_tag
@lru_cache(maxsize=256)
def sprite(*names: str) -> SafeString:
    """The pictograms this page uses, once, at its top."""
    symbols = [(name, SafeString(PICTOGRAMS[name])) for name in dict.fromkeys(names)]
    inside = format_html_join("", '<symbol id="p-{}" viewBox="0 0 48 48">{}</symbol>', symbols)
    return format_html('<svg class="sprite" aria-hidden="true">{}</svg>', inside)


@register.simple_tag
def pictogram(name: str) -> SafeString:
    return format_html('<svg class="pic" aria-hidden="true"><use href="#p-{}"/></svg>', name)


@register.simple_tag
def num(number: str) -> SafeString:
    """A phone number or a time, which keeps its order on a right-to-left page."""
    return format_html('<span class="num" dir="ltr">{}</span>', number)


@register.simple_tag
def foreign(body: str, language: str) -> SafeString:
    """Words in another language than the page, marked so for voices and for the eye."""
    if language == reader():
        return format_html("{}", body)
    return format_html(
        '<span lang="{}" dir="{}">{}</span>', language, languages.direction(language), body
    )
