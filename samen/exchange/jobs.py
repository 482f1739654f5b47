from datetime import datetime

from samen.exchange import actions
from samen.exchange.actions import forgetting, sources, taking_in, undoing
from samen.exchange.queries.sources import being_undone, due_sources, running
from samen.foundation.actor import job

_MOST = 2_000  # documents in one go
# Of one source in one round: twenty thousand records of a file, five thousand of a list. Letters
# wait so long.
_STEPS = 100


def keep_documents(*, at: datetime) -> int:  # noqa: ARG001 of every job
    """Every published service has its document."""
    return actions.keep_documents(most=_MOST)


def keep_downloads(*, at: datetime) -> int:
    """The map as files: anew when it has changed, at once when something was taken away."""
    return actions.keep_downloads(at=at)


def take_in(*, at: datetime) -> int:
    """The sources whose time has come, step by step. Gives the number of steps."""
    by, gate, steps = job("take_in"), sources.gate(), 0
    for source in due_sources(at=at):
        taking_in.begin_run(source_id=source, by=by, at=at)
    for run in running():
        taken = 0
        while taken < _STEPS and taking_in.take_step(run_id=run, gate=gate, by=by, at=at):
            taken += 1
        steps += taken
    for run in being_undone():
        while undoing.undo_step(run_id=run, by=by, at=at):
            steps += 1
    return steps


def forget_documents(*, at: datetime) -> int:
    """What sources said of places that are secret here. Gives the number of entries."""
    return forgetting.forget_documents(by=job("forget_documents"), at=at)
