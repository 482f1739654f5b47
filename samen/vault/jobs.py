from datetime import datetime

from samen.foundation.actor import job
from samen.vault import actions


def forget_sessions(*, at: datetime) -> int:
    return actions.forget_sessions(at=at)


def end_asks(*, at: datetime) -> int:
    return actions.end_asks(by=job("end_asks"), at=at)


def finish_erasures(*, at: datetime) -> int:
    return actions.finish_erasures(by=job("finish_erasures"), at=at)


def forget_loose_files(*, at: datetime) -> int:  # noqa: ARG001 every job is handed the time
    return actions.forget_loose_files()


def sweep_disk(*, at: datetime) -> int:  # noqa: ARG001 every job is handed the time
    """After an erasure, within the minute, as soon as nobody reads from before it."""
    return actions.sweep_disk()


def clean_disk(*, at: datetime) -> int:  # noqa: ARG001 every job is handed the time
    """What was deleted is gone from the disk within the hour."""
    actions.clean_disk()
    return 0
