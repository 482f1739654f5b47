"""A picture of which help there is in which language: squares, darker where there is more.

Numbers only: the template writes them as one path for each darkness, without any style.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SQUARE, STEP = 12, 15
_MARGIN = 30  # for the number of a row, and above for the language
_DARKNESS = (".12", ".35", ".6", "1")  # none, one, a few, many
_A_FEW, _MANY = 2, 4

Cells = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Layer:
    """All squares of one darkness, as a path of SVG."""

    opacity: str
    path: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A number beside a row, or a tag above a column."""

    x: int
    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    layers: tuple[Layer, ...]
    rows: tuple[Mark, ...]
    columns: tuple[Mark, ...]


def darkness(count: int) -> str:
    if count == 0:
        return _DARKNESS[0]
    if count < _A_FEW:
        return _DARKNESS[1]
    return _DARKNESS[2] if count < _MANY else _DARKNESS[3]


def picture(
    rows: Sequence[str], columns: Sequence[str], cells: Cells, *, mirrored: bool
) -> Picture:
    """Mirrored for readers from right to left, so that it lies as the table below it."""
    width = _MARGIN + STEP * len(columns)
    height = _MARGIN + STEP * len(rows)

    def across(column: int) -> int:
        x = _MARGIN + STEP * column
        return width - x - SQUARE if mirrored else x

    paths: dict[str, list[str]] = {opacity: [] for opacity in _DARKNESS}
    for row, need in enumerate(rows):
        for column, tag in enumerate(columns):
            square = f"M{across(column)} {_MARGIN + STEP * row}h{SQUARE}v{SQUARE}h-{SQUARE}z"
            paths[darkness(cells.get((need, tag), 0))].append(square)
    return Picture(
        width=width,
        height=height,
        layers=tuple(Layer(opacity, "".join(path)) for opacity, path in paths.items() if path),
        rows=tuple(
            Mark(width - 12 if mirrored else 12, _MARGIN + STEP * row + 10, str(row + 1))
            for row in range(len(rows))
        ),
        columns=tuple(
            Mark(across(column) + SQUARE // 2, _MARGIN - 8, tag)
            for column, tag in enumerate(columns)
        ),
    )
