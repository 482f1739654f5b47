"""The facts of a service as forms, one section at a time; and the forms as facts again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from samen.directory.models import Location, Phone, Service
from samen.directory.queries import looks_like_a_phone, revision
from samen.foundation.languages import LANGUAGES
from samen.needs.models import Need
from samen.needs.queries import NeedShown, taxonomy
from samen.places.models import Municipality
from samen.places.queries import gazetteer_in_tables

Facts = Mapping[str, Mapping[str, Any]]

_NATIONAL, _NATION = "nl", "Nederland"
PHONES, EXCEPTIONS, STRETCHES = 4, 6, 2
_TEXTS = ("what", "call", "hours_note", "cost_note")
_AREA = forms.Textarea(attrs={"rows": 4, "lang": "nl"})
_KNOWN = [
    ("", gettext_lazy("not known")),
    ("yes", gettext_lazy("yes")),
    ("partly", gettext_lazy("partly")),
    ("no", gettext_lazy("no")),
]
_NEEDED = [
    ("", gettext_lazy("not known")),
    ("needed", gettext_lazy("needed")),
    ("not_needed", gettext_lazy("not needed")),
]
_CHANNELS = [
    ("phone", gettext_lazy("By phone")),
    ("chat", gettext_lazy("By chat")),
    ("whatsapp", gettext_lazy("By WhatsApp")),
    ("email", gettext_lazy("By e-mail")),
    ("walkin", gettext_lazy("Walk in")),
    ("visit", gettext_lazy("By appointment")),
]
DAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


class Section(forms.Form):
    """Some of the facts of one service."""

    title: Any = ""
    about: tuple[str, ...] = ()  # the facts it shows, beside the texts

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        """The facts as what stands in the fields."""
        raise NotImplementedError

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        """What is typed, as facts; `now` for what the section does not show."""
        raise NotImplementedError


class Words(Section):
    title = gettext_lazy("Words")
    about = ("name",)

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        help_text=gettext_lazy("As on the door. The same in all languages."),
    )
    what = forms.CharField(
        label=gettext_lazy("What they do, in Dutch"),
        widget=_AREA,
        required=False,
        help_text=gettext_lazy(
            "Two short sentences, as to a friend. Phone numbers and addresses have fields of "
            "their own."
        ),
    )
    call = forms.CharField(
        label=gettext_lazy("What happens when somebody calls or comes, in Dutch"),
        widget=_AREA,
        required=False,
    )
    hours_note = forms.CharField(
        label=gettext_lazy("About the hours, in Dutch"), widget=_AREA, required=False
    )
    cost_note = forms.CharField(
        label=gettext_lazy("About the cost, in Dutch"), widget=_AREA, required=False
    )

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        texts = {field: facts.get(f"{field}.nl", {}).get("body", "") for field in _TEXTS}
        return {"name": facts["name"]["name"], **texts}

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        said = self.cleaned_data
        changes = {"name": {**now["name"], "name": said["name"]}}
        for field in (f for f in _TEXTS if said[f] or f"{f}.nl" in now):
            original = {"body": said[field], "state": "original", "made_from": ""}
            changes[f"{field}.nl"] = original if said[field] else {}
        return changes


class Reach(Section):
    title = gettext_lazy("How to reach them")
    about = ("website", "email", "chat_url", "how", "phones")

    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("Of a desk or a team, never of one person."),
    )
    chat_url = forms.URLField(
        label=gettext_lazy("Address of their chat"), required=False, assume_scheme="https"
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Ways to reach them"),
        choices=_CHANNELS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(PHONES):
            place = {"number": row + 1}
            self.fields[f"number_{row}"] = forms.CharField(
                label=_("Phone number %(number)s") % place,
                max_length=40,
                required=False,
                help_text=_("A second person looks at it before visitors see it.")
                if not row
                else "",
            )
            self.fields[f"kind_{row}"] = forms.ChoiceField(
                label=_("Kind of number %(number)s") % place,
                choices=[
                    (Phone.Kind.VOICE.value, _("to call")),
                    (Phone.Kind.WHATSAPP.value, "WhatsApp"),
                ],
            )
            self.fields[f"confirmed_{row}"] = forms.BooleanField(
                label=_("Number %(number)s was tried and is right") % place, required=False
            )

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        for row in range(PHONES):
            number = said.get(f"number_{row}", "")
            if number and not looks_like_a_phone(number):
                self.add_error(f"number_{row}", _("This number cannot be dialled."))
        return said

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        said = {
            **{column: facts[column][column] for column in ("website", "email", "chat_url")},
            "channels": facts["how"]["channels"],
        }
        for row, phone in enumerate(facts["phones"]["phones"][:PHONES]):
            for column in ("number", "kind", "confirmed"):
                said[f"{column}_{row}"] = phone[column]
        return said

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        said = self.cleaned_data
        return {
            **{column: {column: said[column]} for column in ("website", "email", "chat_url")},
            "how": {"channels": [key for key, _words in _CHANNELS if key in said["channels"]]},
            "phones": {"phones": list(self._phones(now["phones"]["phones"]))},
        }

    def _phones(self, before: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        said, known = self.cleaned_data, {p["number"]: p for p in before}
        typed = [row for row in range(PHONES) if said[f"number_{row}"]]
        for position, row in enumerate(typed):
            number = said[f"number_{row}"]
            kept = known.get(number, {"cost": "", "from_abroad": False})
            yield {
                **kept,
                "number": number,
                "kind": said[f"kind_{row}"],
                "confirmed": said[f"confirmed_{row}"],
                "position": position,
            }
        yield from ({**phone} for phone in before[PHONES:])


def _known(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=_KNOWN, required=False)


class Help(Section):
    title = gettext_lazy("Which help, and where")
    about = ("needs", "areas", "for", "cost")

    needs = forms.MultipleChoiceField(
        label=gettext_lazy("Helps with"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The kinds of help, and situations that need just this entry."),
    )
    areas = forms.CharField(
        label=gettext_lazy("Municipalities"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("With commas between them. Nederland is the whole country."),
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Especially for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    only = forms.MultipleChoiceField(
        label=gettext_lazy("And for nobody else than"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    cost = forms.ChoiceField(
        label=gettext_lazy("Cost"),
        required=False,
        choices=[
            ("", gettext_lazy("not known")),
            (Service.Cost.FREE.value, gettext_lazy("free")),
            (Service.Cost.LOCAL.value, gettext_lazy("as a local call")),
            (Service.Cost.DONATION.value, gettext_lazy("a gift is welcome")),
            (Service.Cost.PAID.value, gettext_lazy("it costs money")),
        ],
    )

    _OFFERED = (Need.Kind.SUPPORT.value, Need.Kind.SITUATION.value)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = taxonomy(revision())
        offered = [need for need in known.all() if need.kind in self._OFFERED]
        self._choose("needs", offered)
        groups = [need for need in known.all() if need.kind == Need.Kind.GROUP.value]
        self._choose("groups", groups)
        self._choose("only", groups)

    def _choose(self, name: str, offered: Sequence[NeedShown]) -> None:
        reader = get_language() or "en"
        field: Any = self.fields[name]
        field.choices = [(need.key, need.words(reader)[0].label) for need in offered]

    def clean_areas(self) -> list[str]:
        typed = [name.strip() for name in self.cleaned_data["areas"].split(",") if name.strip()]
        known = {m.name.lower(): m.slug for m in Municipality.objects.all()}
        known |= {slug: slug for slug in known.values()} | {_NATION.lower(): _NATIONAL}
        strange = [name for name in typed if name.lower() not in known]
        if strange:
            raise forms.ValidationError(
                _("We know no municipality of this name: %(names)s") % {"names": ", ".join(strange)}
            )
        return sorted({known[name.lower()] for name in typed})

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        names = dict(Municipality.objects.values_list("slug", "name")) | {_NATIONAL: _NATION}
        groups = facts["for"]["groups"]
        return {
            "needs": facts["needs"]["needs"],
            "areas": ", ".join(names.get(slug, slug) for slug in facts["areas"]["areas"]),
            "groups": [key for key, only in groups if not only],
            "only": [key for key, only in groups if only],
            "cost": facts["cost"]["cost"],
        }

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        said = self.cleaned_data
        shown = {key for key, _label in self._choices("needs")}
        # Concepts that are not offered here stay as they are.
        rest = [key for key in now["needs"]["needs"] if key not in shown]
        groups = dict.fromkeys(said["groups"], False) | dict.fromkeys(said["only"], True)
        return {
            "needs": {"needs": _as_before(now["needs"]["needs"], [*said["needs"], *rest])},
            "areas": {"areas": _as_before(now["areas"]["areas"], said["areas"])},
            "for": {
                "groups": _as_before(
                    now["for"]["groups"], [[k, only] for k, only in groups.items()]
                )
            },
            "cost": {"cost": said["cost"]},
        }

    def _choices(self, name: str) -> list[tuple[str, str]]:
        field: Any = self.fields[name]
        return list(field.choices)


def _as_before(before: Sequence[Any], now: Sequence[Any]) -> list[Any]:
    """The same things in the order they had, so that nothing looks changed that is not."""
    return [*(one for one in before if one in now), *(one for one in now if one not in before)]


class Who(Section):
    title = gettext_lazy("For whom")

    speaks = forms.MultipleChoiceField(
        label=gettext_lazy("Languages spoken there"),
        choices=[(tag, language.own) for tag, language in LANGUAGES.items()],
        required=False,
        help_text=gettext_lazy("Only what somebody there really speaks, without an interpreter."),
    )
    interpreter = _known(gettext_lazy("An interpreter can come"))
    anonymous = _known(gettext_lazy("Without giving a name"))
    without_documents = _known(gettext_lazy("Also without papers"))
    children = _known(gettext_lazy("Children are welcome"))
    wheelchair = _known(gettext_lazy("With a wheelchair"))
    deaf = _known(gettext_lazy("For deaf people"))
    referral = forms.ChoiceField(label=gettext_lazy("A referral"), choices=_NEEDED, required=False)
    insurance = forms.ChoiceField(
        label=gettext_lazy("Health insurance"), choices=_NEEDED, required=False
    )
    minimum_age = forms.IntegerField(
        label=gettext_lazy("From age"), min_value=0, max_value=120, required=False
    )
    maximum_age = forms.IntegerField(
        label=gettext_lazy("Up to age"), min_value=0, max_value=120, required=False
    )

    _ALONE = (
        *("interpreter", "anonymous", "without_documents", "children", "wheelchair", "deaf"),
        *("referral", "insurance"),
    )
    about = ("speaks", "ages", *_ALONE)

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        alone = {column: facts[column][column] for column in cls._ALONE}
        return {"speaks": facts["speaks"]["speaks"], **facts["ages"], **alone}

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:  # noqa: ARG002 as every section
        said = self.cleaned_data
        return {
            "speaks": {"speaks": sorted(said["speaks"])},
            "ages": {age: said[age] for age in ("minimum_age", "maximum_age")},
            **{column: {column: said[column]} for column in self._ALONE},
        }


class Whereabouts(Section):
    title = gettext_lazy("Place")
    about = ("location",)

    type = forms.ChoiceField(
        label=gettext_lazy("What kind of place"),
        choices=[
            ("", gettext_lazy("no place to go to")),
            (Location.Type.PHYSICAL.value, gettext_lazy("an address everybody may know")),
            (Location.Type.CONFIDENTIAL.value, gettext_lazy("a secret address")),
        ],
        required=False,
        help_text=gettext_lazy(
            "A secret address is never kept here, and what was known of it leaves the history."
        ),
    )
    name = forms.CharField(label=gettext_lazy("Name on the door"), max_length=200, required=False)
    street = forms.CharField(
        label=gettext_lazy("Street and number"), max_length=200, required=False
    )
    postal_code = forms.CharField(label=gettext_lazy("Postcode"), max_length=10, required=False)
    town = forms.CharField(label=gettext_lazy("Town"), max_length=100, required=False)
    confirmed = forms.BooleanField(label=gettext_lazy("The address was checked"), required=False)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        written = any(said.get(column) for column in ("name", "street", "postal_code", "town"))
        if said.get("type") == Location.Type.CONFIDENTIAL and written:
            self.add_error(
                "type", _("Of a secret address nothing may stand here. Empty the fields.")
            )
        elif said.get("type") == Location.Type.PHYSICAL and not self._place():
            self.add_error("town", _("We do not know this town. Write its Dutch name."))
        return said

    def _place(self) -> str:
        found = gazetteer_in_tables().named(self.cleaned_data.get("town", ""))
        return found[0].slug if found else ""

    def _kept_place(self, now: Facts) -> str:
        """The same town stays the same point on the map."""
        before = now["location"]["locations"][:1]
        same = [p["place"] for p in before if p["town"] == self.cleaned_data["town"]]
        return same[0] if same else ""

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        places = facts["location"]["locations"]
        return dict(places[0]) if places else {}

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        said, rest = self.cleaned_data, list(now["location"]["locations"][1:])
        if not said["type"]:
            return {"location": {"locations": []}}
        secret = said["type"] == Location.Type.CONFIDENTIAL
        columns = ("name", "street", "postal_code", "town")
        place = {
            "type": said["type"],
            "place": "" if secret else self._kept_place(now) or self._place(),
            "confirmed": said["confirmed"] and not secret,
            **{column: said[column] for column in columns},
        }
        return {"location": {"locations": [place] if secret else [place, *rest]}}


class Status(Section):
    title = gettext_lazy("Shown or hidden")
    about = ("publish", "notes")

    publish = forms.ChoiceField(
        label=gettext_lazy("Visitors see it"),
        choices=[
            (Service.Publish.READY.value, gettext_lazy("yes")),
            (Service.Publish.REVIEW.value, gettext_lazy("yes, as not yet confirmed")),
            (Service.Publish.HIDDEN.value, gettext_lazy("no")),
        ],
        help_text=gettext_lazy("To show what was hidden, a second person looks first."),
    )
    emergency = forms.BooleanField(
        label=gettext_lazy("Help in an emergency, day and night"),
        required=False,
        help_text=gettext_lazy("A second person looks first."),
    )
    notes = forms.CharField(
        label=gettext_lazy("For colleagues"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        publish = facts["publish"]
        return {
            "publish": publish["publish"],
            "emergency": publish["emergency"],
            "notes": facts["notes"]["notes"],
        }

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        said = self.cleaned_data
        publish = {"publish": said["publish"], "emergency": said["emergency"]}
        if said["publish"] != "hidden" and now["publish"]["verified"] == "unverified":
            # Whoever shows it has seen it herself; the second person has to agree.
            publish["verified"] = "page"
        return {
            "publish": {**now["publish"], **publish},
            "notes": {"notes": said["notes"]},
        }


class Hours(Section):
    title = gettext_lazy("Hours")
    about = ("hours",)

    hours = forms.ChoiceField(
        label=gettext_lazy("Open"),
        choices=[
            ("", gettext_lazy("not known")),
            ("weekly", gettext_lazy("by the week, as below")),
            ("always", gettext_lazy("day and night")),
        ],
        required=False,
        help_text=gettext_lazy("What nobody told us is not known. That is not the same as closed."),
    )
    hours_confirmed = forms.BooleanField(
        label=gettext_lazy("They told us these hours"), required=False
    )
    urgent_always = forms.BooleanField(
        label=gettext_lazy("Outside these hours somebody answers for what cannot wait"),
        required=False,
    )
    closed_on_holidays = forms.ChoiceField(
        label=gettext_lazy("On Dutch public holidays"),
        choices=[
            ("", gettext_lazy("not known")),
            ("yes", gettext_lazy("closed")),
            ("no", gettext_lazy("open as on other days")),
        ],
        required=False,
    )
    closed_from = forms.DateField(
        label=gettext_lazy("Closed from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    closed_until = forms.DateField(
        label=gettext_lazy("Closed up to and including"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        help_text=gettext_lazy("After this day the week counts again by itself."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, stretch in _grid():
            place = {"day": DAYS[day], "number": stretch + 1}
            self.fields[f"opens_{day}_{stretch}"] = _clock(_("%(day)s, opens (%(number)s)") % place)
            self.fields[f"closes_{day}_{stretch}"] = _clock(
                _("%(day)s, closes (%(number)s)") % place
            )
        for row in range(EXCEPTIONS):
            place = {"number": row + 1}
            self.fields[f"date_{row}"] = forms.DateField(
                label=_("Other day %(number)s") % place,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                required=False,
            )
            self.fields[f"from_{row}"] = _clock(_("Other day %(number)s, opens") % place)
            self.fields[f"to_{row}"] = _clock(_("Other day %(number)s, closes") % place)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        for day, stretch in _grid():
            opens, closes = said.get(f"opens_{day}_{stretch}"), said.get(f"closes_{day}_{stretch}")
            if (opens is None) != (closes is None):
                self.add_error(f"closes_{day}_{stretch}", _("Say both when it opens and closes."))
        for row in range(EXCEPTIONS):
            opens, closes = said.get(f"from_{row}"), said.get(f"to_{row}")
            if (opens is None) != (closes is None):
                self.add_error(f"to_{row}", _("Say both when it opens and closes, or neither."))
            if opens and not said.get(f"date_{row}"):
                self.add_error(f"date_{row}", _("On which day?"))
        self._check_week(said)
        return said

    def _check_week(self, said: Mapping[str, Any]) -> None:
        if (said.get("hours") == "weekly") != any(said.get(f"opens_{d}_{s}") for d, s in _grid()):
            self.add_error("hours", _("Hours by the week need a day, and only they have one."))
        closed_from, closed_until = said.get("closed_from"), said.get("closed_until")
        if closed_from and closed_until and closed_from > closed_until:
            self.add_error("closed_until", _("This is before the first day it is closed."))

    @classmethod
    def said(cls, facts: Facts) -> dict[str, Any]:
        hours = facts["hours"]
        said = {name: hours[name] for name in hours if name not in ("week", "exceptions")}
        met: dict[int, int] = {}
        for day, opens, closes in sorted(hours["week"]):
            stretch = met.get(day, 0)
            met[day] = stretch + 1
            said |= {f"opens_{day}_{stretch}": opens, f"closes_{day}_{stretch}": closes}
        for row, (date, opens, closes) in enumerate(hours["exceptions"]):
            said |= {f"date_{row}": date, f"from_{row}": opens, f"to_{row}": closes}
        return said

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        said, hours = self.cleaned_data, now["hours"]
        week = [
            [day, _clocked(said[f"opens_{day}_{s}"]), _clocked(said[f"closes_{day}_{s}"])]
            for day, s in _grid()
            if said[f"opens_{day}_{s}"] is not None
        ]
        exceptions = [
            [said[f"date_{r}"].isoformat(), _clocked(said[f"from_{r}"]), _clocked(said[f"to_{r}"])]
            for r in range(EXCEPTIONS)
            if said[f"date_{r}"]
        ]
        dates = {
            name: said[name].isoformat() if said[name] else None
            for name in ("closed_from", "closed_until")
        }
        alone = ("hours", "hours_confirmed", "urgent_always", "closed_on_holidays")
        return {
            "hours": {
                **{name: said[name] for name in alone},
                **dates,
                # What does not fit on the page stays as it is.
                "week": sorted(week + _beyond(hours["week"])),
                "exceptions": sorted([*exceptions, *hours["exceptions"][EXCEPTIONS:]], key=str),
            }
        }


def _grid() -> Iterator[tuple[int, int]]:
    return ((day, stretch) for day in range(7) for stretch in range(STRETCHES))


def _beyond(week: Sequence[list[Any]]) -> list[list[Any]]:
    """A third stretch of one day, which the grid does not show."""
    by_day: dict[int, list[list[Any]]] = {}
    for stretch in sorted(week):
        by_day.setdefault(stretch[0], []).append(list(stretch))
    return [stretch for day in by_day.values() for stretch in day[STRETCHES:]]


def _clock(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("A time is like 09:30.")},
    )


def _clocked(moment: Any) -> str | None:
    return None if moment is None else f"{moment:%H:%M}"


def copied_to_other_days(typed: Mapping[str, Any], day: int) -> dict[str, Any]:
    """What was typed, with the hours of one day on all the days from Monday to Friday."""
    copied = dict(typed)
    for other in range(5):
        for stretch in range(STRETCHES):
            for end in ("opens", "closes"):
                copied[f"{end}_{other}_{stretch}"] = typed.get(f"{end}_{day}_{stretch}", "")
    return copied


SECTIONS: dict[str, type[Section]] = {
    "words": Words,
    "help": Help,
    "reach": Reach,
    "who": Who,
    "place": Whereabouts,
    "hours": Hours,
    "status": Status,
}
