"""The soak of bench/soak.py with a worker beside it: half a minute, or as long as is said.

SAMEN_SOAK_MINUTES=10 python -m pytest tests/test_soak.py
"""

import os
from pathlib import Path

import pytest

from bench.soak import CACHE_BYTES, MAY_GROW, SEEN_WITHIN, WORKERS, own_memory, watched
from tests.serving import Installation, installed_with_the_map

pytestmark = pytest.mark.slow

MINUTES = float(os.environ.get("SAMEN_SOAK_MINUTES", "0.5"))
LONG = 5  # minutes, after which memory is full
_WARMING_UP = 1.3  # so short a time is too little for that

# What the worker does by the hour and seldomer asks the whole internet and tells organisations.
WITHOUT_A_WORD_TO_ANYBODY = """
from samen.config.jobs import HOUR, WORK
from samen.config.models import DueJob
from samen.foundation import clock
for rhythm in WORK:
    if rhythm.every >= HOUR:
        DueJob.objects.create(name=rhythm.name, began_at=clock.now(), ended_at=clock.now())
"""
# As many as the worker folds into the index, while readers are at it.
EDITS = """
from samen.directory import actions
from samen.directory.models import Service
from samen.foundation import clock
from samen.foundation.actor import job
from samen.search.queries.index import FOLDED_FROM
for one in Service.objects.filter(number__gt=10).order_by("number")[:FOLDED_FROM]:
    version, facts = actions.service_facts(one.id)
    actions.change_service(
        service_id=one.id, changes={"name": facts["name"] | {"name": f"Huis {one.number}"}},
        version=version, why="", by=job("soak"), at=clock.now(),
    )
"""


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    here = installed_with_the_map(tmp_path, SAMEN_PAGE_CACHE_BYTES=str(CACHE_BYTES))
    here.samen("project")
    here.samen("reindex")
    here.run(WITHOUT_A_WORD_TO_ANYBODY)
    return here


def test_readers_edits_and_the_worker_leave_nothing_behind(
    here: Installation, tmp_path: Path
) -> None:
    before = folders(tmp_path)
    with here.running("serve", "--only", "visitors", "--workers", str(WORKERS)) as server:
        here.run(EDITS)
        with here.started("worker") as worker:
            found = watched(MINUTES, here.environment, server)

            assert worker.process.poll() is None, "the worker has ended"
            assert own_memory(str(worker.process.pid)) < 400e6
        assert len(server.workers()) == WORKERS

    assert found["failed"] == 0
    assert found["requests"] > 100
    assert found["edits"] >= 3
    assert found["edit_seen_after_s"]["worst"] <= SEEN_WITHIN
    assert found["grew"] <= (MAY_GROW if MINUTES >= LONG else _WARMING_UP), found
    assert folders(tmp_path) - before, "the worker folded nothing"


def folders(data: Path) -> set[str]:
    return {path.name for path in (data / "index").iterdir() if path.is_dir()}
