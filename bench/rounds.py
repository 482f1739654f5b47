"""Who is how fast: engines take turns, and of each question the best of a few rounds counts.

Hot: an engine alone. It is asked all its questions, and then again, which counts; then it is the
next one's turn, and that leaves nothing of this one in the memory of the processor. Cold: they take
turns with every single question, as a search finds the machine between other work.
"""

import gc
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from time import perf_counter
from typing import Any

Ask = Callable[[Any], object]
Times = Mapping[str, Sequence[float]]  # seconds for each question


def timed(ask: Ask, question: Any) -> float:
    began = perf_counter()
    ask(question)
    return perf_counter() - began


def hot(engines: Mapping[str, Ask], questions: Sequence[Any], *, rounds: int) -> Times:
    best = {name: [float("inf")] * len(questions) for name in engines}
    for _ in range(rounds):
        for name, ask in engines.items():
            for question in questions:
                ask(question)
            for place, question in enumerate(questions):
                best[name][place] = min(best[name][place], timed(ask, question))
        gc.collect()
    return best


def cold(engines: Mapping[str, Ask], questions: Sequence[Any], *, rounds: int) -> Times:
    best = {name: [float("inf")] * len(questions) for name in engines}
    for _ in range(rounds):
        for place, question in enumerate(questions):
            for name, ask in engines.items():
                best[name][place] = min(best[name][place], timed(ask, question))
        gc.collect()
    return best


def microseconds(times: Sequence[float]) -> dict[str, int]:
    """The middle of the questions, and the hardest in a hundred."""
    hard = quantiles(times, n=100)[98] if len(times) > 1 else times[0]
    return {"p50": round(median(times) * 1e6), "p99": round(hard * 1e6)}


def ratios(times: Times, of: str) -> dict[str, float]:
    """How many times the time of `of` each takes: the middle of the ratios of the questions."""
    return {
        name: round(median(a / b for a, b in zip(own, times[of], strict=True)), 2)
        for name, own in times.items()
    }
