"""What a colleague fills in about herself and about others."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from samen.foundation import languages
from samen.people import rules
from samen.people.http.desk import LANGUAGES
from samen.people.models import User
from samen.people.rules import PostHeld, Role
from samen.places.models import Municipality

ROLES = [
    (Role.STEWARD, _("Steward: keeps the map of a municipality true")),
    (Role.EDITOR, _("Editor: edits it, for a steward")),
    (Role.CONTACT, _("Contact: speaks for an organisation")),
    (Role.TRANSLATOR, _("Translator of one language")),
    (Role.MEDIATOR, _("Cultural mediator")),
    (Role.MEDICAL, _("Medical volunteer")),
    (Role.COORDINATOR, _("Coordinator")),
    (Role.LOG_MANAGER, _("Log manager: reads the logbook")),
    (Role.ADMINISTRATOR, _("Administrator: invites colleagues and gives roles")),
]


def own_names(tags: Any) -> list[tuple[str, str]]:
    return [(tag, languages.LANGUAGES[tag].own) for tag in tags]


class RoleForm(forms.Form):
    """One role, and what it is about."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    municipality = forms.CharField(
        label=_("Municipality"),
        required=False,
        help_text=_("For a steward, an editor, a mediator or a medical volunteer. Empty: all."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    organization = forms.UUIDField(
        label=_("Number of the organisation"),
        required=False,
        help_text=_("For a contact. You find it on the page of the organisation."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=_("For a translator."),
        choices=[("", "—"), *own_names(languages.PUBLISHED)],
    )

    def __init__(self, *args: Any, administrator: bool, **kwargs: Any) -> None:
        """A steward finds editors here; a contact she invites from the organisation's own page."""
        super().__init__(*args, **kwargs)
        if not administrator:
            choice: Any = self.fields["role"]
            choice.choices = [pair for pair in ROLES if pair[0] is Role.EDITOR]
            del self.fields["organization"], self.fields["language"]

    def clean_municipality(self) -> str | None:
        said = str(self.cleaned_data["municipality"]).strip()
        if not said:
            return None
        found = Municipality.objects.filter(name__iexact=said).first()
        found = found or Municipality.objects.filter(slug=said).first()
        if found is None:
            raise ValidationError(gettext("We know no municipality of this name."))
        return str(found.slug)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            try:
                rules.check_post(self.post)
            except rules.BadPost:
                problem = gettext("This role is about something else. Read the lines below it.")
                self.add_error("role", problem)
        return said

    @property
    def post(self) -> PostHeld:
        said = self.cleaned_data
        return PostHeld(
            Role(said["role"]),
            said["municipality"],
            said.get("organization"),
            said.get("language", ""),
        )


class InvitationForm(RoleForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=100)
    reads = forms.ChoiceField(label=_("Works in"), choices=own_names(LANGUAGES))

    field_order = ["email", "name", "reads", "role"]


class DetailsForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Works in"), choices=own_names(LANGUAGES))


class PasswordForm(forms.Form):
    """Chosen once, from the link in an invitation."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        help_text=_("At least 15 characters. A few words that do not belong together are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self._user)
        return password

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and said["password"] != said["again"]:
            self.add_error("again", gettext("The two are not the same."))
        return said
