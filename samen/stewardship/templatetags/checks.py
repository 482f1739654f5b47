"""Findings, reasons and facts in a colleague's words."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from samen.stewardship.queries.findings import Found

register = template.Library()


@register.simple_tag
def kind_of_finding(kind: str) -> str:
    return {
        "": _("All"),
        "link": _("Links"),
        "phone": _("Telephones"),
        "missing": _("What is missing"),
        "hours": _("Hours"),
        "words": _("Hard words"),
    }[kind]


@register.simple_tag
def finding_words(found: Found) -> str:
    """What is wrong, and so what to do."""
    if found.code == "missing":
        return _missing(found.about)
    if found.code.startswith("status-"):
        said = {"code": found.code.removeprefix("status-")}
        return _("The link answers with error %(code)s.") % said
    words = _of_entry().get(found.code) or _of_links().get(found.code) or found.code
    return words % {"more": found.more}


def _of_entry() -> dict[str, str]:
    return {
        "not-a-number": _("This number cannot be dialled."),
        "not-free": _("Calling this number costs money, and the entry says that it is free."),
        "closing-over": _("The closing is over. Take it out, and look at the hours."),
        "closed-long": _("Closed for more than a month without an end. Is it still there?"),
        "exceptions-over": _("All exceptions of the hours lie in the past."),
        "long-sentence": _("A sentence has %(more)s words. Make two of it."),
        "hard-words": _("The words are long. Can it be said more simply?"),
    }


def _of_links() -> dict[str, str]:
    return {
        "elsewhere": _("The link leads to another site: %(more)s."),
        "not-https": _("The link does not begin with https."),
        "not-public": _("The link leads to no public site."),
        "bad-address": _("The link is no sound address."),
        "no-such-host": _("The site of the link does not exist any more."),
        "unreachable": _("The site of the link does not answer."),
        "bad-certificate": _("The site of the link has no valid certificate."),
        "too-slow": _("The site of the link takes too long to answer."),
        "too-large": _("The link leads to something very large."),
        "bad-answer": _("The site of the link answers with something nobody can read."),
        "in-circles": _("The link leads around in circles."),
    }


def _missing(about: str) -> str:
    return {
        "reach": _("Nobody can be reached: no confirmed number, no site, no mail, no chat."),
        "areas": _("It is said for no municipality and not for the whole country."),
        "needs": _("It is said for no need, so nobody finds it."),
        "speaks": _("No language is said."),
        "hours": _("The hours are not known."),
        "location": _("One can come there, and no address is said."),
        "what.en": _("There is no English text."),
    }.get(about, about)


@register.simple_tag
def reason_words(reason: str) -> str:
    return {
        "same-name": _("the same name"),
        "like-name": _("a name much like it"),
        "same-phone": _("the same telephone"),
        "same-email": _("the same mail address"),
        "same-page": _("the same page"),
        "same-site": _("the same site"),
        "same-street": _("the same street"),
        "same-organization": _("the same organisation"),
        "other-area": _("other municipalities"),
    }.get(reason, reason)


@register.filter
def as_words(value: Mapping[str, Any] | None) -> str:
    """A fact in one line, for whoever compares two."""
    if not value:
        return "–"
    if "body" in value:
        return str(value["body"])
    return " · ".join(words for part in value.values() if (words := _one(part)))


def _one(part: Any) -> str:
    if isinstance(part, bool):
        return ""
    if isinstance(part, Mapping):
        return " ".join(str(said) for said in part.values() if isinstance(said, str) and said)
    if isinstance(part, list):
        return "; ".join(_one(one) for one in part)
    return "" if part is None else str(part)
