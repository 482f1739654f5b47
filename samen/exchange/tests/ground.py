"""A small map for reading: two towns, two subjects, and the folder of HSDS beside the checkout."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from samen.exchange.rules.reading import Ground, Offer, read_service
from samen.exchange.tests.schemas import HSDS

TODAY = date(2026, 11, 22)
SOURCE = "https://hulp.example.org"
TOWNS = {"utrecht": "utrecht", "ede": "ede"}


def ground(**parts: Any) -> Ground:
    known: dict[str, Any] = {
        "terms": {"form.violence": "form.violence", "group.men": "group.men"},
        "kinds": {"form.violence": "form", "group.men": "grp"},
        "areas": {"utrecht": "utrecht", "den haag": "den-haag"},
        "town": lambda name: TOWNS.get(name.casefold(), ""),
        "fits": lambda column, said: "@" in said if column == "email" else said[:4] == "http",
        "today": TODAY,
        "area": "utrecht",
    }
    return Ground(**(known | parts))


def read(document: Any, *, samen: bool = False) -> Offer:
    offer = read_service(document, ground(), publisher=SOURCE, licence="CC0", samen=samen)
    assert offer is not None
    return offer


def service(**fields: Any) -> dict[str, Any]:
    """A plain record of somebody else."""
    return {
        "id": "a1",
        "name": "Inloop",
        "description": "Koffie en raad.",
        "status": "active",
        "organization": {"id": "o1", "name": "Buurthuis", "description": "Buurthuis"},
    } | fields


def schedule(**fields: Any) -> dict[str, Any]:
    return {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"} | fields


def official(*folders: str) -> list[Path]:
    """The files of the standard in one of its folders."""
    folder = HSDS.joinpath(*folders)
    return sorted(folder.glob("*.json")) if folder.exists() else []


def needs_hsds(files: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not files, reason=f"THE HSDS FILES ARE NOT IN {HSDS}: set SAMEN_HSDS_DIR to their folder"
    )


def load(path: Path) -> Any:
    return json.loads(path.read_text())
