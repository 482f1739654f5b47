"""The public page of an organisation, and whom to ask at a municipality."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from samen.directory import actions as directory
from samen.directory.actions import Conflict, Refused
from samen.directory.models import MunicipalityContact, Organization, OrganizationPage
from samen.foundation import clock, languages
from samen.foundation.http import spoken
from samen.people.http import DeskRequest, for_roles, see
from samen.places.models import Municipality
from samen.stewardship.desk.reach import DECIDES, SUGGESTS, organization_for, scope_of
from samen.stewardship.queries.listing import municipalities

_CANNOT = 422


class PageForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    shown = forms.BooleanField(label=gettext_lazy("Show this page to everybody"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=OrganizationPage.Kind)
    about = forms.CharField(
        label=gettext_lazy("What it does, in Dutch"),
        widget=forms.Textarea,
        max_length=2000,
        required=False,
    )
    activities = forms.MultipleChoiceField(
        label=gettext_lazy("Activities"),
        choices=OrganizationPage.Activity,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    speaks = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), widget=forms.CheckboxSelectMultiple, required=False
    )
    cities = forms.MultipleChoiceField(
        label=gettext_lazy("Municipalities"), widget=forms.CheckboxSelectMultiple, required=False
    )
    umbrella = forms.ChoiceField(label=gettext_lazy("Member of"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)

    def __init__(self, *args: Any, owner: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = {tag: language.own for tag, language in languages.LANGUAGES.items()}
        self._choose("speaks", list(reader.items()))
        self._choose("cities", [(m.slug, m.name) for m in Municipality.objects.order_by("name")])
        others = Organization.objects.exclude(pk=owner.pk).order_by("name")
        self._choose("umbrella", [("", "–"), *others.values_list("key", "name")])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class ContactForm(forms.Form):
    department = forms.CharField(widget=forms.HiddenInput)
    email = forms.EmailField(label=gettext_lazy("Mailbox of the department"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")


@for_roles(*SUGGESTS)
@require_http_methods(["GET", "HEAD", "POST"])
def organization_page(request: DeskRequest, organization: UUID) -> HttpResponse:
    owner = organization_for(request, organization, *SUGGESTS)
    form = PageForm(request.POST or None, owner=owner, initial=_said(owner))
    sentence = ""
    if form.is_valid():
        sentence = _written(request, owner, form.cleaned_data)
        if not sentence:
            messages.success(request, _("Kept."))
            return see("stewardship:organization_page", owner.id)
    failed = sentence or form.errors
    # Visitors' pages are served by other processes, whose addresses this one does not know.
    shown = {
        "owner": owner,
        "form": form,
        "sentence": sentence,
        "address": f"/nl/o/{owner.id}/",
    }
    status = _CANNOT if failed else 200
    return render(request, "stewardship/checks/organization_page.html", shown, status=status)


def _said(owner: Organization) -> dict[str, Any]:
    facts = directory.page_facts(owner)
    about = facts.get("about.nl", {}).get("body", "")
    return {**facts["page"], "about": about, "version": owner.version}


def _written(request: DeskRequest, owner: Organization, said: dict[str, Any]) -> str:
    """Why it was not written; nothing when it was."""
    parts = ("shown", "kind", "umbrella", "phone")
    lists = ("activities", "speaks", "cities")
    page = {part: said[part] for part in parts} | {part: sorted(said[part]) for part in lists}
    about = {"body": said["about"], "state": "original", "made_from": ""} if said["about"] else {}
    try:
        directory.change_organization(
            organization_id=owner.id,
            changes={"page": page, "about.nl": about},
            version=said["version"],
            why="",
            by=request.actor,
            at=clock.now(),
        )
    except Conflict:
        return _("Somebody else has changed this page meanwhile. Open it again beside this one.")
    except Refused as refusal:
        return spoken(refusal)
    return ""


@for_roles(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def municipality_contacts(request: DeskRequest, slug: str) -> HttpResponse:
    hers = municipalities(scope_of(request, *DECIDES))
    place = next((one for one in hers if one.slug == slug), None)
    if place is None:
        raise Http404
    sent = request.POST.get("department", "")
    sentence = _contact_written(request, place) if request.method == "POST" else ""
    if request.method == "POST" and not sentence:
        messages.success(request, _("Kept."))
        return see("stewardship:municipality_contacts", place.slug)
    there = {row.department: row for row in MunicipalityContact.objects.filter(municipality=place)}
    rows = []
    for code, label in MunicipalityContact.Department.choices:
        row = there.get(code)
        now = {part: getattr(row, part, "") for part in ("email", "phone", "website")}
        form = ContactForm(
            request.POST if sentence and code == sent else None,
            initial={"department": code, **now},
            auto_id=f"{code}-%s",
        )
        rows.append((label, form, sentence if code == sent else ""))
    shown = {"place": place, "rows": rows, "address": f"/nl/m/{place.slug}/"}
    status = _CANNOT if sentence else 200
    return render(request, "stewardship/checks/contacts.html", shown, status=status)


def _contact_written(request: DeskRequest, place: Municipality) -> str:
    form = ContactForm(request.POST)
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    said = dict(form.cleaned_data)
    department = said.pop("department")
    try:
        directory.set_contact(
            municipality=place.id,
            department=department,
            said=said,
            by=request.actor,
            at=clock.now(),
        )
    except Refused as refusal:
        return spoken(refusal)
    return ""
