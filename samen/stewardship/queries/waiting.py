"""What waits for somebody: suggestions, withdrawn entries, texts without a translation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from samen.directory.models import ServiceArea, ServiceText
from samen.directory.queries import text_hash
from samen.stewardship.models import Suggestion, Withdrawal
from samen.stewardship.queries.listing import services_within
from samen.stewardship.rules.scope import Scope

PUBLISHED = ("ready", "review")


@dataclass(frozen=True, slots=True)
class ToTranslate:
    """A text of a service that a translator has something to do for."""

    service: UUID
    number: int
    name: str
    field: str
    state: str  # missing, machine, old


@dataclass(frozen=True, slots=True)
class Today:
    """What to do today, in numbers."""

    suggestions: int
    withdrawn: int
    untranslated: int
    by_municipality: tuple[tuple[str, int], ...]  # published services


def suggestions(scope: Scope) -> list[Suggestion]:
    """Those that wait, the oldest first."""
    return list(_suggestions(scope))


def suggestion_of(suggestion: UUID, *, scope: Scope) -> Suggestion | None:
    return _suggestions(scope).filter(pk=suggestion).first()


def withdrawals(scope: Scope) -> list[Withdrawal]:
    """Those on which nobody has decided, the oldest first."""
    return list(_withdrawals(scope))


def withdrawal_of(withdrawal: UUID, *, scope: Scope) -> Withdrawal | None:
    return _withdrawals(scope).filter(pk=withdrawal).first()


def to_translate(language: str, *, scope: Scope) -> list[ToTranslate]:
    """What is missing, a machine's, or older than its original. One query."""
    return list(_to_do(_texts(scope, language), language))


def today(scope: Scope, *, languages: frozenset[str]) -> Today:
    within = services_within(scope)
    counted = (
        ServiceArea.objects.filter(service__in=within.filter(publish__in=PUBLISHED))
        .values_list("municipality__name")
        .annotate(number=Count("service", distinct=True))
        .order_by("municipality__name")
    )
    return Today(
        suggestions=_suggestions(scope).count(),
        withdrawn=_withdrawals(scope).count(),
        untranslated=sum(len(to_translate(tag, scope=scope)) for tag in sorted(languages)),
        by_municipality=tuple((name or "Nederland", number) for name, number in counted),
    )


def _suggestions(scope: Scope) -> QuerySet[Suggestion]:
    waiting = Suggestion.objects.filter(
        state=Suggestion.State.WAITING, service__in=services_within(scope)
    )
    return waiting.select_related("service__organization")


def _withdrawals(scope: Scope) -> QuerySet[Withdrawal]:
    waiting = Withdrawal.objects.filter(decision="", service__in=services_within(scope))
    return waiting.select_related("service__organization")


Texts = Mapping[tuple[UUID, str], tuple[ServiceText, ServiceText | None]]


def _texts(scope: Scope, language: str) -> Texts:
    """Every Dutch text of what is shown, with its translation."""
    shown = services_within(scope).filter(publish__in=PUBLISHED)
    found: dict[tuple[UUID, str], dict[str, ServiceText]] = {}
    rows = ServiceText.objects.filter(service__in=shown, language__in=["nl", language])
    for text in rows.select_related("service").order_by("service__number", "field"):
        found.setdefault((text.service_id, text.field), {})[text.language] = text
    return {
        key: (texts["nl"], texts.get(language)) for key, texts in found.items() if "nl" in texts
    }


def _to_do(texts: Texts, language: str) -> Iterator[ToTranslate]:
    if language == "nl":
        return
    for (service, field), (original, text) in texts.items():
        state = _state(original, text)
        if state:
            yield ToTranslate(service, original.service.number, original.service.name, field, state)


def _state(original: ServiceText, text: ServiceText | None) -> str:
    if text is None:
        return "missing"
    if text.made_from != text_hash(original.body):
        return "old"
    return "machine" if text.state == "machine" else ""
