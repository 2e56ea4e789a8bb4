"""Bars and intervals as SVG text: pure functions of data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from annotation.rendering.svg import (
    AXIS,
    GRID,
    GROUND,
    INK,
    MARK,
    MUTED,
    SERIES,
    TOP,
    WIDE,
    frame,
    label_width,
    number,
    shortened,
    text,
    upright,
)

ROW = 26


@dataclass(frozen=True)
class Row:
    """One line of a bar chart or of a chart of intervals; numbers from 0 to 1.

    ``other`` is a second number shown as a hollow mark, ``text`` what stands at the end of the line.
    """

    label: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    other: float | None = None
    is_best: bool = False


def _columns(rows: Sequence[Row], width: int) -> tuple[float, float]:
    """Return where the bars start and end; labels stand before, numbers behind."""
    return label_width([row.label for row in rows], width), width - 52.0


def _scale(bottom: float, start: float, end: float, label: str) -> list[str]:
    """Return the grid and axis from 0 to 1."""
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = start + tick * (end - start)
        parts.append(upright(x, bottom, "chart__grid", f'stroke="{GRID}"'))
        parts.append(text(x, bottom + 16, f"{tick:g}", anchor="middle", kind="muted"))
    parts.append(text((start + end) / 2, bottom + 34, label, anchor="middle", kind="muted"))
    return parts


def _labels(row: Row, y: float, start: float, width: int) -> list[str]:
    label = shortened(row.label, start - 10, is_bold=row.is_best)
    weight = ' font-weight="650"' if row.is_best else ""
    return [
        f"<g{weight}><title>{escape(row.label)}: {escape(row.text)}</title>",
        text(start - 8, y + 4, label, anchor="end"),
        text(width - 4, y + 4, row.text, anchor="end"),
        "</g>",
    ]


def bars_svg(title: str, rows: Sequence[Row], *, x_label: str, width: int = WIDE) -> str:
    """Return horizontal bars from 0 to 1, one per row."""
    start, end = _columns(rows, width)
    bottom = TOP + ROW * max(1, len(rows))
    body = _scale(bottom, start, end, x_label)
    for place, row in enumerate(rows):
        y = TOP + ROW * (place + 0.5)
        body += _labels(row, y, start, width)
        if row.value is not None:
            length = max(1.5, row.value * (end - start))
            kind, fill = ("best", SERIES[0]) if row.is_best else ("mark", MARK)
            body.append(
                f'<rect class="chart__{kind}" x="{number(start)}" y="{number(y - 7)}" '
                f'width="{number(length)}" height="14" rx="2" fill="{fill}"/>'
            )
    return frame(title, body, width, bottom + AXIS)


def intervals_svg(
    title: str,
    rows: Sequence[Row],
    *,
    x_label: str,
    line_at: float | None = None,
    width: int = WIDE,
) -> str:
    """Return dots with whiskers from 0 to 1; ``other`` as a hollow diamond, ``line_at`` as a dashed line."""
    start, end = _columns(rows, width)
    bottom = TOP + ROW * max(1, len(rows))
    body = _scale(bottom, start, end, x_label)
    if line_at is not None:
        x = start + line_at * (end - start)
        body.append(upright(x, bottom, "chart__line-at", f'stroke="{MUTED}" stroke-dasharray="4 3"'))
    for place, row in enumerate(rows):
        y = TOP + ROW * (place + 0.5)
        body += _labels(row, y, start, width)
        body += _dot_and_whisker(row, y, start, end)
    return frame(title, body, width, bottom + AXIS)


def _dot_and_whisker(row: Row, y: float, start: float, end: float) -> list[str]:
    kind, colour = ("best", SERIES[0]) if row.is_best else ("mark", MARK)
    parts = []
    if row.low is not None and row.high is not None:
        low, high = (number(start + v * (end - start)) for v in (row.low, row.high))
        parts.append(
            f'<path class="chart__whisker chart__whisker--{kind}" d="M{low} {number(y)}H{high}'
            f'M{low} {number(y - 4)}v8M{high} {number(y - 4)}v8" stroke="{colour}" stroke-width="1.8" '
            'fill="none"/>'
        )
    if row.other is not None:
        parts.append(diamond(start + row.other * (end - start), y))
    if row.value is not None:
        x = start + row.value * (end - start)
        parts.append(
            f'<circle class="chart__{kind}" cx="{number(x)}" cy="{number(y)}" r="4.5" fill="{colour}"/>'
        )
    return parts


def diamond(x: float, y: float, *, is_filled: bool = False) -> str:
    """Return a diamond around a place, hollow or filled with the ground's colour."""
    kind, fill = ("chart__other chart__other--filled", GROUND) if is_filled else ("chart__other", "none")
    return (
        f'<path class="{kind}" d="M{number(x)} {number(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z" '
        f'fill="{fill}" stroke="{INK}" stroke-width="1.2"/>'
    )
