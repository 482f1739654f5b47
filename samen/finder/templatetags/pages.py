"""Words for the pages of municipalities and organisations, in the reader's language."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from samen.directory.models import MunicipalityContact, OrganizationPage
from samen.directory.queries import tel_uri
from samen.foundation import languages
from samen.theme.templatetags.theme import listed, num, reader

register = template.Library()


@register.simple_tag
def department_words(code: str) -> str:
    return str(MunicipalityContact.Department(code).label)


@register.simple_tag
def kind_words(code: str) -> str:
    return str(OrganizationPage.Kind(code).label)


@register.simple_tag
def activity_words(code: str) -> str:
    return str(OrganizationPage.Activity(code).label)


@register.simple_tag
def language_names(tags: Iterable[str]) -> str:
    return listed(languages.name_of(tag, reader=reader()) for tag in tags)


@register.simple_tag
def dial(number: str) -> str:
    return tel_uri(number)


@register.simple_tag
def share(part: int, whole: int) -> SafeString | str:
    """So many of so many, and what that is of a hundred."""
    if not whole:
        return _("There is nothing to confirm yet.")
    return format_html("{} ({})", num(f"{part} / {whole}"), num(f"{round(100 * part / whole)} %"))
