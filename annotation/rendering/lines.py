"""Lines over a common axis as SVG text, with bands of uncertainty and levels to compare with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from annotation.rendering.svg import (
    GRID,
    MUTED,
    SERIES,
    TOP,
    WIDE,
    frame,
    legend,
    level,
    line_swatch,
    number,
    series_fill,
    series_stroke,
    text,
    titled,
)
from annotation.simulation.charts import axis_ticks

BAND = 0.14
BOTTOM = 210.0

Place = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """One line over a common x axis; ``points`` in order of x, ``band`` their lower and upper ends."""

    name: str
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float]] = ()
    has_dots: bool = False


@dataclass(frozen=True)
class Level:
    """A number that lines are compared with, drawn from left to right; with its interval, if it has one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def lines_svg(
    title: str,
    lines: Sequence[Line],
    *,
    x_label: str,
    x_low: float = 0.0,
    y_low: float = 0.0,
    y_high: float = 1.0,
    line_at: float | None = None,
    levels: Sequence[Level] = (),
    width: int = WIDE,
) -> str:
    """Return lines from ``x_low`` to their last x, y from ``y_low`` to ``y_high``, names below.

    What lies outside the range of y is drawn at its edge.
    """
    start, end = 40.0, width - 14.0
    x_high = max((x for line in lines for x, _ in line.points), default=x_low)
    y_high = y_high if y_high > y_low else y_low + 1.0
    place = _placing((x_low, x_high), (y_low, y_high), (start, end))
    body = []
    for tick in axis_ticks(y_low, y_high):
        y = place(x_low, tick)[1]
        body.append(level(y, start, end, "chart__grid", f'stroke="{GRID}"'))
        body.append(text(start - 6, y + 4, f"{tick:g}", anchor="end", kind="muted"))
    body += [
        text(place(tick, y_low)[0], BOTTOM + 16, f"{tick:g}", anchor="middle", kind="muted")
        for tick in _whole_ticks(x_low, x_high, width)
    ]
    body.append(text((start + end) / 2, BOTTOM + 34, x_label, anchor="middle", kind="muted"))
    if line_at is not None and line_at <= y_high:
        y = place(x_low, line_at)[1]
        body.append(level(y, start, end, "chart__line-at", f'stroke="{MUTED}" stroke-dasharray="4 3"'))
    for at, mark in enumerate(levels, start=len(lines)):
        body += _level_marks(mark, at, place, (start, end))
    for at, line in enumerate(lines):
        body += _line_marks(line, at, place)
    named = [*(line.name for line in lines), *(mark.name for mark in levels)]
    names = [(name, line_swatch(at)) for at, name in enumerate(named)]
    keys, height = legend(names if len(names) > 1 else [], start, end, BOTTOM + 54)
    return frame(title, [*body, *keys], width, height if keys else BOTTOM + 44)


def _placing(x_ends: tuple[float, float], y_ends: tuple[float, float], sides: tuple[float, float]) -> Place:
    """Return what maps data to pixels; a single x stands in the middle."""
    (x_low, x_high), (y_low, y_high), (start, end) = x_ends, y_ends, sides

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - x_low) / (x_high - x_low) if x_high > x_low else 0.5
        up = min(max((y - y_low) / (y_high - y_low), 0.0), 1.0)
        return start + across * (end - start), BOTTOM - up * (BOTTOM - TOP)

    return place


def _whole_ticks(low: float, high: float, width: int) -> list[float]:
    """Return whole numbers for the axis, fewer where there is less room."""
    ticks = [tick for tick in axis_ticks(low, high) if tick == int(tick)] if high > low else [low]
    return ticks if width >= WIDE or len(ticks) <= 5 else ticks[::2]


def _level_marks(mark: Level, at: int, place: Place, sides: tuple[float, float]) -> list[str]:
    start, end = sides
    parts = []
    if mark.low is not None and mark.high is not None:
        top, bottom = place(0.0, mark.high)[1], place(0.0, mark.low)[1]
        parts.append(
            f'<rect {series_fill(at, "band", BAND)} x="{number(start)}" y="{number(top)}" '
            f'width="{number(end - start)}" height="{number(bottom - top)}"/>'
        )
    y = number(place(0.0, mark.value)[1])
    parts.append(f'<path {series_stroke(at)} d="M{number(start)} {y}H{number(end)}"/>')
    return [titled(f"{mark.name}: {mark.value:.1f}", parts)]


def _line_marks(line: Line, at: int, place: Place) -> list[str]:
    points = [place(x, y) for x, y in line.points]
    parts = _band(line, at, place) if line.band else []
    if len(points) > 1:
        way = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        parts.append(f'<polyline {series_stroke(at)} points="{way}" stroke-linejoin="round"/>')
    if len(points) == 1 or line.has_dots:
        for (x, y), (data_x, data_y) in zip(points, line.points, strict=True):
            parts.append(titled(f"{line.name}, {data_x:g}: {data_y:.4g}", [_dot(x, y, at)]))
    return parts


def _dot(x: float, y: float, at: int) -> str:
    at %= len(SERIES)
    return (
        f'<circle class="chart__series chart__series--{at + 1} chart__fill--{at + 1}" cx="{number(x)}" '
        f'cy="{number(y)}" r="3.5" fill="{SERIES[at]}"/>'
    )


def _band(line: Line, at: int, place: Place) -> list[str]:
    """Return the surface between the ends; a whisker where there is only one point."""
    xs = [x for x, _ in line.points]
    low = [place(x, end) for x, (end, _) in zip(xs, line.band, strict=True)]
    high = [place(x, end) for x, (_, end) in zip(xs, line.band, strict=True)]
    if len(low) == 1:
        ((x, bottom),), ((_, top),) = low, high
        return [f'<path {series_stroke(at)} d="M{number(x)} {number(top)}V{number(bottom)}"/>']
    way = " ".join(f"{number(x)},{number(y)}" for x, y in [*high, *reversed(low)])
    return [f'<polygon {series_fill(at, "band", BAND)} points="{way}"/>']
