"""The part of bench/serving.py that runs inside: what is kept beside what the ORM puts together.

    SAMEN_DATA=... python -m bench.within SERVICES

In the database it is given; the last line is what was measured.
"""

# Django wants its settings before its models are imported.
# ruff: noqa: E402

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from unittest.mock import patch
from urllib.parse import parse_qs
from uuid import UUID

import django
import tantivy

django.setup()

from django.core.management import call_command
from django.test import Client

from bench.orm import by_the_orm
from bench.pages import fill
from bench.serving import DOCUMENTS, PAGE, best, pages
from samen.directory import actions as directory
from samen.directory import queries as services
from samen.directory.models import Service
from samen.exchange import queries as exchange
from samen.finder import queries as finder
from samen.finder import rules
from samen.finder.queries import cards
from samen.foundation import clock
from samen.foundation.actor import job
from samen.foundation.prepared import Prepared
from samen.search import queries as search
from samen.search.queries import Question

EDITS = 20


def main() -> None:
    fill(int(sys.argv[1]))
    print("filled", file=sys.stderr)
    edit = _edits()
    call_command("reindex", verbosity=0)
    _keep_cards()
    within = {"a page of results": _page(), "ten documents": _documents()}
    ratios = {
        "page_of_orm": round(within["a page of results"][1] / within["a page of results"][0], 2),
        "documents_of_orm": round(within["ten documents"][1] / within["ten documents"][0], 2),
        "edit_ms": edit["seen_ms"],
        "edit_of_tantivy": round(edit["seen_ms"] / edit["tantivy_ms"], 2),
    }
    print(json.dumps({"within": within, "edit": edit, "ratios": ratios}))


def _page() -> tuple[float, float]:
    """The same page from kept cards, and as it would be with none kept and none remembered."""
    client = Client(headers={"host": "localhost"})
    client.get(PAGE)

    def as_before() -> object:
        with (
            patch.object(cards, "_known", lambda _row, _seen: None),
            patch.object(cards.remembered, "get", lambda _number, _language: None),
            patch.object(Prepared, "__call__", by_the_orm),
        ):
            return client.get(PAGE)

    if client.get(PAGE).content != as_before().content:  # type: ignore[attr-defined]  # it is a response
        message = "the kept page is another one"
        raise AssertionError(message)
    found = best({"kept": lambda: client.get(PAGE), "made": as_before})
    return round(found["kept"], 2), round(found["made"], 2)


def _keep_cards() -> None:
    """Of all that the pages show, as the worker does."""
    shown: dict[str, set[int]] = {}
    for page in pages():
        shown.setdefault(page.split("/")[1], set()).update(_shown(page))
    for language, numbers in shown.items():
        _keep(sorted(numbers), language)
    cards.remembered.cache_clear()


def _shown(page: str) -> Iterator[int]:
    """The numbers of the services on the page."""
    asked = rules.asked_by(parse_qs(page.partition("?")[2]))
    language = page.split("/")[1]
    with suppress(finder.NotHere):
        found = finder.results(asked, here=finder.world(), language=language, at=clock.now())
        for each in (*found.ready, *found.review, *found.fallback):
            yield each.card.number


def _keep(numbers: list[int], language: str) -> None:
    ids = list(Service.objects.filter(number__in=numbers).values_list("id", flat=True))
    listings = services.listings(ids, language=language)
    bodies = {item.id: cards.written(cards.draw(item, language)) for item in listings}
    kept = directory.keep_cards(
        bodies=bodies,
        stamps=services.stamps(ids),
        language=language,
        made_by=cards.made_by(language),
    )
    if kept != len(numbers):
        message = f"{kept} of {len(numbers)} cards were kept"
        raise AssertionError(message)


def _documents() -> tuple[float, float]:
    """The ten of the first page of the list."""
    page = Client(headers={"host": "localhost"}).get(DOCUMENTS).json()
    ids = [UUID(each["id"]) for each in page["contents"]]
    directory.keep_documents(
        bodies=exchange.to_keep(ids), stamps=services.stamps(ids), made_by=exchange.made_by()
    )
    if exchange.documents(ids) != exchange.made(ids):
        message = "the kept documents are other ones"
        raise AssertionError(message)

    def as_before() -> object:
        with patch.object(Prepared, "__call__", by_the_orm):
            return exchange.made(ids)

    found = best({"kept": lambda: exchange.documents(ids), "made": as_before})
    return round(found["kept"], 2), round(found["made"], 2)


def _edits() -> dict[str, float]:
    """From the change to the answer that has it, while up to twenty wait to be folded in."""
    numbers = list(Service.objects.filter(publish="ready").values_list("id", "number")[:EDITS])
    search.search(Question(at=clock.now()))
    written, seen, committed = [], [], []
    commits = _commits()
    for step, (service, number) in enumerate(numbers):
        committed.append(next(commits))  # in turns, for the disk may be busy
        version, facts = directory.service_facts(service)
        name = f"zzznieuw{step}"
        began = time.perf_counter()
        directory.change_service(
            service_id=service,
            changes={"name": facts["name"] | {"name": name}},
            version=version,
            why="",
            by=job("bench"),
            at=clock.now(),
        )
        written.append(time.perf_counter() - began)
        began = time.perf_counter()
        found = search.search(Question(words=(name,), at=clock.now()))
        if [hit.number for hit in found.ready][:1] != [number]:
            message = "the edit is not seen"
            raise AssertionError(message)
        seen.append(time.perf_counter() - began)
    return {
        "written_ms": round(statistics.median(written) * 1000, 1),
        "seen_ms": round(statistics.median(seen) * 1000, 1),
        "tantivy_ms": round(statistics.median(committed) * 1000, 1),
    }


def _commits() -> Iterator[float]:
    """Seconds, of tantivy, without anything to store the entry in beside it."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=True)
    schema = builder.build()
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(schema, path=folder)
        writer = index.writer(heap_size=50_000_000, num_threads=1)
        for step in range(EDITS):
            began = time.perf_counter()
            writer.add_document(tantivy.Document(name=f"zzznieuw{step}"))
            writer.commit()
            index.reload()
            query = tantivy.Query.term_query(schema, "name", f"zzznieuw{step}")
            if not index.searcher().search(query, 1).hits:
                message = "the commit is not seen"
                raise AssertionError(message)
            yield time.perf_counter() - began
        writer.wait_merging_threads()


if __name__ == "__main__":
    main()
