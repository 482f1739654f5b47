"""Read the shipped content into the tables: places, needs, services, translations, routes."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from samen.directory import actions
from samen.directory.actions import ImportReport
from samen.foundation import clock
from samen.foundation.actor import job


class Command(BaseCommand):
    help = "Bring the map in line with the content files. May be repeated: edits are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--content", type=Path, default=settings.CONTENT, metavar="DIR")
        parser.add_argument("--quiet", action="store_true", help="say only what was refused")

    def handle(self, *, content: Path, quiet: bool, **_options: Any) -> None:
        reports = list(_import(content))
        for name, report in reports:
            if not quiet:
                self.stdout.write(f"{name:9} {_summary(report)}")
                for kept in report.kept:
                    self.stdout.write(f"  kept as a person left it: {kept.entry}, {kept.fact}")
            for refusal in report.refused:
                self.stderr.write(f"{refusal.file}: {refusal.entry}: {refusal.reason}")
        if any(report.refused for _name, report in reports):
            message = "Some entries were refused. The others were imported."
            raise CommandError(message)


def _import(content: Path) -> Iterator[tuple[str, ImportReport]]:
    """Each in its turn: services stand on needs and places, and routes lead to services."""
    by, at = job("import_map"), clock.now()
    needs = _read_yaml(content / "needs.yaml")
    places = _read_json(content / "places.json")
    yield "places", actions.import_places(data=places, by=by, at=at)
    yield "needs", actions.import_needs(data=needs, by=by, at=at)
    yield (
        "services",
        actions.import_map(
            data=_read_yaml(content / "services.yaml"),
            translations={
                path.stem: _read_yaml(path) for path in sorted(content.glob("services/*.yaml"))
            },
            by=by,
            at=at,
        ),
    )
    yield "routes", actions.import_routes(data=needs, by=by, at=at)


def _read_json(path: Path) -> dict[str, Any]:
    return _whole(path, json.loads(path.read_text(encoding="utf-8")))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        return _whole(path, yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        message = f"{path} is not YAML: {error}"
        raise CommandError(message) from error


def _whole(path: Path, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        message = f"{path} holds no entries."
        raise CommandError(message)
    return data


def _summary(report: ImportReport) -> str:
    return (
        f"{report.created} new, {report.changed} changed, {report.unchanged} as they were, "
        f"{len(report.kept)} facts kept, {len(report.refused)} refused"
    )
