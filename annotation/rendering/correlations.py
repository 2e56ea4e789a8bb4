"""How errors go together, as a grid of coloured cells: SVG text from plain values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from annotation.rendering.svg import (
    INK,
    MUTED,
    SERIES,
    TOP,
    WIDE,
    frame,
    label_width,
    number,
    shortened,
    text,
    titled,
)

# With its number in it a cell stays pale enough to read; without, colour may be stronger.
PALE, STRONG = (0.05, 0.42), (0.05, 0.9)
NARROWEST_WITH_NUMBER = 21.0
WIDEST_CELL, LOWEST_ROW = 34.0, 14.0
NEAREST_NUMBERS = 16.0
HEAD, KEY = 20.0, 62.0
KEY_STEPS = 10
EMPTY = f'fill="{MUTED}" fill-opacity="0.12"'

Shades = tuple[float, float]


@dataclass(frozen=True)
class Grid:
    """Where cells lie: the corner of the first, and the size of each."""

    left: float
    top: float
    across: float
    down: float

    @property
    def is_numbered(self) -> bool:
        """Whether cells are wide enough for their numbers."""
        return self.across >= NARROWEST_WITH_NUMBER

    @property
    def shades(self) -> Shades:
        """Opacity at correlations 0 and 1."""
        return PALE if self.is_numbered else STRONG

    def middle(self, row: float, column: float) -> tuple[float, float]:
        """Return the middle of a cell."""
        return self.left + (column + 0.5) * self.across, self.top + (row + 0.5) * self.down

    def box(self, row: int, column: int) -> str:
        """Return the attributes of a cell's rectangle."""
        x, y = self.left + column * self.across + 0.5, self.top + row * self.down + 0.5
        size = f'width="{number(self.across - 1)}" height="{number(self.down - 1)}"'
        return f'x="{number(x)}" y="{number(y)}" {size}'


def correlations_svg(
    title: str,
    names: Sequence[str],
    values: Sequence[Sequence[float | None]],
    *,
    n_members: int,
    width: int = WIDE,
) -> str:
    """Return the correlation of every pair; the first ``n_members`` are framed and set in bold.

    Columns carry the numbers of the rows. An unknown correlation is an empty cell with a dash.
    """
    labels = [f"{place} {name}" for place, name in enumerate(names, start=1)]
    left = label_width(labels, width)
    across = min(WIDEST_CELL, (width - left - 6) / max(1, len(names)))
    grid = Grid(left, TOP + HEAD, across, max(across, LOWEST_ROW))
    body = []
    for row, label in enumerate(labels):
        body += _heads(grid, row, label, is_member=row < n_members)
        for column, value in enumerate(values[row]):
            if row == column:
                body.append(f'<rect class="chart__empty" {grid.box(row, row)} {EMPTY}/>')
            else:
                body.append(_cell(grid, row, column, value, f"{names[row]} and {names[column]}"))
    if 0 < n_members < len(names):
        body.append(_members_frame(grid, n_members))
    bottom = grid.top + len(names) * grid.down
    return frame(title, [*body, *_key(grid, width, bottom)], width, bottom + KEY)


def _heads(grid: Grid, row: int, label: str, *, is_member: bool) -> list[str]:
    """Return the name of a row and the number of the column with the same name."""
    x, y = grid.middle(row, row)
    shown = shortened(label, grid.left - 10, is_bold=is_member)
    name = text(grid.left - 8, y + 4, shown, anchor="end", is_bold=is_member)
    parts = [titled(label, [name])]
    if row % math.ceil(NEAREST_NUMBERS / grid.across) == 0:
        parts.append(text(x, grid.top - 6, str(row + 1), anchor="middle", kind="muted", is_bold=is_member))
    return parts


def _members_frame(grid: Grid, n_members: int) -> str:
    size = f'width="{number(n_members * grid.across)}" height="{number(n_members * grid.down)}"'
    return (
        f'<rect class="chart__frame" x="{number(grid.left)}" y="{number(grid.top)}" {size} fill="none" '
        f'stroke="{INK}" stroke-width="2"/>'
    )


def _colour(value: float, shades: Shades) -> str:
    """Return class, colour and strength: errors together in one colour, errors apart in another."""
    at = 0 if value >= 0 else 1
    opacity = shades[0] + min(1.0, abs(value)) * (shades[1] - shades[0])
    return f'class="chart__cell chart__fill--{at + 1}" fill="{SERIES[at]}" fill-opacity="{opacity:.3f}"'


def _cell(grid: Grid, row: int, column: int, value: float | None, pair: str) -> str:
    x, y = grid.middle(row, column)
    if value is None:
        empty = f'<rect class="chart__empty" {grid.box(row, column)} {EMPTY}/>'
        return titled(f"{pair}: not known", [empty, text(x, y + 4, "–", anchor="middle", kind="muted")])
    parts = [f"<rect {_colour(value, grid.shades)} {grid.box(row, column)}/>"]
    if grid.is_numbered:
        parts.append(text(x, y + 4, short(value), anchor="middle", kind="small"))
    return titled(f"{pair}: {value:.2f}".replace("-", "−"), parts)


def short(value: float) -> str:
    """Return a correlation as briefly as cells need it: .42, −.1, 1."""
    shown = f"{value:.2f}".replace("-", "−").replace("0.", ".", 1)
    return {".00": "0", "−.00": "0", "1.00": "1", "−1.00": "−1"}.get(shown, shown)


def _key(grid: Grid, width: int, bottom: float) -> list[str]:
    """Return the key to the colours, from -1 to 1."""
    y = bottom + 16
    step = min(140.0, width - grid.left - 12) / (2 * KEY_STEPS + 1)
    parts = []
    for place in range(-KEY_STEPS, KEY_STEPS + 1):
        x = grid.left + (place + KEY_STEPS) * step
        colour = _colour(place / KEY_STEPS, grid.shades).replace("chart__cell", "chart__key")
        parts.append(
            f'<rect {colour} x="{number(x)}" y="{number(y)}" width="{number(step + 0.2)}" height="10"/>'
        )
    for end, words in ((-1, "−1"), (0, "0"), (1, "1")):
        x = grid.left + (end * KEY_STEPS + KEY_STEPS + 0.5) * step
        parts.append(text(x, y + 25, words, anchor="middle", kind="muted"))
    return parts
