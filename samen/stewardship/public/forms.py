"""What an organisation can say about its own entry, as a form and as facts again.

Its labels stand in the template, where they are translated into every language of the visitors.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms

from samen.directory.queries import looks_like_a_phone
from samen.stewardship.rules.suggesting import HIDDEN
from samen.stewardship.rules.translating import contact_in

Facts = Mapping[str, Mapping[str, Any]]

DAYS = tuple(f"day_{weekday}" for weekday in range(7))
_STRETCH = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")
_BY_PHONE = {"phone", "whatsapp"}


class Answer(forms.Form):
    """Something has changed. What is left as it is, stays as it is."""

    phone = forms.CharField(max_length=40, required=False)
    email = forms.EmailField(required=False)
    website = forms.URLField(required=False, assume_scheme="https")
    what = forms.CharField(max_length=600, required=False, widget=forms.Textarea)
    always = forms.BooleanField(required=False)
    day_0 = forms.CharField(max_length=60, required=False)
    day_1 = forms.CharField(max_length=60, required=False)
    day_2 = forms.CharField(max_length=60, required=False)
    day_3 = forms.CharField(max_length=60, required=False)
    day_4 = forms.CharField(max_length=60, required=False)
    day_5 = forms.CharField(max_length=60, required=False)
    day_6 = forms.CharField(max_length=60, required=False)
    closed_from = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    closed_until = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    gone = forms.BooleanField(required=False)
    words = forms.CharField(max_length=200, required=False, widget=forms.Textarea)

    def clean_phone(self) -> str:
        number = str(self.cleaned_data["phone"])
        if number and not looks_like_a_phone(number):
            raise forms.ValidationError(code="invalid", message="")
        return number

    def clean_what(self) -> str:
        body = str(self.cleaned_data["what"])
        if contact_in(body):
            raise forms.ValidationError(code="contact", message="")
        return body

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for weekday, day in enumerate(DAYS):
            if stretches_of(weekday, said.get(day, "")) is None:
                self.add_error(day, forms.ValidationError(code="invalid", message=""))
        first, last = said.get("closed_from"), said.get("closed_until")
        if first and last and first > last:
            self.add_error("closed_until", forms.ValidationError(code="order", message=""))
        return said

    @property
    def hours_are_wrong(self) -> bool:
        return any(day in self.errors for day in DAYS)

    @property
    def closure_is_wrong(self) -> bool:
        return "closed_from" in self.errors or "closed_until" in self.errors

    def facts(self, now: Facts) -> dict[str, dict[str, Any]]:
        """What she has changed, as facts; nothing where she left it as it was."""
        said = self.cleaned_data
        if said["gone"]:
            return {"publish": {**now["publish"], "publish": HIDDEN}}
        wanted: dict[str, dict[str, Any]] = {
            "email": {"email": said["email"]},
            "website": {"website": said["website"]},
            "hours": _hours(said, now["hours"]),
            **_phones(said["phone"], now),
            **_what(said["what"], now),
        }
        return {fact: value for fact, value in wanted.items() if value != now.get(fact, {})}


def said_now(facts: Facts) -> dict[str, Any]:
    """The facts as what stands in the fields."""
    hours = facts["hours"]
    week: dict[str, list[str]] = {day: [] for day in DAYS}
    for weekday, opens, closes in hours["week"]:
        week[DAYS[weekday]].append(f"{opens}-{closes}")
    return {
        "phone": _number(facts),
        "email": facts["email"]["email"],
        "website": facts["website"]["website"],
        "what": facts.get("what.nl", {}).get("body", ""),
        "always": hours["hours"] == "always",
        "closed_from": hours["closed_from"],
        "closed_until": hours["closed_until"],
        **{day: ", ".join(stretches) for day, stretches in week.items()},
    }


def stretches_of(weekday: int, typed: str) -> list[list[Any]] | None:
    """ "9-12, 13:30-17.00" as rows of a week; None when it cannot be read."""
    found: list[list[Any]] = []
    for part in (part.strip() for part in typed.split(",") if part.strip()):
        match = _STRETCH.fullmatch(part)
        times = _times(match) if match else None
        if times is None:
            return None
        found.append([weekday, *times])
    found.sort()
    overlap = any(not first[1] < first[2] <= second[1] for first, second in pairwise(found))
    return None if overlap else found


def _times(match: re.Match[str]) -> tuple[str, str] | None:
    opens, opens_min, closes, closes_min = match.groups(default="00")
    try:
        # Until twenty-four is until midnight, which begins the next day.
        until = "0" if closes == "24" and closes_min == "00" else closes
        first, last = time(int(opens), int(opens_min)), time(int(until), int(closes_min))
    except ValueError:
        return None
    return f"{first:%H:%M}", f"{last:%H:%M}"


def _hours(said: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    week = list(_week(said))
    state = "always" if said["always"] else ("weekly" if week else "")
    closure = {
        name: said[name].isoformat() if said[name] else None
        for name in ("closed_from", "closed_until")
    }
    wanted = {**now, **closure, "hours": state, "week": [] if said["always"] else week}
    same = (wanted["hours"], wanted["week"]) == (now["hours"], sorted(now["week"]))
    if same:
        return {**wanted, "week": now["week"]}
    return {**wanted, "hours_confirmed": bool(state)}


def _week(said: Mapping[str, Any]) -> Iterator[list[Any]]:
    for weekday, day in enumerate(DAYS):
        yield from stretches_of(weekday, said[day]) or ()


def _number(facts: Facts) -> str:
    """The number people read now."""
    numbers = [phone["number"] for phone in facts["phones"]["phones"] if phone["confirmed"]]
    return numbers[0] if numbers else ""


def _phones(typed: str, now: Facts) -> dict[str, dict[str, Any]]:
    """Her number instead of the one people read, with the ways to reach them that it opens."""
    before, phones = _number(now), now["phones"]["phones"]
    if typed == before:
        return {}
    others = [phone for phone in phones if phone["number"] not in (before, typed)]
    shown = next((phone for phone in phones if phone["number"] == before), None)
    fresh = {**(shown or _NEW), "number": typed, "confirmed": True}
    after = [fresh, *others] if typed else others
    channels = [c for c in now["how"]["channels"] if c not in _BY_PHONE]
    if any(phone["confirmed"] for phone in after):
        kinds = {"whatsapp" if phone["kind"] == "whatsapp" else "phone" for phone in after}
        channels = [*sorted(kinds), *channels]
    return {
        "phones": {"phones": [{**p, "position": place} for place, p in enumerate(after)]},
        "how": {"channels": channels},
    }


_NEW = {"kind": "voice", "position": 0, "cost": "", "from_abroad": False}


def _what(typed: str, now: Facts) -> dict[str, dict[str, Any]]:
    body = typed.replace("\r\n", "\n").strip()
    if not body or body == now.get("what.nl", {}).get("body", ""):
        return {}
    return {"what.nl": {"body": body, "state": "original", "made_from": ""}}
