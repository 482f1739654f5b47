"""Forms of the desk beside the sections of a service."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samen.directory.models import Organization
from samen.places.models import Municipality

_NATION = ("nl", "Nederland")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("In one sentence, without names of people."),
    )


class NewForm(forms.Form):
    """What is needed to look who does it already, and to add one more."""

    name = forms.CharField(label=gettext_lazy("Name, as on the door"), max_length=200)
    organization = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=200,
        help_text=gettext_lazy("As it is called on the map."),
    )
    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=40, required=False)
    area = forms.ChoiceField(label=gettext_lazy("Where"))
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, scope: frozenset[str] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
        hers = Municipality.objects.order_by("name")
        if scope is not None:
            hers = hers.filter(slug__in=scope)
        areas: Any = self.fields["area"]
        areas.choices = [
            *([_NATION] if scope is None else []),
            *hers.values_list("slug", "name"),
        ]

    def clean_organization(self) -> Organization:
        said = str(self.cleaned_data["organization"]).strip()
        found = Organization.objects.filter(name__iexact=said).first()
        if found is None:
            raise forms.ValidationError(_("We know no organisation of this name."))
        return found

    @property
    def once(self) -> UUID:
        """The same form sent twice is one entry."""
        key: UUID | None = self.cleaned_data.get("key")
        return key or uuid4()
