"""Foreign keys are imports too: down the floors only, and without a way back up."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import ForeignObject, ManyToManyField

ROOT = Path(__file__).parents[1]
PYPROJECT = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
FLOORS = {
    room: height
    for height, floor in enumerate(reversed(CONTRACTS[0]["layers"]))
    for room in floor.split(" | ")
}


def label(model: Any) -> str:
    return str(model._meta.app_label)


# Any, because what a field leads to may be a name until all models are loaded: here they are.
CROSSINGS: list[Any] = [
    field
    for model in apps.get_models(include_auto_created=True)
    for field in model._meta.get_fields()
    if isinstance(field, ForeignObject | ManyToManyField)
    and label(field.model) != label(field.related_model)
    and {label(field.model), label(field.related_model)} <= FLOORS.keys()
]


@pytest.mark.parametrize("field", CROSSINGS, ids=str)
def test_a_foreign_key_goes_down_and_cannot_be_walked_back(field: Any) -> None:
    assert FLOORS[label(field.model)] > FLOORS[label(field.related_model)]
    assert field.remote_field.hidden, f'{field} needs related_name="+"'


def test_the_walls_are_looked_at() -> None:
    """Without this an empty list above would pass for a sound house."""
    assert CROSSINGS
    assert {config.label for config in apps.get_app_configs()} >= FLOORS.keys()


@pytest.mark.django_db
def test_every_change_of_a_table_has_its_migration() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_the_journal_of_the_map_is_written_in_one_place() -> None:
    """Numbers out of turn would be missed by whoever reads it: see that place."""
    journal = ROOT / "samen" / "directory" / "actions" / "journal.py"
    writers = [
        path
        for path in ROOT.glob("samen/**/*.py")
        if "tests" not in path.parts
        and re.search(r"\bChange(\.objects\.\w*create)?\(", path.read_text())
    ]
    assert set(writers) == {journal, ROOT / "samen" / "directory" / "models" / "journal.py"}
