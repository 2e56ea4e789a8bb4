"""Charts as SVG text: pure functions of data.

Every mark has a class, for pages whose style sheet follows the reader's light or dark setting, and
presentation attributes, for a chart saved as a file of its own. No style attribute: pages forbid them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDE, NARROW = 560, 326
ROW, TOP, AXIS = 26, 8, 44
INK, MUTED, GRID, GROUND, MARK = "#1a2230", "#525d70", "#dce0e8", "#ffffff", "#7f8a9d"
SERIES = ("#1d5aa8", "#b4530a", "#17693b", "#8a2f8f", "#00717d", "#6b5d00")
DASHES = ("", "6 3", "2 3", "9 3 2 3", "12 3", "4 2")
CHARACTER = 6.7


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


@dataclass(frozen=True)
class Line:
    """One line over a common x axis; ``points`` in order of x."""

    name: str
    points: Sequence[tuple[float, float]]


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "text") -> str:
    fill = INK if kind == "text" else MUTED
    return (
        f'<text class="chart__{kind}" x="{_number(x)}" y="{_number(y)}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _shortened(words: str, width: float) -> str:
    fits = max(4, int(width / CHARACTER))
    return words if len(words) <= fits else words[: fits - 1] + "…"


def _frame(title: str, body: Sequence[str], width: int, height: float) -> str:
    size = f'viewBox="0 0 {width} {_number(height)}" width="{width}" height="{_number(height)}"'
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" {size} role="img" '
            f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="12">',
            f'<rect class="chart__ground" width="{width}" height="{_number(height)}" fill="{GROUND}"/>',
            *body,
            "</svg>",
        ]
    )


def _columns(rows: Sequence[Row], width: int) -> tuple[float, float]:
    """Return where the bars start and end; labels stand before, numbers behind."""
    longest = max((len(row.label) for row in rows), default=0)
    most, least = (190.0, 60.0) if width >= WIDE else (124.0, 48.0)
    return min(most, max(least, CHARACTER * longest + 14.0)), width - 52.0


def _scale(bottom: float, start: float, end: float, label: str) -> list[str]:
    """Return the grid and axis from 0 to 1."""
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = start + tick * (end - start)
        parts.append(
            f'<path class="chart__grid" d="M{_number(x)} {TOP}V{_number(bottom)}" stroke="{GRID}" '
            'fill="none"/>'
        )
        parts.append(_text(x, bottom + 16, f"{tick:g}", anchor="middle", kind="muted"))
    parts.append(_text((start + end) / 2, bottom + 34, label, anchor="middle", kind="muted"))
    return parts


def _labels(row: Row, y: float, start: float, width: int) -> list[str]:
    label = _shortened(row.label, start - 10)
    weight = ' font-weight="650"' if row.is_best else ""
    return [
        f"<g{weight}><title>{escape(row.label)}: {escape(row.text)}</title>",
        _text(start - 8, y + 4, label, anchor="end"),
        _text(width - 4, y + 4, row.text, anchor="end"),
        "</g>",
    ]


def bars_svg(title: str, rows: Sequence[Row], *, x_label: str, width: int = WIDE) -> str:
    """Return horizontal bars from 0 to 1, one per row."""
    start, end = _columns(rows, width)
    bottom = TOP + ROW * max(1, len(rows))
    body = _scale(bottom, start, end, x_label)
    for number, row in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        body += _labels(row, y, start, width)
        if row.value is not None:
            length = max(1.5, row.value * (end - start))
            kind, fill = ("best", SERIES[0]) if row.is_best else ("mark", MARK)
            body.append(
                f'<rect class="chart__{kind}" x="{_number(start)}" y="{_number(y - 7)}" '
                f'width="{_number(length)}" height="14" rx="2" fill="{fill}"/>'
            )
    return _frame(title, body, width, bottom + AXIS)


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
        x = _number(start + line_at * (end - start))
        body.append(
            f'<path class="chart__line-at" d="M{x} {TOP}V{_number(bottom)}" stroke="{MUTED}" '
            'stroke-dasharray="4 3" fill="none"/>'
        )
    for number, row in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        body += _labels(row, y, start, width)
        body += _dot_and_whisker(row, y, start, end)
    return _frame(title, body, width, bottom + AXIS)


def _dot_and_whisker(row: Row, y: float, start: float, end: float) -> list[str]:
    kind, colour = ("best", SERIES[0]) if row.is_best else ("mark", MARK)
    parts = []
    if row.low is not None and row.high is not None:
        low, high = (_number(start + v * (end - start)) for v in (row.low, row.high))
        parts.append(
            f'<path class="chart__whisker chart__whisker--{kind}" d="M{low} {_number(y)}H{high}'
            f'M{low} {_number(y - 4)}v8M{high} {_number(y - 4)}v8" stroke="{colour}" stroke-width="1.8" '
            'fill="none"/>'
        )
    if row.other is not None:
        x = start + row.other * (end - start)
        parts.append(
            f'<path class="chart__other" d="M{_number(x)} {_number(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z" '
            f'fill="none" stroke="{INK}" stroke-width="1.2"/>'
        )
    if row.value is not None:
        x = start + row.value * (end - start)
        parts.append(
            f'<circle class="chart__{kind}" cx="{_number(x)}" cy="{_number(y)}" r="4.5" fill="{colour}"/>'
        )
    return parts


def axis_ticks(high: float, n_most: int = 6) -> list[float]:
    """Return round numbers from 0 to ``high``, about ``n_most`` of them."""
    if high <= 0:
        return [0.0]
    raw = high / n_most
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(s * magnitude for s in (1, 2, 2.5, 5, 10) if s * magnitude >= raw * (1 - 1e-9))
    return [k * step for k in range(math.floor(high / step + 1e-9) + 1)]


def lines_svg(
    title: str,
    lines: Sequence[Line],
    *,
    x_label: str,
    y_high: float = 1.0,
    line_at: float | None = None,
    width: int = WIDE,
) -> str:
    """Return lines over 0 to their last x, y from 0 to ``y_high``, their names below."""
    start, end, bottom = 40.0, width - 14.0, 210.0
    x_high = max((x for line in lines for x, _ in line.points), default=0.0) or 1.0
    y_high = y_high or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        return start + x / x_high * (end - start), bottom - y / y_high * (bottom - TOP)

    body = []
    for tick in axis_ticks(y_high, 4):
        y = place(0, tick)[1]
        body.append(_level(y, start, end, "chart__grid", f'stroke="{GRID}"'))
        body.append(_text(start - 6, y + 4, f"{tick:g}", anchor="end", kind="muted"))
    whole = [tick for tick in axis_ticks(x_high, 6 if width >= WIDE else 4) if tick == int(tick)]
    body += [_text(place(t, 0)[0], bottom + 16, f"{t:g}", anchor="middle", kind="muted") for t in whole]
    body.append(_text((start + end) / 2, bottom + 34, x_label, anchor="middle", kind="muted"))
    if line_at is not None and line_at <= y_high:
        y = place(0, line_at)[1]
        body.append(_level(y, start, end, "chart__line-at", f'stroke="{MUTED}" stroke-dasharray="4 3"'))
    for number, line in enumerate(lines):
        body += _polyline([place(x, y) for x, y in line.points], number)
    names, height = _legend(lines, start, end, bottom + 54)
    return _frame(title, [*body, *names], width, height)


def _level(y: float, start: float, end: float, kind: str, attributes: str) -> str:
    return (
        f'<path class="{kind}" d="M{_number(start)} {_number(y)}H{_number(end)}" {attributes} fill="none"/>'
    )


def _polyline(points: Sequence[tuple[float, float]], number: int) -> list[str]:
    at = number % len(SERIES)
    attributes = f'class="chart__series chart__series--{at + 1}"'
    if len(points) == 1:
        ((x, y),) = points
        return [f'<circle {attributes} cx="{_number(x)}" cy="{_number(y)}" r="3.5" fill="{SERIES[at]}"/>']
    way = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    return [
        f'<polyline {attributes} points="{way}" fill="none" stroke="{SERIES[at]}" stroke-width="2" '
        f'stroke-linejoin="round" stroke-dasharray="{DASHES[at]}"/>'
    ]


def _legend(lines: Sequence[Line], start: float, end: float, y: float) -> tuple[list[str], float]:
    """Return the names, flowing over as many rows as needed, and the height of the whole chart."""
    if len(lines) < 2:
        return [], y - 10
    parts: list[str] = []
    x = start
    for number, line in enumerate(lines):
        name = _shortened(line.name, end - start - 40)
        length = 34 + CHARACTER * len(name) + 14
        if x > start and x + length > end:
            x, y = start, y + 20
        at = number % len(SERIES)
        parts.append(
            f'<path class="chart__series chart__series--{at + 1}" d="M{_number(x)} {_number(y - 4)}h26" '
            f'fill="none" stroke="{SERIES[at]}" stroke-width="2" stroke-dasharray="{DASHES[at]}"/>'
        )
        parts.append(_text(x + 32, y, name))
        x += length
    return parts, y + 12
