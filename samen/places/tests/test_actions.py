import json
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from samen.audit import actions as audit
from samen.audit.models import Entry, EntryObject
from samen.foundation.actor import job
from samen.foundation.languages import PUBLISHED
from samen.places import actions
from samen.places.models import Municipality, Place
from samen.places.queries import gazetteer
from samen.places.rules import kilometres
from samen.places.tests import make

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
IMPORT = job("import_map")


class DiskFull(Exception):
    pass


pytestmark = pytest.mark.django_db


def test_a_place_is_written_with_its_municipality_and_leaves_a_trace() -> None:
    data = make.content(make.row("Utrecht", municipality="utrecht"), municipalities=("utrecht",))

    report = actions.import_places(data=data, by=IMPORT, at=NOON)

    place = Place.objects.get()
    assert place.municipality == Municipality.objects.get()
    assert len(report.created) == 2
    assert Entry.objects.count() == 2  # one line for each kind, that names all of it
    assert {named.object_id for named in EntryObject.objects.all()} == set(report.created)


def test_a_second_import_changes_nothing_and_writes_nothing() -> None:
    data = make.content(make.row("Utrecht", municipality="utrecht"), municipalities=("utrecht",))
    actions.import_places(data=data, by=IMPORT, at=NOON)
    lines = Entry.objects.count()

    report = actions.import_places(data=data, by=IMPORT, at=NOON)

    assert (report.created, report.changed, report.unchanged) == ((), (), 2)
    assert Entry.objects.count() == lines


def test_only_what_differs_is_written_again() -> None:
    actions.import_places(data=make.content(make.row("Ede"), make.row("Epe")), by=IMPORT, at=NOON)

    report = actions.import_places(
        data=make.content(make.row("Ede", population=5), make.row("Epe")), by=IMPORT, at=NOON
    )

    assert report.changed == (Place.objects.get(slug="ede").id,)
    assert Place.objects.get(slug="ede").population == 5


def test_a_place_that_left_the_file_stays() -> None:
    actions.import_places(data=make.content(make.row("Ede")), by=IMPORT, at=NOON)

    actions.import_places(data=make.content(), by=IMPORT, at=NOON)

    assert Place.objects.get().slug == "ede"


def test_without_a_trace_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "record", Mock(side_effect=DiskFull))

    with pytest.raises(DiskFull):
        actions.import_places(data=make.content(make.row("Ede")), by=IMPORT, at=NOON)

    assert not Place.objects.exists()


def test_the_database_refuses_a_place_off_the_earth() -> None:
    place = make.place("ede")

    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(pk=place.pk).update(latitude=91)


def test_the_shipped_places_know_the_cities_in_every_language() -> None:
    data = json.loads(Path(settings.CONTENT, "places.json").read_text(encoding="utf-8"))

    actions.import_places(data=data, by=IMPORT, at=NOON)

    here = gazetteer(1)
    cities = here.programme()
    assert [city.slug for city in cities] == [
        *("amsterdam", "arnhem", "the-hague", "nijmegen", "rotterdam", "utrecht"),
    ]
    for city in cities:
        assert set(city.names) == set(PUBLISHED)
        for name in city.names.values():
            assert here.find(name)[0] == city, name
    assert here.find("Ter Apel")[0].province == "Groningen"


def test_every_part_of_a_city_lies_near_it() -> None:
    data = json.loads(Path(settings.CONTENT, "places.json").read_text(encoding="utf-8"))
    point = {row["slug"]: (row["latitude"], row["longitude"]) for row in data["places"]}

    for row in data["places"]:
        if row["municipality"]:
            assert kilometres(*point[row["slug"]], *point[row["municipality"]]) < 25, row["name"]
