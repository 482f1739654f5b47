from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from samen.directory.models import Phone, Service, ServiceText, TextState
from samen.directory.queries.related import PUBLISHED, Area, Related, publish_shown, verified_shown
from samen.directory.queries.shown import AddressShown, AreaShown, Listing, PhoneShown, Words
from samen.directory.rules import text_hash
from samen.foundation.languages import fallbacks

_ORIGINAL = "nl"


def listings(ids: Sequence[UUID], *, language: str) -> list[Listing]:
    """The published services among `ids`, in the order asked for. Eight queries."""
    shown = {listing.id: listing for listing in _listings(language, id__in=ids)}
    return [shown[service_id] for service_id in ids if service_id in shown]


def listings_by_number(numbers: Sequence[int], *, language: str) -> list[Listing]:
    """The published services with these numbers, in the order asked for. Eight queries."""
    shown = {listing.number: listing for listing in _listings(language, number__in=numbers)}
    return [shown[number] for number in numbers if number in shown]


def listing_by_number(number: int, *, language: str) -> Listing | None:
    found = listings_by_number([number], language=language)
    return found[0] if found else None


def _listings(language: str, **which: Sequence[UUID] | Sequence[int]) -> list[Listing]:
    published = Service.objects.filter(publish__in=PUBLISHED, **which)
    services = list(published.select_related("organization"))
    ids = [service.id for service in services]
    related, texts, phones = Related(ids), _Texts(ids, language), _phones(ids)
    return [
        _listing(service, related, texts, phones.get(service.id, []), language)
        for service in services
    ]


class _Texts:
    """The texts of services in one language, or in the nearest one that has them."""

    def __init__(self, ids: Sequence[UUID], language: str) -> None:
        self._languages = fallbacks(language)
        self._texts: dict[tuple[UUID, str], dict[str, ServiceText]] = defaultdict(dict)
        wanted = {*self._languages, _ORIGINAL}
        for text in ServiceText.objects.filter(service__in=ids, language__in=wanted):
            self._texts[text.service_id, text.field][text.language] = text

    def words(self, service: Service, field: ServiceText.Field) -> Words | None:
        texts = self._texts.get((service.id, field), {})
        text = next((texts[tag] for tag in self._languages if tag in texts), None)
        if text is None:
            return None
        return Words(
            body=text.body,
            language=text.language,
            draft=text.state == TextState.MACHINE,
            out_of_date=_is_out_of_date(text, texts.get(_ORIGINAL)),
        )


def _is_out_of_date(text: ServiceText, original: ServiceText | None) -> bool:
    if text.state == TextState.ORIGINAL or original is None:
        return False
    return text.made_from != text_hash(original.body)


def _phones(ids: Sequence[UUID]) -> Mapping[UUID, list[PhoneShown]]:
    """Confirmed numbers only: another may be a stranger's by now."""
    phones: dict[UUID, list[PhoneShown]] = defaultdict(list)
    for phone in Phone.objects.filter(service__in=ids, confirmed=True).order_by("position"):
        shown = PhoneShown(phone.number, phone.kind, phone.cost, phone.from_abroad)
        phones[phone.service_id].append(shown)
    return phones


def _listing(
    service: Service, related: Related, texts: _Texts, phones: list[PhoneShown], language: str
) -> Listing:
    return Listing(
        id=service.id,
        number=service.number,
        key=service.key,
        name=service.name,
        names=service.names,
        organization_name=service.organization.name,
        kind=service.kind,
        publish=publish_shown(service),
        verified=verified_shown(service),
        freshness=service.freshness,
        emergency=service.emergency,
        what=texts.words(service, ServiceText.Field.WHAT),
        call=texts.words(service, ServiceText.Field.CALL),
        hours_note=texts.words(service, ServiceText.Field.HOURS_NOTE),
        cost_note=texts.words(service, ServiceText.Field.COST_NOTE),
        phones=tuple(phones),
        website=service.website,
        email=service.email,
        chat_url=service.chat_url,
        channels=tuple(service.channels),
        hours=related.hours(service),
        languages=related.languages(service),
        interpreter=service.interpreter,
        anonymous=service.anonymous,
        without_documents=service.without_documents,
        children=service.children,
        wheelchair=service.wheelchair,
        deaf=service.deaf,
        referral=service.referral,
        insurance=service.insurance,
        cost=service.cost,
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        groups=related.groups(service),
        only=related.only(service),
        national=related.is_national(service),
        areas=tuple(_area(area, language) for area in related.areas(service)),
        address=_address(service, related),
        confidential=related.has_confidential_place(service),
        documents=related.documents(service),
        checked_on=service.checked_on,
        assured_on=service.assured_on,
        assurer=service.assurer,
        number_doubted=service.number_doubted_on is not None,
        source_year=service.source_year,
        needs=related.needs(service),
    )


def _area(area: Area, language: str) -> AreaShown:
    """By the name the reader's language has for it."""
    name = next((area.names[tag] for tag in fallbacks(language) if tag in area.names), area.name)
    return AreaShown(area.slug, name)


def _address(service: Service, related: Related) -> AddressShown | None:
    for spot in related.spots(service):
        if spot.name or spot.street or spot.town:
            return AddressShown(spot.name, spot.street, spot.town, spot.confirmed)
    return None
