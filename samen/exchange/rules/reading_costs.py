"""What a service of others costs, as options of ours. Plain Python.

Read aloud: an amount that is no sound sum, or of money that nobody can name, is none, and its words
stay. Our map knows no price that holds for a time only, and would go on saying it: such a one is
left out, and stays beside the record.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from samen.directory.queries import in_order_of_costs, is_amount, is_currency
from samen.exchange.rules.reading_values import Losses, Why, day, long, mappings, short, words

_AT = "cost_options"


def read_costs(document: Mapping[str, Any], today: date, losses: Losses) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in mappings(document, _AT):
        if lasting := _why_not(row, today):
            losses.note(_AT, lasting)
            continue
        cost = _read(row, losses)
        if cost not in found and (cost["option"] or cost["amount"] or cost["details"]):
            found.append(cost)
    return in_order_of_costs(found)


def _why_not(row: Mapping[str, Any], today: date) -> Why | None:
    """Why a price cannot stand there without its dates; None where it can."""
    first, last = day(row, "valid_from"), day(row, "valid_to")
    if last and last < today:
        return Why.PAST
    begun = first <= today if first else not words(row, "valid_from")
    return None if begun and not words(row, "valid_to") else Why.NO_PLACE


def _read(row: Mapping[str, Any], losses: Losses) -> dict[str, Any]:
    currency, amount = words(row, "currency").upper(), _amount(words(row, "amount"))
    sound = not currency or is_currency(currency)
    if not sound:
        losses.note(f"{_AT}[].currency", Why.NOT_READABLE)
    if words(row, "amount") and amount is None:
        losses.note(f"{_AT}[].amount", Why.NOT_READABLE)
    return {
        "option": short(row, "option", losses, at=f"{_AT}[].option"),
        "currency": currency if sound else "",
        "amount": amount if sound else None,
        "details": long(row, "amount_description", losses, at=f"{_AT}[].amount_description"),
    }


def _amount(said: str) -> str | None:
    """ "12.5" as "12.50"; None for what has more behind the point, or is none."""
    try:
        read = Decimal(said)
        kept = f"{read:.2f}"
        return kept if is_amount(kept) and Decimal(kept) == read else None
    except InvalidOperation:
        return None
