"""A service as search engines and other programs read it (schema.org, JSON-LD). Plain Python only.

Read aloud: what a page shows, and less: hours only when somebody confirmed them, because a program
does not read "call first"; never an address that is withheld, because the listing has none.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from samen.directory.queries import Listing

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENDS = time(23, 59)
_MIDNIGHT = time(0)


def service(item: Listing, *, address: str, language: str) -> dict[str, Any]:
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Service",
            "@id": address,
            "url": address,
            "identifier": str(item.id),
            "name": item.names.get(language, item.name),
            "alternateName": item.name if language in item.names else None,
            "description": item.what.body if item.what else None,
            "provider": {"@type": "Organization", "name": item.organization_name},
            "areaServed": _areas(item),
            "availableChannel": _channels(item),
            "hoursAvailable": _hours(item),
        }
    )


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _areas(item: Listing) -> list[dict[str, str]]:
    country = [{"@type": "Country", "name": "NL"}] if item.national else []
    return country + [{"@type": "AdministrativeArea", "name": area.name} for area in item.areas]


def _channels(item: Listing) -> list[dict[str, Any]]:
    spoken = list(item.languages)
    phones = [
        {"servicePhone": {"@type": "ContactPoint", "telephone": phone.number}}
        for phone in item.phones
    ]
    sites = [{"serviceUrl": url} for url in (item.website, item.chat_url) if url]
    mails = [{"servicePhone": {"@type": "ContactPoint", "email": item.email}}] if item.email else []
    ways: list[dict[str, Any]] = [*phones, *sites, *mails, *_there(item)]
    return [_known({"@type": "ServiceChannel", **way, "availableLanguage": spoken}) for way in ways]


def _there(item: Listing) -> list[dict[str, Any]]:
    if item.address is None:
        return []
    where = _known(
        {
            "@type": "PostalAddress",
            "streetAddress": item.address.street,
            "addressLocality": item.address.town,
            "addressCountry": "NL",
        }
    )
    place = _known({"@type": "Place", "name": item.address.name, "address": where})
    return [{"serviceLocation": place}]


def _hours(item: Listing) -> list[dict[str, Any]]:
    hours = item.hours
    if not hours.confirmed:
        return []
    if hours.state == "always":
        return [_open(_MIDNIGHT, _ENDS, dayOfWeek=list(_DAYS))]
    week = [
        _open(stretch.opens, stretch.closes, dayOfWeek=_DAYS[stretch.weekday])
        for stretch in hours.week
    ]
    return (
        week
        + [_on(each.date, each.date, each.opens, each.closes) for each in hours.exceptions]
        + _closure(hours.closed_from, hours.closed_until)
    )


def _closure(start: date | None, end: date | None) -> list[dict[str, Any]]:
    return [_on(start, end, None, None)] if start or end else []


def _on(
    start: date | None, end: date | None, opens: time | None, closes: time | None
) -> dict[str, Any]:
    """Another time for some days; opening and closing at midnight is being closed."""
    days = {
        "validFrom": start.isoformat() if start else None,
        "validThrough": end.isoformat() if end else None,
    }
    return _known({**_open(opens or _MIDNIGHT, closes or _MIDNIGHT), **days})


def _open(opens: time, closes: time, **days: Any) -> dict[str, Any]:
    whole_day = "dayOfWeek" in days and (opens, closes) == (_MIDNIGHT, _MIDNIGHT)
    return {
        "@type": "OpeningHoursSpecification",
        **days,
        "opens": f"{opens:%H:%M}",
        "closes": f"{_ENDS if whole_day else closes:%H:%M}",
    }
