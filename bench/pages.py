"""What a visitor page weighs and what it costs, at the real map and at 100 and 10,000 services.

Bytes are what a phone fetches before somebody can read: the page, its headers and its style, all
compressed. Queries are counted on a warm process. Times are ratios to the empty fault page of the
same run, which needs neither database nor search.
"""

import gzip
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid5

HOUSE = Path(__file__).resolve().parents[1]
LIMIT = 13_000
STATUS_LINE = 60
STYLE_HEADERS = 900
SEED = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")

KINDS = {
    "home": "",
    "results, 20 services": "find/?place=amsterdam",
    "service page": "i/4/",
}
COSTS = {"home": "", "results": "find/?need=36&place=amsterdam", "service page": "i/3/"}


def measure() -> dict[str, Any]:
    """Everything, in a database of its own below a temporary folder."""
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(
            SAMEN_ENVIRONMENT="test",
            SAMEN_SECRET_KEY="only-for-measuring-0123456789-0123456789-0123456789",  # noqa: S106 of this run only
            SAMEN_DATA=data,
            SAMEN_HTTPS="no",
            SAMEN_NOW="2026-11-24T10:20:00+01:00",
            DJANGO_SETTINGS_MODULE="samen.config.settings",
        )
        os.environ.pop("DATABASE_URL", None)
        import django  # noqa: PLC0415 the settings come first

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415 after the setup

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("import_map", quiet=True)
        found: dict[str, Any] = {"bytes": _bytes(), "limit": LIMIT, "cost": {}}
        for size in (100, 10_000):
            fill(size)
            found["cost"][str(size)] = _cost()
        found["profile"] = _profile()
        return found


def _bytes() -> dict[str, dict[str, int]]:
    from django.test import Client  # noqa: PLC0415 after the setup

    from samen.foundation.languages import PUBLISHED  # noqa: PLC0415 after the setup

    client = Client(headers={"host": "localhost"})
    style = (HOUSE / "samen/theme/static/s/look.css").read_bytes()
    sheet = len(gzip.compress(style, 9)) + STYLE_HEADERS
    return {
        kind: {tag: _fetched(client, f"/{tag}/{path}") + sheet for tag in PUBLISHED}
        for kind, path in KINDS.items()
    }


def _fetched(client: Any, address: str) -> int:
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    headers = sum(len(f"{k}: {v}\r\n".encode()) for k, v in answer.headers.items())
    return len(answer.content) + headers + STATUS_LINE


def fill(size: int) -> None:
    """Bring the map to `size` published services with services that look like the real ones.

    They stand in the forty largest towns by population, one in ten elsewhere, and help with one to
    three things each, as those of bench/maps.py do. A country has no thousand helplines: what is
    there for all of it, and for everything, is copied as something for one town.
    """
    from bench.maps import CITIES, RURAL  # noqa: PLC0415 after the setup
    from samen.directory import models as directory  # noqa: PLC0415 after the setup
    from samen.foundation import clock  # noqa: PLC0415 after the setup
    from samen.places.models import Place  # noqa: PLC0415 after the setup

    chance = random.Random(size)  # noqa: S311 a map for measuring, no secret
    models = list(directory.Service.objects.exclude(publish="hidden"))
    missing = size - len(models)
    if missing <= 0:
        return
    last = directory.Service.objects.order_by("-number").values_list("number", flat=True)[0]
    kinds = (
        directory.ServiceText,
        directory.ServiceLanguage,
        directory.ServiceGroup,
        directory.OpeningHours,
        directory.Phone,
    )
    like = {
        model: [row for kind in kinds for row in kind.objects.filter(service=model)]
        for model in models
    }
    needs = {model: list(directory.ServiceNeed.objects.filter(service=model)) for model in models}
    towns = list(Place.objects.order_by("-population", "slug"))
    cities, rest = towns[: len(CITIES)], towns[len(CITIES) :]
    people = [city.population for city in cities]
    fresh: dict[type[Any], list[Any]] = {directory.Service: [], directory.Location: []}
    for number in range(last + 1, last + 1 + missing):
        model = chance.choice(models)
        key = uuid5(SEED, str(number))
        rural = chance.random() < RURAL
        town = chance.choice(rest) if rural else chance.choices(cities, people)[0]
        there = directory.Location(
            id=uuid5(key, "place"),
            organization_id=model.organization_id,
            type=directory.Location.Type.PHYSICAL,
            town=town.name,
            place=town,
        )
        made = [
            _copy(model, id=key, key=f"made-{number}", number=number),
            there,
            directory.ServiceAtLocation(id=uuid5(key, "at"), service_id=key, location=there),
        ]
        helps = chance.sample(needs[model], min(chance.randint(1, 3), len(needs[model])))
        for row in (*like[model], *helps):
            own = {"id": uuid5(key, str(row.pk)) if isinstance(row, directory.Phone) else None}
            made.append(_copy(row, service_id=key, **own))
        for row in made:
            fresh.setdefault(type(row), []).append(row)
    for kind, rows in fresh.items():
        kind.objects.bulk_create(rows, batch_size=500)
    directory.Change.objects.create(at=clock.now(), kind="service", record=SEED, verb="created")


def _copy(row: Any, **other: Any) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**(values | other))


def _cost() -> dict[str, dict[str, float]]:
    from django.db import connection  # noqa: PLC0415 after the setup
    from django.test import Client  # noqa: PLC0415 after the setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 after the setup

    client = Client(headers={"host": "localhost"})
    found: dict[str, dict[str, float]] = {}
    for kind, path in COSTS.items():
        client.get(f"/ar/{path}")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/ar/{path}")
        queries = len(asked)  # now: the next request empties the list
        page = _best(partial(client.get, f"/ar/{path}"))
        empty = _best(partial(client.get, "/ar/nothing/"))
        found[kind] = {"queries": queries, "times_an_empty_page": round(page / empty, 2)}
    return found


def _best(call: Callable[[], Any], rounds: int = 15) -> float:
    return min(_timed(call) for _ in range(rounds))


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _profile() -> dict[str, float]:
    """Where the time of a results page goes, in shares of the whole, at 10,000 services."""
    from django.test import Client  # noqa: PLC0415 after the setup

    from samen.directory import queries as directory  # noqa: PLC0415 after the setup
    from samen.search import queries as search  # noqa: PLC0415 after the setup

    spent: dict[str, list[float]] = {"search": [], "database": []}

    def watched(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                spent[name].append(time.perf_counter() - began)

        return call

    client = Client(headers={"host": "localhost"})
    with (
        patch.object(search, "search", watched("search", search.search)),
        patch.object(directory, "card_rows", watched("database", directory.card_rows)),
    ):
        whole = [_timed(lambda: client.get(f"/ar/{COSTS['results']}")) for _ in range(25)]
    total = statistics.median(whole)
    shares = {name: statistics.median(times) / total for name, times in spent.items()}
    shares["templates and the rest"] = 1 - sum(shares.values())
    return {name: round(share, 3) for name, share in shares.items()}


def as_text(found: dict[str, Any]) -> Iterator[str]:
    """The chapter of docs/benchmarks.md about pages."""
    yield "## What a page weighs"
    yield ""
    yield "Bytes on the wire before somebody can read: page, headers and style, compressed."
    yield f"Limit: {found['limit']}. Requests before the first paint: 2 (page and style)."
    yield ""
    tags = list(next(iter(found["bytes"].values())))
    yield "| page | " + " | ".join(tags) + " |"
    yield "|---" * (len(tags) + 1) + "|"
    for kind, row in found["bytes"].items():
        yield f"| {kind} | " + " | ".join(f"{row[tag]:,}" for tag in tags) + " |"
    yield ""
    yield "## What a page costs"
    yield ""
    yield "Queries on a warm process; time as a multiple of a page that asks nothing."
    yield ""
    yield "| services | page | queries | times an empty page |"
    yield "|---|---|---|---|"
    for size, row in found["cost"].items():
        for kind, cost in row.items():
            words = (
                f"| {int(size):,} | {kind} | {cost['queries']} | {cost['times_an_empty_page']} |"
            )
            yield words
    yield ""
    yield "Where the time of a results page goes at 10,000 services:"
    yield ""
    for name, share in found["profile"].items():
        yield f"- {name}: {share:.0%}"
    yield ""
