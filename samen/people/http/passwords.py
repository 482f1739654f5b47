"""What a password must be beside long enough: not one letter all over."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from samen.people import rules


class EnoughLetters:
    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 Django hands it
        if len(set(password)) < rules.FEWEST_LETTERS:
            raise ValidationError(_("Use more different letters."), code="few_letters")

    def get_help_text(self) -> str:
        return _("Use several different letters.")
