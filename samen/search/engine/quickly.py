"""What strips finds, by the compiled kernel: the same rows, scores and reasons."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from samen.search.engine.kernel import Machine
from samen.search.engine.scan import Areas, Flags, Found, States, reach
from samen.search.engine.wording import Sought
from samen.search.rules.asking import Question, Situation


def find(  # noqa: PLR0913 what is asked, and what is known
    machine: Machine,
    question: Question,
    situation: Situation | None,
    *,
    areas: Areas,
    states: States,
    gone: Flags | None,
    sought: Sequence[Sought],
    counting: bool = False,
) -> Found:
    asked = machine.asked(question, situation)
    asked.counting = counting
    around = _see(machine, asked, question, areas)
    asked.many_words = len(sought)
    left = None if gone is None else gone.view(np.uint8)
    return Found.of(machine.quick.found(asked, around, left, list(sought), states))


def _see(machine: Machine, asked: Any, question: Question, areas: Areas) -> list[int]:
    """Where the question is asked from; which marks are of the municipalities around."""
    place = question.place
    if place is None:
        return []
    asked.place = True
    asked.latitude, asked.longitude = place.latitude, place.longitude
    asked.within = within = reach(question)
    asked.seen = seen = areas.seen_from(place, within)
    asked.remote = machine.remote
    return [machine.first_area + area for area in seen.nonzero()[0].tolist()]
