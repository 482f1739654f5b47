"""Side by side: the Dutch words of an entry and those of one other language."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samen.directory import actions as directory
from samen.directory.actions import Conflict, Refused
from samen.directory.models import Service
from samen.directory.queries import text_hash
from samen.foundation import clock
from samen.foundation.http import spoken
from samen.foundation.languages import LANGUAGES
from samen.people.http import DeskRequest, Role, for_roles, form_page, see
from samen.stewardship.actions.translating import translate_service
from samen.stewardship.desk.differences import TEXTS
from samen.stewardship.queries.waiting import to_translate
from samen.stewardship.rules.scope import Scope

_EVERYWHERE = Scope(None)  # a language is not of a municipality
_FEW = 200  # entries on one page


@for_roles(Role.TRANSLATOR)
@require_safe
def translations(request: DeskRequest) -> HttpResponse:
    """What is missing, a machine's or out of date, for each of her languages."""
    languages = sorted(request.colleague.languages(Role.TRANSLATOR))
    rows = [(LANGUAGES[tag], to_translate(tag, scope=_EVERYWHERE)) for tag in languages]
    page = [(language, len(texts), texts[:_FEW]) for language, texts in rows]
    return render(request, "stewardship/translations.html", {"rows": page})


class WordsForm(forms.Form):
    """One box for each Dutch text, and the hash of the Dutch as it was read."""

    def __init__(self, *args: Any, facts: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dutch = {name: facts[f"{name}.nl"]["body"] for name in TEXTS if f"{name}.nl" in facts}
        direction = LANGUAGES[language].direction
        for name, body in self.dutch.items():
            there = facts.get(f"{name}.{language}", {}).get("body", "")
            area = forms.Textarea(attrs={"rows": 4, "lang": language, "dir": direction})
            self.fields[name] = forms.CharField(
                label=TEXTS[name], required=False, initial=there, widget=area
            )
            self.fields[f"from_{name}"] = forms.CharField(
                required=False, initial=text_hash(body), widget=forms.HiddenInput
            )

    def side_by_side(self) -> list[tuple[str, Any]]:
        return [(body, self[name]) for name, body in self.dutch.items()]

    def bodies(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.dutch}

    def made_from(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"from_{name}"] for name in self.dutch}


@for_roles(Role.TRANSLATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def translate(request: DeskRequest, language: str, number: int) -> HttpResponse:
    if language not in request.colleague.languages(Role.TRANSLATOR):
        raise Http404
    service = Service.objects.filter(number=number).first()
    if service is None:
        raise Http404
    version, facts = directory.service_facts(service.id)
    form = WordsForm(request.POST or None, facts=facts, language=language)
    if form.is_valid():
        try:
            translate_service(
                service_id=service.id,
                language=language,
                bodies=form.bodies(),
                made_from=form.made_from(),
                version=version,
                by=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(None, spoken(refused))
        except Conflict:
            form.add_error(None, _("It was changed a moment ago. Look at it once more."))
        else:
            messages.success(request, _("Kept. It stands on the page as approved by you."))
            return see("stewardship:translations")
    page = {"form": form, "service": service, "language": LANGUAGES[language]}
    return form_page(request, "stewardship/translate.html", page)
