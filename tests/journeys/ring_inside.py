"""What the test of the ring asks inside of each installation."""

from datetime import UTC, datetime, timedelta
from typing import Any

from samen.directory import actions as directory
from samen.directory.models import Origin, Service
from samen.exchange import jobs, queries
from samen.exchange.actions import sources, taking_in
from samen.exchange.models import Run, Source
from samen.exchange.queries.sources import due_sources
from samen.foundation.actor import job
from samen.places.models import Municipality

BEGIN = datetime(2026, 11, 25, tzinfo=UTC)
BY = job("ring")


def begin(name: str) -> None:
    """A municipality with two entries of its own."""
    Municipality.objects.create(slug=name, name=name.upper())
    body = directory.Body(
        id=Municipality.objects.get().id,
        key=f"body-{name}",
        columns={"name": name, "alternate_name": "", "website": "", "email": ""},
        about={},
    )
    directory.take_organizations(bodies=[body], by=BY, at=BEGIN)
    for number in (1, 2):
        facts = directory.blank_facts()
        directory.create_service(
            key=f"{name}{number}",
            facts={
                "name": {"organization": body.key, "name": f"{name}{number}", "names": {}},
                "publish": facts["publish"]
                | {"kind": "service", "publish": "ready", "verified": "page"},
                "areas": {"areas": [name]},
                "what.nl": {"body": "Koffie en raad.", "state": "original", "made_from": ""},
            },
            why="",
            by=BY,
            at=BEGIN,
        )


def follow(address: str, name: str) -> None:
    wanted = sources.Wanted(
        municipality=Municipality.objects.get().slug,
        name=name,
        kind="samen",
        address=address,
        hours=1,
    )
    sources.add_source(wanted=wanted, by=BY, at=BEGIN)


def take_in(hour: int) -> int:
    return jobs.take_in(at=BEGIN + timedelta(hours=hour))


def take_one_step(hour: int) -> None:
    at = BEGIN + timedelta(hours=hour)
    for source in due_sources(at=at):
        run = taking_in.begin_run(source_id=source, by=BY, at=at)
        if run:
            taking_in.take_step(run_id=run.id, gate=sources.gate(), by=BY, at=at)


def shown() -> dict[str, str]:
    """What visitors see, by name; a name that stood there twice would be told."""
    rows = list(Service.objects.exclude(publish="hidden").values_list("name", "website"))
    twice = len(rows) - len(dict(rows))
    return dict(rows) | ({"twice": str(twice)} if twice else {})


def own() -> dict[str, int]:
    """Entries without an origin, with their versions."""
    return dict(
        Service.objects.exclude(pk__in=Origin.objects.values("service"))
        .order_by("name")
        .values_list("name", "version")
    )


def echoes() -> int:
    return sum(run.counts.get("echo", 0) for run in Run.objects.all())


def write(name: str, url: str) -> None:
    _change(name, {"website": {"website": url}})


def hide(name: str) -> None:
    now = directory.service_facts(Service.objects.get(name=name).id)[1]["publish"]
    _change(name, {"publish": {**now, "publish": "hidden"}})


def numbers_are_unique() -> bool:
    numbers = list(Service.objects.values_list("number", flat=True))
    return len(numbers) == len(set(numbers))


def troubles() -> list[Any]:
    return [list(Source.objects.values_list("trouble", flat=True)), len(queries.documents([]))]


def _change(name: str, changes: dict[str, Any]) -> None:
    service = Service.objects.get(name=name)
    version, _facts = directory.service_facts(service.id)
    directory.change_service(
        service_id=service.id, changes=changes, version=version, why="", by=BY, at=BEGIN
    )
