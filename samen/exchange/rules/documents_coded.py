"""What one SAMEN tells another in codes, beside the words of HSDS: nothing has to be guessed back.

Only what the document says in words already; a place that is confidential is not among them.
"""

from collections.abc import Mapping
from typing import Any

from samen.directory.queries import Hours, Listing, OpenRecord

_PLAIN = ("kind", "interpreter", "cost", "referral", "insurance", "wheelchair", "chat_url")


def coded(record: OpenRecord, shown: Mapping[str, Any]) -> dict[str, Any]:
    """`shown` are the needs that may be known outside, by key."""
    item = record.listing
    said: dict[str, Any] = {name: getattr(item, name) for name in _PLAIN}
    said |= {
        "names": dict(item.names),
        "speaks": sorted(item.languages),
        "areas": sorted([*(["nl"] if item.national else []), *(area.slug for area in item.areas)]),
        "needs": sorted(key for key in item.needs if key in shown),
        "groups": _groups(item, shown),
        "phones": [
            {"number": p.number, "kind": p.kind, "cost": p.cost, "from_abroad": p.from_abroad}
            for p in item.phones
        ],
        "hours": _hours(item.hours),
        "places": [
            {
                "type": "virtual" if place.virtual else "physical",
                "name": place.name,
                "street": place.street,
                "postal_code": place.postal_code,
                "town": place.town,
                "confirmed": place.confirmed,
            }
            for place in record.places
        ],
    }
    return {name: value for name, value in said.items() if value not in ("", [], {}, None)}


def _groups(item: Listing, shown: Mapping[str, Any]) -> list[list[Any]]:
    only = {*item.only}
    keys = dict.fromkeys((*item.groups, *item.only))
    return sorted([key, key in only] for key in keys if key in shown)


def _hours(hours: Hours) -> dict[str, Any]:
    said: dict[str, Any] = {
        "hours": hours.state,
        "hours_confirmed": hours.confirmed,
        "urgent_always": hours.urgent_always,
        "closed_on_holidays": hours.closed_on_holidays,
        "closed_from": hours.closed_from.isoformat() if hours.closed_from else None,
        "closed_until": hours.closed_until.isoformat() if hours.closed_until else None,
        "week": [[s.weekday, f"{s.opens:%H:%M}", f"{s.closes:%H:%M}"] for s in hours.week],
        "exceptions": [
            [
                each.date.isoformat(),
                f"{each.opens:%H:%M}" if each.opens else None,
                f"{each.closes:%H:%M}" if each.closes else None,
            ]
            for each in hours.exceptions
        ],
    }
    return {name: value for name, value in said.items() if value not in ("", [], None, False)}
