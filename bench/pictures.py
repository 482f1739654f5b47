"""Bars beside each other, drawn as SVG: nothing to install, and a change of them can be read.

The same numbers stand in a table beside each picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log10
from typing import Any

_WIDTH, _BAR, _GAP, _LEFT = 720, 16, 22, 190
_COLOURS = ("#1d4e6b", "#8fb8c9", "#5b8a5a", "#c07a3a", "#7a5c9e", "#b05a6a", "#777777")
Group = tuple[str, Mapping[str, float]]


def bars(title: str, unit: str, groups: Sequence[Group]) -> str:
    """A group of bars for each of the groups; ten times as much is a step to the right."""
    names = list(dict.fromkeys(name for _label, values in groups for name in values))
    most = max((value for _label, values in groups for value in values.values()), default=1)
    lines = list(_drawn(groups, names, max(log10(max(most, 10)), 1)))
    height = sum(_GAP + len(values) * _BAR for _label, values in groups) + 50
    size = f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12"'
    head = f"{escape(title)} ({escape(unit)}; ten times as much is a step to the right)"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            f'<text x="8" y="20" font-weight="bold">{head}</text>',
            *lines,
            "</svg>",
            "",
        ]
    )


def _drawn(groups: Sequence[Group], names: Sequence[str], decades: float) -> Iterator[str]:
    y = 34
    for label, values in groups:
        y += _GAP
        yield f'<text x="8" y="{y - 6}" font-weight="bold">{escape(label)}</text>'
        for name, value in values.items():
            long = max(2.0, log10(max(value, 1.0)) / decades * (_WIDTH - _LEFT - 90))
            colour = _COLOURS[names.index(name) % len(_COLOURS)]
            yield f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>'
            yield (
                f'<rect x="{_LEFT}" y="{y + 2}" width="{long:.0f}" height="{_BAR - 4}"'
                f' fill="{colour}"/>'
            )
            yield f'<text x="{_LEFT + long + 6:.0f}" y="{y + 12}">{value:,.0f}</text>'
            y += _BAR


def drawn(found: Mapping[str, Any]) -> dict[str, str]:
    """The pictures of the page, by name."""
    pictures = {}
    sizes = found.get("searching", {})
    for kind in dict.fromkeys(kind for row in sizes.values() for kind in row["kinds"]):
        groups = [
            (f"{int(size):,} services", _middles(row["kinds"][kind]))
            for size, row in sizes.items()
            if kind in row["kinds"]
        ]
        pictures[kind.replace(" ", "-")] = bars(f"{kind}: time of a question", "µs", groups)
    served = found.get("serving", {}).get("served", {})
    if served:
        rates = {name: float(row["requests_s"]) for name, row in served.items()}
        pictures["serving"] = bars("pages", "requests a second", [("one core", rates)])
    return pictures


def _middles(row: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(times["p50"]) for name, times in row["hot_us"].items()}
