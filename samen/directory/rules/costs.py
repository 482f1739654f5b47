"""What a service costs, option by option. Plain Python."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

Cost = Mapping[str, Any]  # option, currency, amount ("12.50" or None), details

# As the table keeps it: six digits and two behind the point.
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,5})\.[0-9]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def in_order_of_costs(costs: Iterable[Cost]) -> list[dict[str, Any]]:
    """The same order for the same prices: by what they are for, the lowest first."""
    return sorted((dict(cost) for cost in costs), key=_place)


def _place(cost: Cost) -> tuple[str, Decimal, str, str]:
    amount = Decimal(-1 if cost["amount"] is None else cost["amount"])
    return cost["option"], amount, cost["currency"], cost["details"]


def is_amount(said: str) -> bool:
    """Whether it is a sum as it is kept: "12.50"."""
    return bool(_AMOUNT.fullmatch(said))


def is_currency(said: str) -> bool:
    """Whether it is written as ISO 4217 writes one: "EUR"."""
    return bool(_CURRENCY.fullmatch(said))
