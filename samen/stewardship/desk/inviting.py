"""A steward invites who speaks for an organisation of hers. The map knows which those are."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from samen.directory.models import Organization
from samen.foundation import clock, languages
from samen.people.actions import invite_colleague
from samen.people.http import (
    DeskRequest,
    NotYours,
    PostHeld,
    Role,
    for_roles,
    form_page,
    invitation_link,
    see,
)
from samen.people.queries import speakers_for
from samen.post.actions import CannotBeSent
from samen.stewardship.desk.reach import DECIDES, organization_for

_DESK_LANGUAGES = ("nl", "en")


class ContactInvited(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("Of the person who will sign in, not of the whole organisation."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    reads = forms.ChoiceField(
        label=gettext_lazy("Works in"),
        choices=[(tag, languages.LANGUAGES[tag].own) for tag in _DESK_LANGUAGES],
    )


@for_roles(*DECIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def invite_contact(request: DeskRequest, organization: UUID) -> HttpResponse:
    owner = organization_for(request, organization, *DECIDES)
    form = ContactInvited(request.POST or None, initial={"reads": request.colleague.language})
    if form.is_valid() and _invited(request, owner, form):
        messages.success(request, _("The invitation is on its way."))
        return see("stewardship:invite_contact", owner.id)
    page = {"form": form, "owner": owner, "contacts": speakers_for(owner.id)}
    return form_page(request, "stewardship/invite_contact.html", page)


def _invited(request: DeskRequest, owner: Organization, form: ContactInvited) -> bool:
    said = form.cleaned_data
    try:
        invite_colleague(
            email=said["email"],
            name=said["name"],
            language=said["reads"],
            posts=[PostHeld(Role.CONTACT, organization=owner.id)],
            link=invitation_link,
            by=request.actor,
            at=clock.now(),
        )
    except NotYours:
        form.add_error("email", _("She has left. Only an administrator can invite her again."))
    except CannotBeSent:
        form.add_error("email", _("No mail can be sent to this address."))
    else:
        return True
    return False
