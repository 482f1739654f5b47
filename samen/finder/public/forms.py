from django import forms
from django.utils.translation import gettext_lazy as _

from samen.directory.models import ProblemReport


class WrongForm(forms.Form):
    """Something is wrong here. A reason is enough; no text, no name."""

    reason = forms.TypedChoiceField(
        label=_("What is wrong?"),
        choices=ProblemReport.Reason.choices,
        coerce=ProblemReport.Reason,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the four, please."),
            "invalid_choice": _("Choose one of the four, please."),
        },
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=300)
