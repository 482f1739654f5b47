"""The map as it ships, as others get it: files, resources of health care, pages for machines."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from samen.directory.tests.make import NOON
from samen.exchange import jobs
from samen.exchange.queries import downloads
from samen.exchange.tests.test_downloads import faults, official, rows_of, unpacked
from samen.exchange.tests.test_fhir import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_map")]


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_p10_the_tables_have_no_fault_by_the_official_description_either(
    client: Client, tmp_path: Path
) -> None:
    jobs.keep_documents(at=NOON)
    jobs.keep_downloads(at=NOON)
    folder = unpacked(client, tmp_path / "out")
    assert len(rows_of(folder, "services.csv")) == sum(map(len, downloads.published()))
    assert faults(folder) == []

    (folder / "datapackage.json").write_text(json.dumps(official()))
    assert faults(folder) == []


def test_every_resource_of_health_care_is_valid(client: Client) -> None:
    jobs.keep_documents(at=NOON)
    for kind in ("HealthcareService", "Organization", "Location"):
        page = asked(client, kind, _count=200)
        assert page["total"] == len(page.get("entry", ())) or kind == "HealthcareService"
        assert page["total"]
