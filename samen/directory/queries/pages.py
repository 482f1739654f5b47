"""What the public pages of a municipality and of an organisation show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from samen.directory.models import (
    Change,
    MunicipalityContact,
    Organization,
    OrganizationPage,
    OrganizationText,
    Service,
    ServiceArea,
    ServiceLanguage,
    ServiceNeed,
)
from samen.directory.queries.listings import listings
from samen.directory.queries.related import PUBLISHED
from samen.directory.queries.shown import Listing, Words
from samen.directory.rules import months_before, text_hash
from samen.foundation.languages import fallbacks
from samen.needs.models import Need
from samen.places.models import Municipality

HALF_A_YEAR, A_YEAR = 6, 12
_ORIGINAL = "nl"


@dataclass(frozen=True, slots=True)
class ContactShown:
    department: str
    email: str
    phone: str
    website: str


@dataclass(frozen=True, slots=True)
class NamedPage:
    key: str  # of a municipality its slug, of an organisation its id
    name: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many services answer a need in a language: of the municipality, and of the country."""

    here: Mapping[tuple[str, str], int] = field(hash=False)  # (need key, tag or "")
    national: Mapping[tuple[str, str], int] = field(hash=False)

    def counted(self) -> dict[tuple[str, str], int]:
        """Of the municipality and of the country together."""
        keys = {*self.here, *self.national}
        return {key: self.here.get(key, 0) + self.national.get(key, 0) for key in keys}

    def words(self, need: str, tag: str) -> str:
        """ "3 + 2": three of the municipality, two of the country."""
        here, national = self.here.get((need, tag), 0), self.national.get((need, tag), 0)
        return f"{here} + {national}" if national else str(here)


@dataclass(frozen=True, slots=True)
class MunicipalityShown:
    slug: str
    name: str
    contacts: tuple[ContactShown, ...]
    services: int
    confirmed_half_a_year: int
    confirmed_a_year: int
    coverage: Coverage
    organizations: tuple[NamedPage, ...]


@dataclass(frozen=True, slots=True)
class OrganizationShown:
    id: UUID
    name: str
    alternate_name: str
    kind: str
    about: Words | None
    activities: tuple[str, ...]
    speaks: tuple[str, ...]
    cities: tuple[NamedPage, ...]
    umbrella: NamedPage | None
    umbrella_has_a_page: bool
    members: tuple[NamedPage, ...]
    phone: str
    email: str
    website: str
    services: tuple[Listing, ...]
    changed_at: datetime | None


def municipality_shown(slug: str, *, language: str, today: date) -> MunicipalityShown | None:
    """Eight queries, whatever the number of services."""
    place = Municipality.objects.filter(slug=slug).first()
    if place is None:
        return None
    services = _services_for(place)
    days = [day for here, day in services.values() if here]
    half, year = (months_before(today, months) for months in (HALF_A_YEAR, A_YEAR))
    return MunicipalityShown(
        slug=place.slug,
        name=_in_language(place, language),
        contacts=_contacts(place),
        services=len(days),
        confirmed_half_a_year=sum(day is not None and day >= half for day in days),
        confirmed_a_year=sum(day is not None and day >= year for day in days),
        coverage=_coverage({id_: here for id_, (here, _day) in services.items()}),
        organizations=_with_a_page_in(place),
    )


def organization_shown(organization: UUID, *, language: str) -> OrganizationShown | None:
    """The page of an organisation that wants to be shown."""
    found = OrganizationPage.objects.filter(pk=organization, shown=True)
    page = found.select_related("organization", "umbrella__page").first()
    if page is None:
        return None
    owner = page.organization
    umbrella, above = page.umbrella, getattr(page.umbrella, "page", None)
    return OrganizationShown(
        id=owner.id,
        name=owner.name,
        alternate_name=owner.alternate_name,
        kind=page.kind,
        about=_about(owner, language),
        activities=tuple(page.activities),
        speaks=tuple(page.speaks),
        cities=tuple(
            NamedPage(city.slug, _in_language(city, language))
            for city in page.cities.order_by("name")
        ),
        umbrella=NamedPage(str(umbrella.id), umbrella.name) if umbrella else None,
        umbrella_has_a_page=bool(above and above.shown),
        members=_members(owner),
        phone=page.phone,
        email=owner.email,
        website=owner.website,
        services=tuple(listings(_published_by(owner), language=language)),
        changed_at=_changed_at(owner),
    )


def _services_for(place: Municipality) -> dict[UUID, tuple[bool, date | None]]:
    """Whether each is of this municipality itself, and when a person confirmed it."""
    areas = ServiceArea.objects.filter(
        Q(municipality=place) | Q(municipality=None), service__publish__in=PUBLISHED
    )
    rows = list(areas.values_list("service_id", "municipality__slug", "service__assured_on"))
    here = {service for service, slug, _day in rows if slug}
    return {service: (service in here, day) for service, _slug, day in rows}


def _coverage(services: Mapping[UUID, bool]) -> Coverage:
    ids = list(services)
    kinds = ServiceNeed.objects.filter(
        service__in=ids, need__kind=Need.Kind.SUPPORT, need__staff_only=False
    )
    tags: dict[UUID, list[str]] = {service: [""] for service in ids}
    for service, tag in ServiceLanguage.objects.filter(service__in=ids).values_list(
        "service_id", "tag"
    ):
        tags[service].append(tag)
    here: Counter[tuple[str, str]] = Counter()
    national: Counter[tuple[str, str]] = Counter()
    for service, need in kinds.values_list("service_id", "need__key"):
        counted = here if services[service] else national
        counted.update((need, tag) for tag in tags[service])
    return Coverage(here, national)


def _contacts(place: Municipality) -> tuple[ContactShown, ...]:
    order = MunicipalityContact.Department.values
    rows = MunicipalityContact.objects.filter(municipality=place)
    return tuple(
        ContactShown(row.department, row.email, row.phone, row.website)
        for row in sorted(rows, key=lambda row: order.index(row.department))
    )


def _with_a_page_in(place: Municipality) -> tuple[NamedPage, ...]:
    return _named(OrganizationPage.objects.filter(cities=place))


def _members(owner: Organization) -> tuple[NamedPage, ...]:
    return _named(OrganizationPage.objects.filter(umbrella=owner))


def _named(pages: QuerySet[OrganizationPage]) -> tuple[NamedPage, ...]:
    """Those that are shown to everybody, by name."""
    rows = pages.filter(shown=True).order_by("organization__name")
    return tuple(
        NamedPage(str(id_), name)
        for id_, name in rows.values_list("organization", "organization__name")
    )


def _published_by(owner: Organization) -> Sequence[UUID]:
    found = Service.objects.filter(organization=owner, publish__in=PUBLISHED).order_by("number")
    return list(found.values_list("id", flat=True))


def _about(owner: Organization, language: str) -> Words | None:
    texts = {text.language: text for text in OrganizationText.objects.filter(organization=owner)}
    order = (*fallbacks(language), _ORIGINAL)
    text = next((texts[tag] for tag in order if tag in texts), None)
    if text is None:
        return None
    original = texts.get(_ORIGINAL)
    old = bool(original and text.state != "original" and text.made_from)
    return Words(
        body=text.body,
        language=text.language,
        draft=text.state == "machine",
        out_of_date=old and text.made_from != text_hash(original.body if original else ""),
    )


def _changed_at(owner: Organization) -> datetime | None:
    services = Service.objects.filter(organization=owner).values("id")
    rows = Change.objects.filter(Q(record=owner.id) | Q(record__in=services))
    last: datetime | None = rows.aggregate(last=Max("at"))["last"]
    return last


def _in_language(place: Municipality, language: str) -> str:
    tags = fallbacks(language)
    return next((place.names[tag] for tag in tags if tag in place.names), place.name)
