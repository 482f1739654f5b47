from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from samen.places.models import Municipality
from samen.stewardship.queries import keeping
from samen.stewardship.queries.listing import NATIONAL
from samen.stewardship.rules.scope import Scope


class HandOver(forms.Form):
    """All entries of an owner to another. Whose they are is hers to choose within her scope."""

    owner = forms.ChoiceField(label=_("All entries of"))
    to = forms.ChoiceField(
        label=_("go to"),
        help_text=_("The owner asks the organisations and answers for what the pages say."),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = list(Municipality.objects.order_by("name").values_list("slug", "name"))
        owners = [(NATIONAL, _("the whole country")), *every]
        mine = scope.municipalities
        self.fields["owner"].choices = [  # type: ignore[attr-defined]  # of a ChoiceField
            (slug, name) for slug, name in owners if mine is None or slug in mine
        ]
        names = dict(owners)
        people = [
            (f"{slug}:{colleague}", f"{names[slug]}: {who}")
            for slug, colleague, who in keeping.keepers()
        ]
        self.fields["to"].choices = [*owners, *people]  # type: ignore[attr-defined]  # as above

    def moves(self) -> dict[str, Any]:
        slug, _colon, colleague = self.cleaned_data["to"].partition(":")
        return {
            "owner": self.cleaned_data["owner"],
            "keeper": None,
            "to_owner": slug,
            "to_keeper": UUID(colleague) if colleague else None,
        }
