"""Whether the facts of a service can be true together. Whatever door they come in by."""

from collections.abc import Collection, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from samen.directory.actions.fields import check_column, refuse
from samen.directory.actions.remembering import is_hidden_place, names_the_place
from samen.directory.actions.tables import FACTS, Ids
from samen.directory.models import CostOption, Location, Phone, Service, ServiceText
from samen.directory.rules import is_amount, is_currency, looks_like_a_phone
from samen.foundation.languages import LANGUAGES
from samen.foundation.sentences import gettext_noop

Facts = Mapping[str, Mapping[str, Any]]

_TEXT = {"body", "state", "made_from"}


def check_known(changes: Facts) -> None:
    """Raises Refused for a fact or a part that no service has."""
    for fact, value in changes.items():
        field, _, language = fact.partition(".")
        if language:
            known = field in ServiceText.Field.values and language in LANGUAGES
            fits = value.keys() in ({*()}, _TEXT)
        else:
            known, fits = fact in FACTS, {*value} == {*FACTS.get(fact, ())}
        if not (known and fits):
            refuse(gettext_noop("There is no such fact, or it lacks a part: %(fact)s."), fact=fact)


def check_sound(facts: Facts, ids: Ids) -> None:
    """Raises Refused, with a sentence, for facts that cannot be true together."""
    parts = {
        part: value
        for fact, value in facts.items()
        if "." not in fact
        for part, value in value.items()
    }
    _check_columns(parts)
    _check_publish(parts, facts)
    _check_phones(parts["phones"], parts["channels"])
    _check_costs(parts["cost_options"])
    _check_hours(parts)
    _check_places(parts["locations"])
    _check_names(parts, ids)


def check_silent(facts: Facts, traces: Collection[str]) -> None:
    """Raises Refused when a text still says where a hidden place is."""
    if is_hidden_place(facts) and names_the_place(
        {fact: value for fact, value in facts.items() if fact != "location"}, traces
    ):
        refuse(
            gettext_noop(
                "The address becomes secret, and a text still names it. Take it out of the text."
            )
        )


@cache
def _columns() -> frozenset[str]:
    return frozenset(field.name for field in Service._meta.concrete_fields) - {"organization"}


def _check_columns(parts: Mapping[str, Any]) -> None:
    for column in _columns() & parts.keys():
        if parts[column] not in (None, "", [], {}):
            check_column(Service, column, parts[column])
    if not parts["name"]:
        refuse(gettext_noop("It has no name."))
    youngest, oldest = parts["minimum_age"], parts["maximum_age"]
    if youngest is not None and oldest is not None and youngest > oldest:
        refuse(gettext_noop("The youngest age is higher than the oldest."))


def _check_publish(parts: Mapping[str, Any], facts: Facts) -> None:
    if parts["publish"] == Service.Publish.HIDDEN:
        return
    if parts["verified"] == Service.Verified.UNVERIFIED:
        refuse(gettext_noop("It cannot be shown before somebody has verified it."))
    if parts["kind"] == Service.Kind.PLACEHOLDER:
        refuse(gettext_noop("It only keeps a room free for somebody to fill, and cannot be shown."))
    if not facts.get("what.nl"):
        refuse(gettext_noop("It cannot be shown without a Dutch text that says what it does."))


def _check_phones(phones: list[dict[str, Any]], channels: list[str]) -> None:
    for phone in phones:
        if not looks_like_a_phone(phone["number"]):
            refuse(
                gettext_noop("This phone number cannot be dialled: %(number)s."),
                number=phone["number"],
            )
        check_column(Phone, "number", phone["number"])
        check_column(Phone, "kind", phone["kind"])
    if len({(phone["number"], phone["kind"]) for phone in phones}) < len(phones):
        refuse(gettext_noop("The same phone number stands there twice."))
    if {"phone", "whatsapp"} & {*channels} and not any(phone["confirmed"] for phone in phones):
        refuse(gettext_noop("It can be reached by phone, and no number is confirmed."))


def _check_costs(costs: list[dict[str, Any]]) -> None:
    for place, cost in enumerate(costs):
        for column in (column for column in ("option", "details") if cost[column]):
            check_column(CostOption, column, cost[column])
        if cost["amount"] is not None and not is_amount(cost["amount"]):
            refuse(
                gettext_noop("This is not an amount like 12.50: %(amount)s."),
                amount=cost["amount"],
            )
        if cost["currency"] and not is_currency(cost["currency"]):
            refuse(
                gettext_noop("This is not a currency like EUR: %(currency)s."),
                currency=cost["currency"],
            )
        if cost in costs[:place]:
            refuse(gettext_noop("The same price stands there twice."))


def _check_hours(parts: Mapping[str, Any]) -> None:
    if bool(parts["week"]) != (parts["hours"] == Service.Hours.WEEKLY):
        refuse(gettext_noop("Weekly hours need a week, and only they have one."))
    closed_from, closed_until = parts["closed_from"], parts["closed_until"]
    if closed_from and closed_until and closed_from > closed_until:
        refuse(gettext_noop("It is closed until a day before it closes."))
    for day in range(7):
        stretches = sorted(stretch[1:] for stretch in parts["week"] if stretch[0] == day)
        for (opens, closes), (opens_again, _closes) in pairwise(stretches):
            if not opens < closes <= opens_again:
                refuse(gettext_noop("The hours of one day overlap."))


def _check_places(places: list[dict[str, Any]]) -> None:
    for place in places:
        check_column(Location, "type", place["type"])
        said = [
            column for column in ("name", "street", "postal_code", "town", "place") if place[column]
        ]
        if place["type"] == Location.Type.CONFIDENTIAL and said:
            refuse(gettext_noop("A secret place has no street, no name and no town."))
        for column in (column for column in said if column != "place"):
            check_column(Location, column, place[column])


def _check_names(parts: Mapping[str, Any], ids: Ids) -> None:
    """What is called by name must be there."""
    named = [
        *(parts["organization"],),
        *(need for need in parts["needs"]),
        *(group for group, _only in parts["groups"]),
        *(area for area in parts["areas"] if area != "nl"),
    ]
    known = {*ids.organizations, *ids.needs, *ids.municipalities}
    for unknown in (name for name in named if name not in known):
        refuse(gettext_noop("This does not exist: %(unknown)s."), unknown=unknown)
