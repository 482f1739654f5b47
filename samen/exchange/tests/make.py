"""One of each of what is exchanged, ready to use."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from samen.directory.tests.make import NOON
from samen.exchange.actions.sources import Wanted, add_source, documents_of_file
from samen.exchange.actions.taking_in import begin_file, take_step
from samen.exchange.models import Held, Run, Source
from samen.foundation.actor import Actor, ActorKind, job
from samen.foundation.http.fetching import Gate
from samen.places.models import Municipality

JOB = job("take_in")
STEWARD = Actor(ActorKind.COLLEAGUE, job("a steward").id)
NOBODY = Gate()
DAY = timedelta(days=1)


def municipality(slug: str = "utrecht", name: str = "Utrecht") -> Municipality:
    return Municipality.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def source(kind: str = "package", **parts: Any) -> Source:
    municipality()
    wanted = {"municipality": "utrecht", "name": "Sociale kaart", "licence": "CC0", **parts}
    return add_source(wanted=Wanted(kind=kind, **wanted), by=STEWARD, at=NOON)


def record(original: str = "a1", **fields: Any) -> dict[str, Any]:
    """A plain record of somebody else."""
    return {
        "id": original,
        "name": f"Inloop {original}",
        "description": "Koffie en raad.",
        "status": "active",
        "organization": {"id": "o1", "name": "Buurthuis"},
    } | fields


def bring(source: Source, *records: Mapping[str, Any], at: datetime = NOON) -> Run:
    """A file with these records, taken in to its end."""
    body = json.dumps({"contents": records}).encode()
    documents: Sequence[Mapping[str, Any]] = documents_of_file("package", body) if records else []
    run = begin_file(source_id=source.id, documents=documents, by=JOB, at=at)
    return finish(run, at=at)


def finish(run: Run, *, gate: Gate = NOBODY, at: datetime = NOON) -> Run:
    while take_step(run_id=run.id, gate=gate, by=JOB, at=at):
        pass
    run.refresh_from_db()
    return run


def held(original: str = "a1") -> Held:
    return Held.objects.select_related("service").get(kind="service", original=original)
