"""What readers are given, held against the tables, for the whole map as it ships."""

import json
from typing import Any, NoReturn
from uuid import UUID

import pytest
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samen.directory import queries as services
from samen.directory.models import Phone, Service
from samen.directory.tests import make
from samen.exchange import actions as exchange
from samen.exchange import queries as documents
from samen.exchange.tests.asking import LISTS, Ask, ask, check
from samen.exchange.tests.schemas import Hsds, hsds
from samen.finder import actions as finder
from samen.finder import queries as cards
from samen.finder.queries.cards import read, remembered
from samen.foundation.languages import PUBLISHED

__all__ = ["ask", "hsds"]  # fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_map")]

EVERYTHING = 10_000
PAGES = (
    "/ar/find/?need=36&place=amsterdam",
    "/nl/find/?place=arnhem&speaks=ti",
    "/en/find/?i=3,4,5",
    "/ti/find/?need=36&place=arnhem&within=5&open=1&how=walkin&cost=0",
)


def published() -> list[UUID]:
    return list(Service.objects.exclude(publish="hidden").values_list("id", flat=True))


def test_every_document_of_the_real_map_is_valid_hsds(hsds: Hsds) -> None:
    made = documents.made(published())

    assert len(made) == len(published()) > 100
    for body in made.values():
        assert not hsds.errors(json.loads(body))


def test_documents_are_what_the_tables_say_for_every_service() -> None:
    assert exchange.keep_documents(most=EVERYTHING) == len(published())

    lines = services.documents(published(), made_by=documents.made_by())
    assert dict(lines) == documents.to_keep(published())
    kept = documents.documents(published())
    for service in Service.objects.exclude(publish="hidden").select_related("organization"):
        said = json.loads(kept[service.id])
        assert (said["name"], said["number"]) == (service.name, service.number)
        assert said["organization"]["name"] == service.organization.name
        confirmed = Phone.objects.filter(service=service, confirmed=True).order_by("position")
        numbers = [phone["number"] for phone in said.get("phones", [])]
        assert numbers == list(confirmed.values_list("number", flat=True))
        texts = service.texts.filter(field="what")
        parts = said["translations"].items()
        told = {tag: part["description"]["text"] for tag, part in parts if "description" in part}
        assert told == dict(texts.values_list("language", "body"))
    assert exchange.keep_documents(most=EVERYTHING) == 0


def test_cards_are_what_the_tables_say_for_every_service_and_language() -> None:
    published = Service.objects.exclude(publish="hidden")
    assert finder.keep_cards(most=EVERYTHING) == published.count() * len(PUBLISHED)

    for language in PUBLISHED:
        rows = services.card_rows(
            numbers=list(published.values_list("number", flat=True)),
            language=language,
            made_by=cards.made_by(language),
        )
        ids = [row.id for row in rows]
        fresh = {each.id: each for each in services.listings(ids, language=language)}
        assert len(rows) == published.count()
        for row in rows:
            assert row.body is not None
            assert read(row.body) == cards.draw(fresh[row.id], language)
    assert finder.keep_cards(most=EVERYTHING) == 0


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "remembered"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_results_asks_twice_and_never_the_orm(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, *, kept: bool
) -> None:
    if kept:
        finder.keep_cards(most=EVERYTHING)
    before = client.get(path).content
    if kept:
        remembered.cache_clear()

    def orm(*_args: Any, **_options: Any) -> NoReturn:
        pytest.fail("a page of results asked the ORM")

    monkeypatch.setattr(SQLCompiler, "execute_sql", orm)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)

    assert answer.status_code == 200
    assert len(asked) <= 2
    assert answer.content == before


def test_what_is_remembered_is_asked_for_again_only_after_a_change(client: Client) -> None:
    path = "/nl/find/?need=36&place=amsterdam"
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    assert [each["sql"] for each in asked] == ["SELECT MAX(id) FROM directory_change"]

    make.change(Service.objects.get(key="veilig-thuis"), name={"name": "Heel Veilig Thuis"})

    assert "Heel Veilig Thuis" in client.get(path).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_the_same_whether_its_cards_are_kept_or_not(client: Client, path: str) -> None:
    made_on_the_spot = client.get(path).content
    finder.keep_cards(most=EVERYTHING)

    assert client.get(path).content == made_on_the_spot


@pytest.mark.parametrize("standard", ["3.2", "3.3"])
@pytest.mark.parametrize("kind", LISTS)
def test_p1_p3_a_crawl_of_every_page_and_every_id_has_no_error(
    ask: Ask, hsds: Hsds, kind: str, standard: str
) -> None:
    base, found = f"/api/hsds/{standard}", []
    for page in ask.pages(kind, base=base, per_page=40):
        if standard == "3.2":
            assert not hsds.errors(page, f"/{kind}")
        for record in page["contents"]:
            check(kind, record)
            found.append(record["id"])
    assert len(set(found)) == len(found) > 5
    whole = {line["id"]: line for line in ask.lines(kind, base=base, **whole_of(kind))}
    assert list(whole) == found
    for record in found[:: 1 if kind == "services" else 5]:
        said = ask.get(f"{kind}/{record}", base=base)
        assert said == whole[record]
        check(kind, said)
        # The official schemas of these are millions of signs: one in so many.
        if standard == "3.2" and (kind.startswith("taxonom") or found.index(record) % 10 == 0):
            assert not hsds.errors(said, f"/{kind}/{{id}}")


def whole_of(kind: str) -> dict[str, str]:
    return {} if kind.startswith("taxonom") else {"full": "true"}
