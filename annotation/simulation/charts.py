"""Charts as data, and their SVG form written by hand: no plotting library needed."""

from __future__ import annotations

import dataclasses
import math
from html import escape
from pathlib import Path

import numpy as np

from annotation.simulation.tables import FloatArray, IntArray

# Okabe and Ito's palette: told apart by colour-blind readers; dashes tell more than eight apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D00")
DASHES = ("", "7 3", "2 3", "9 3 2 3")
WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 40, 52
PIXELS_APART = 1.5


@dataclasses.dataclass(frozen=True, eq=False)
class Series:
    """One line: ``x`` and ``y`` of shape (n,), and an optional band between ``low`` and ``high``."""

    name: str
    x: FloatArray
    y: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    is_points: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Chart:
    """Lines over one pair of axes; ``x_log`` takes the logarithm of x, ``y_range`` fixes the y axis."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_log: bool = False
    y_range: tuple[float, float] | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class HeatMap:
    """A grid of values, shape (n_rows, n_columns), with a word per row and column."""

    title: str
    x_label: str
    y_label: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: FloatArray


@dataclasses.dataclass(frozen=True)
class _Axis:
    """Maps data to pixels."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def place(self, value: float) -> float:
        low, high = (math.log(self.low), math.log(self.high)) if self.is_log else (self.low, self.high)
        at = math.log(max(value, self.low)) if self.is_log else value
        return self.start + (at - low) / ((high - low) or 1.0) * (self.end - self.start)


def axis_ticks(low: float, high: float, *, is_log: bool = False) -> list[float]:
    """Return about six round numbers between two ends; on a logarithmic axis 1, 2, 5 times powers of ten."""
    if is_log:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        return [t for p in powers for t in (10.0**p, 2 * 10.0**p, 5 * 10.0**p) if low <= t <= high]
    raw = (high - low) / 5 or 1.0
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(s * magnitude for s in (1, 2, 2.5, 5, 10) if s * magnitude >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _ends(chart: Chart) -> tuple[tuple[float, float], tuple[float, float]]:
    x = np.concatenate([s.x for s in chart.series]) if chart.series else np.array([0.0, 1.0])
    y = np.concatenate([s.y for s in chart.series]) if chart.series else np.array([0.0, 1.0])
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    x_ends = (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)
    y_ends = chart.y_range or ((float(y.min()), float(y.max())) if y.size else (0.0, 1.0))
    if chart.x_log:
        x_ends = (max(x_ends[0], 1.0), max(x_ends[1], 2.0))
    return _widened(x_ends), _widened(y_ends)


def _widened(ends: tuple[float, float]) -> tuple[float, float]:
    return ends if ends[1] > ends[0] else (ends[0], ends[0] + 1.0)


def _text(x: float, y: float, words: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{escape(words)}</text>'


def _frame(title: str, body: list[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            _text(LEFT, 24, title, 'font-size="15" font-weight="bold"'),
            *body,
            "</svg>\n",
        ]
    )


def _axes(chart: Chart, x_axis: _Axis, y_axis: _Axis) -> list[str]:
    bottom = HEIGHT - BOTTOM
    parts = [f'<path d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}" fill="none" stroke="#444"/>']
    for tick in axis_ticks(x_axis.low, x_axis.high, is_log=x_axis.is_log):
        at = x_axis.place(tick)
        parts.append(f'<path d="M{at:.1f} {bottom}v5" stroke="#444"/>')
        parts.append(_text(at, bottom + 19, f"{tick:g}", 'text-anchor="middle"'))
    for tick in axis_ticks(y_axis.low, y_axis.high):
        at = y_axis.place(tick)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, at + 4, f"{tick:g}", 'text-anchor="end"'))
    middle = (TOP + bottom) / 2
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, chart.x_label, 'text-anchor="middle"'))
    turn = f'text-anchor="middle" transform="rotate(-90 16 {middle:.1f})"'
    parts.append(_text(16, middle, chart.y_label, turn))
    return parts


def _visible(series: Series, x_axis: _Axis) -> IntArray:
    """Return the finite points, of lines only those a pixel apart: committed plots stay small."""
    keep = np.flatnonzero(np.isfinite(series.x) & np.isfinite(series.y))
    if series.is_points:
        return keep
    chosen: list[int] = []
    for at in keep:
        if not chosen or at == keep[-1] or _moved(x_axis, series.x, chosen[-1], int(at)):
            chosen.append(int(at))
    return np.asarray(chosen, dtype=np.int64)


def _moved(x_axis: _Axis, x: FloatArray, before: int, after: int) -> bool:
    return abs(x_axis.place(float(x[after])) - x_axis.place(float(x[before]))) >= PIXELS_APART


def _series_marks(series: Series, number: int, x_axis: _Axis, y_axis: _Axis) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    dash = DASHES[number // len(COLOURS) % len(DASHES)]
    keep = _visible(series, x_axis)
    x = [x_axis.place(float(v)) for v in series.x[keep]]
    y = [y_axis.place(float(v)) for v in series.y[keep]]
    parts = []
    if series.low is not None and series.high is not None:
        low = [y_axis.place(float(v)) for v in series.low[keep]]
        high = [y_axis.place(float(v)) for v in series.high[keep]]
        outline = [*zip(x, high, strict=True), *zip(reversed(x), reversed(low), strict=True)]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in outline)
        parts.append(f'<polygon points="{points}" fill="{colour}" fill-opacity="0.12"/>')
    if series.is_points:
        parts += [
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>' for a, b in zip(x, y, strict=True)
        ]
    else:
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8" '
            f'stroke-dasharray="{dash}"/>'
        )
    at = TOP + 8 + 18 * number
    start = WIDTH - RIGHT + 12
    parts.append(
        f'<path d="M{start} {at}h22" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
    )
    parts.append(_text(start + 28, at + 4, series.name))
    return parts


def chart_svg(chart: Chart) -> str:
    """Return a line chart as a self-contained SVG document."""
    (x_low, x_high), (y_low, y_high) = _ends(chart)
    x_axis = _Axis(x_low, x_high, LEFT, WIDTH - RIGHT, chart.x_log)
    y_axis = _Axis(y_low, y_high, HEIGHT - BOTTOM, TOP)
    body = _axes(chart, x_axis, y_axis)
    for number, series in enumerate(chart.series):
        body += _series_marks(series, number, x_axis, y_axis)
    return _frame(chart.title, body)


def heat_map_svg(heat: HeatMap) -> str:
    """Return a heat map as a self-contained SVG document, the value written in each cell."""
    n_rows, n_columns = heat.values.shape
    width, height = (WIDTH - LEFT - 40) / n_columns, (HEIGHT - TOP - BOTTOM) / n_rows
    low, high = float(np.nanmin(heat.values)), float(np.nanmax(heat.values))
    body = []
    for (row, column), value in np.ndenumerate(heat.values):
        share = (value - low) / ((high - low) or 1.0)
        x, y = LEFT + column * width, TOP + row * height
        fill = f"hsl(205 70% {95 - 60 * share:.0f}%)" if math.isfinite(value) else "#eee"
        ink = "#fff" if share > 0.6 else "#000"
        body.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'
        )
        words = f"{value:.2f}" if math.isfinite(value) else ""
        body.append(
            _text(
                x + width / 2, y + height / 2 + 4, words, f'text-anchor="middle" fill="{ink}" font-size="10"'
            )
        )
    for column, word in enumerate(heat.columns):
        body.append(_text(LEFT + (column + 0.5) * width, HEIGHT - BOTTOM + 16, word, 'text-anchor="middle"'))
    for row, word in enumerate(heat.rows):
        body.append(_text(LEFT - 6, TOP + (row + 0.5) * height + 4, word, 'text-anchor="end"'))
    body.append(_text(WIDTH / 2, HEIGHT - 12, heat.x_label, 'text-anchor="middle"'))
    body.append(
        _text(16, HEIGHT / 2, heat.y_label, f'text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})"')
    )
    return _frame(heat.title, body)


def write_chart(chart: Chart | HeatMap, stem: Path) -> list[Path]:
    """Write ``stem``.svg, and ``stem``.png where matplotlib (the extra ``plots``) is installed.

    Returns
    -------
    The files written.
    """
    from annotation.simulation.raster import write_png

    svg = stem.parent / f"{stem.name}.svg"
    svg.write_text(heat_map_svg(chart) if isinstance(chart, HeatMap) else chart_svg(chart), encoding="utf-8")
    try:
        return [svg, write_png(chart, stem.parent / f"{stem.name}.png")]
    except ImportError:
        return [svg]
