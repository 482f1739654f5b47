"""Cards in a list: made once, read without the ORM, and never older than the map."""

from io import StringIO

import pytest
from django.core.management import call_command

from samen.audit.models import Entry
from samen.directory import actions as directory
from samen.directory import queries as services
from samen.directory.models import Service, ServiceCard, ServiceDocument
from samen.directory.queries import Listing
from samen.directory.tests import make
from samen.finder import actions, queries
from samen.finder.queries.cards import read
from samen.foundation.languages import PUBLISHED
from tests.visit import Visit

pytestmark = pytest.mark.django_db

MARKER = "ZEBRAPAD-77"
EVERYTHING = 10_000


def listing(service: Service, language: str = "en") -> Listing:
    [found] = services.listings([service.id], language=language)
    return found


def hide(service: Service) -> None:
    make.change(service, publish={"publish": "hidden"})


def test_unconfirmed_hidden_and_secret_things_enter_no_card() -> None:
    shown = make.service(notes=MARKER, sources=[MARKER])
    make.phone(shown, MARKER, confirmed=False)
    make.confidential_location(shown)
    make.service(name=MARKER, publish=Service.Publish.HIDDEN)
    actions.keep_cards(most=EVERYTHING)

    kept = ServiceCard.objects.values_list("body", flat=True)
    assert len(kept) == len(PUBLISHED)
    assert MARKER not in "".join(kept)


def test_a_card_goes_with_the_change_and_comes_back_new(visit: Visit) -> None:
    service = make.service(name="Oude naam")
    actions.keep_cards(most=EVERYTHING)
    make.change(service, name={"name": "Nieuwe naam"})

    assert not ServiceCard.objects.exists()
    page = visit.get(f"/en/find/?i={service.number}")
    assert "Nieuwe naam" in page.get_text()
    assert "Oude naam" not in page.get_text()
    assert actions.keep_cards(most=EVERYTHING) == len(PUBLISHED)


def test_a_change_that_is_taken_back_takes_nothing_away() -> None:
    service = make.service()
    actions.keep_cards(most=EVERYTHING)
    with pytest.raises(directory.Refused):
        make.change(service, publish={"publish": "ready", "verified": "unverified"})

    assert ServiceCard.objects.count() == len(PUBLISHED)


def test_a_withdrawn_service_stands_in_no_list_whoever_kept_its_card(visit: Visit) -> None:
    service = make.service()
    other = make.service()
    actions.keep_cards(most=EVERYTHING)
    hide(service)

    page = visit.get(f"/en/find/?i={service.number},{other.number}")
    assert [a.get_text() for a in page.select("article h2 a, article h3 a")] == [other.name]


def test_a_card_of_before_a_change_is_never_kept_after_it() -> None:
    service = make.service(name=MARKER)
    stamps = services.stamps([service.id])
    body = queries.written(queries.draw(listing(service), "en"))
    make.change(service, name={"name": "Nieuwe naam"})

    kept = directory.keep_cards(
        bodies={service.id: body}, stamps=stamps, language="en", made_by="x"
    )

    assert kept == 0
    assert not ServiceCard.objects.exists()


def test_a_card_of_another_release_is_made_anew() -> None:
    service = make.service()
    body = queries.written(queries.draw(listing(service), "en"))
    stamps = services.stamps([service.id])
    directory.keep_cards(bodies={service.id: body}, stamps=stamps, language="en", made_by="before")
    actions.keep_cards(most=EVERYTHING)

    assert set(ServiceCard.objects.values_list("made_by", flat=True)) == {
        queries.made_by(language) for language in PUBLISHED
    }


def test_what_was_written_is_read_as_it_was() -> None:
    service = make.service(hours="weekly", closed_from=make.NOON.date())
    service.week.create(weekday=3, opens="09:00", closes="17:30")
    service.exceptions.create(date=make.NOON.date())
    service.exceptions.create(date="2026-12-24", opens="10:00", closes="12:00")
    drawn = queries.draw(listing(service), "en")

    assert read(queries.written(drawn)) == drawn


def test_words_on_the_map_cannot_become_markup_or_gaps(visit: Visit) -> None:
    service = make.service(name="<script>alert(1)</script>{{ gap }}", what="<b>{{ gap }}</b>")
    page = visit.get(f"/en/find/?i={service.number}")

    assert not page.select("article script, article b")
    assert "<script>alert(1)</script>{{ gap }}" in page.get_text()


def test_the_command_makes_what_is_missing_and_everything_when_told() -> None:
    make.service()
    out = StringIO()
    call_command("project", stdout=out)
    call_command("project", stdout=out)
    ServiceCard.objects.update(body="broken")
    ServiceDocument.objects.update(body=b"broken")
    call_command("project", "--rebuild", stdout=out)

    assert out.getvalue().splitlines() == [
        "1 documents and 10 cards made",
        "0 documents and 0 cards made",
        "1 documents and 10 cards made",
    ]
    assert "broken" not in "".join(ServiceCard.objects.values_list("body", flat=True))
    assert Entry.objects.filter(object_type="projections").count() == 1
