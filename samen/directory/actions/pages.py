"""The page of an organisation and the contacts of a municipality, as a person writes them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.directory.actions.changing import leave_a_line
from samen.directory.actions.fields import check_column, refuse
from samen.directory.models import (
    MunicipalityContact,
    Organization,
    OrganizationPage,
    OrganizationText,
)
from samen.directory.rules import looks_like_a_phone
from samen.foundation.actor import Actor
from samen.foundation.languages import LANGUAGES
from samen.foundation.sentences import gettext_noop
from samen.places.models import Municipality

PAGE, ABOUT = "page", "about"
_EMPTY: Mapping[str, Any] = {
    "shown": False,
    "kind": "other",
    "activities": [],
    "speaks": [],
    "cities": [],
    "umbrella": "",
    "phone": "",
}
_TEXT = {"body", "state", "made_from"}
_LONGEST_TEXT = 2_000

# first.last@ or f.last@ is somebody, and somebody leaves.
_A_PERSON = re.compile(r"^[a-z]\.[a-z]{2,}|^[a-z]{2,}\.([a-z]{2,}\.)?[a-z]{3,}$", re.IGNORECASE)
_A_ROLE = re.compile(
    r"info|contact|loket|team|sociaal|wmo|jeugd|post|meld|hulp|zorg|veilig|wijk|gemeente|secret"
    r"|office|support|desk|inburger|wonen|werk|inkomen|steun|ggd|balie|vraag|team|advies",
    re.IGNORECASE,
)


@transaction.atomic
def set_contact(
    *, municipality: UUID, department: str, said: Mapping[str, str], by: Actor, at: datetime
) -> None:
    """The mailbox, phone and site of one department; all empty takes it away.

    Raises Refused, Municipality.DoesNotExist.
    """
    place = Municipality.objects.select_for_update().get(pk=municipality)
    wanted = {part: said.get(part, "").strip() for part in ("email", "phone", "website")}
    _check_contact(department, wanted)
    there = MunicipalityContact.objects.filter(municipality=place, department=department)
    now = there.values("email", "phone", "website").first() or dict.fromkeys(wanted, "")
    if now == wanted:
        return
    if any(wanted.values()):
        MunicipalityContact.objects.update_or_create(
            municipality=place, department=department, defaults=wanted
        )
    else:
        there.delete()
    leave_a_line("municipality", place.id, "changed", by=by, at=at)


def page_facts(organization: Organization) -> dict[str, dict[str, Any]]:
    """The page and its texts as facts; without a page it says nothing."""
    page = OrganizationPage.objects.filter(organization=organization).first()
    said = dict(_EMPTY)
    if page:
        said = {
            "shown": page.shown,
            "kind": page.kind,
            "activities": sorted(page.activities),
            "speaks": sorted(page.speaks),
            "cities": sorted(page.cities.values_list("slug", flat=True)),
            "umbrella": page.umbrella.key if page.umbrella else "",
            "phone": page.phone,
        }
    texts = {
        f"{ABOUT}.{text.language}": {
            "body": text.body,
            "state": text.state,
            "made_from": text.made_from,
        }
        for text in OrganizationText.objects.filter(organization=organization)
    }
    return {PAGE: said, **texts}


def is_of_a_page(fact: str) -> bool:
    return fact == PAGE or fact.partition(".")[0] == ABOUT


def check_page(organization: Organization, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises Refused for what a page cannot say."""
    for fact, value in wanted.items():
        if fact == PAGE:
            _check_page(organization, value)
        else:
            _check_text(fact, value)


def write_page(organization: Organization, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    for fact, value in wanted.items():
        if fact == PAGE:
            _write_page(organization, value)
            continue
        texts = OrganizationText.objects.filter(
            organization=organization, language=fact.partition(".")[2]
        )
        if not value:
            texts.delete()
        else:
            OrganizationText.objects.update_or_create(
                organization=organization, language=fact.partition(".")[2], defaults=value
            )


def _check_contact(department: str, said: Mapping[str, str]) -> None:
    if department not in MunicipalityContact.Department.values:
        refuse(gettext_noop("There is no such department: %(department)s."), department=department)
    for column in (column for column, value in said.items() if value):
        check_column(MunicipalityContact, column, said[column])
    if said["phone"] and not looks_like_a_phone(said["phone"]):
        refuse(
            gettext_noop("This phone number cannot be dialled: %(number)s."), number=said["phone"]
        )
    box = said["email"].partition("@")[0]
    if _A_PERSON.match(box) and not _A_ROLE.search(box):
        refuse(
            gettext_noop(
                "This looks like the mail address of a person. Give the mailbox of the department."
            )
        )


def _check_page(organization: Organization, said: Mapping[str, Any]) -> None:
    if {*said} != {*_EMPTY}:
        refuse(gettext_noop("The page lacks a part, or has one we do not know."))
    if said["kind"] not in OrganizationPage.Kind.values:
        refuse(gettext_noop("There is no such kind: %(kind)s."), kind=said["kind"])
    _check_all_known("activity", said["activities"], OrganizationPage.Activity.values)
    _check_all_known("language", said["speaks"], LANGUAGES)
    _check_all_known(
        "municipality", said["cities"], Municipality.objects.values_list("slug", flat=True)
    )
    if said["phone"] and not looks_like_a_phone(said["phone"]):
        refuse(
            gettext_noop("This phone number cannot be dialled: %(number)s."), number=said["phone"]
        )
    if said["umbrella"] == organization.key:
        refuse(gettext_noop("An organisation is not its own umbrella."))
    umbrella = Organization.objects.filter(key=said["umbrella"])
    if said["umbrella"] and not umbrella.exists():
        refuse(gettext_noop("This does not exist: %(name)s."), name=said["umbrella"])


def _check_all_known(what: str, said: Any, known: Any) -> None:
    if not isinstance(said, list):
        refuse(gettext_noop("This is not a list: %(what)s."), what=what)
    unknown = [str(one) for one in said if one not in known]
    if unknown:
        refuse(
            gettext_noop("We do not know this %(what)s: %(unknown)s."),
            what=what,
            unknown=", ".join(unknown),
        )


def _check_text(fact: str, value: Mapping[str, Any]) -> None:
    language = fact.partition(".")[2]
    if language not in LANGUAGES or (value and {*value} != _TEXT):
        refuse(gettext_noop("There is no such fact, or it lacks a part: %(fact)s."), fact=fact)
    if value and (not value["body"].strip() or len(value["body"]) > _LONGEST_TEXT):
        refuse(
            gettext_noop("The text is empty, or longer than %(most)s signs."),
            most=_LONGEST_TEXT,
        )


def _write_page(organization: Organization, said: Mapping[str, Any]) -> None:
    umbrella = Organization.objects.filter(key=said["umbrella"]).first()
    columns = {part: said[part] for part in ("shown", "kind", "activities", "speaks", "phone")}
    page, _new = OrganizationPage.objects.update_or_create(
        organization=organization, defaults=columns | {"umbrella": umbrella}
    )
    page.cities.set(Municipality.objects.filter(slug__in=said["cities"]))
