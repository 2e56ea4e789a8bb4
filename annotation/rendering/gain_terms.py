"""What each member of an ensemble brings, as signed stacked bars: SVG text from plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from annotation.rendering.charts import ROW, diamond
from annotation.rendering.svg import (
    AXIS,
    GRID,
    INK,
    MUTED,
    SWATCH,
    TOP,
    WIDE,
    Draw,
    frame,
    label_width,
    legend,
    number,
    series_fill,
    shortened,
    text,
    titled,
    upright,
)
from annotation.simulation.charts import axis_ticks

RELEVANCE, REDUNDANCY, COMPLEMENTARITY = 0, 1, 2
OPACITY = (0.95, 0.95, 0.6)
NAMES = ("Relevance", "Redundancy", "Complementarity")

Place = Callable[[float], float]


@dataclass(frozen=True)
class Gain:
    """One member; ``gain`` is relevance - redundancy + complementarity, ``noise`` its standard error."""

    label: str
    relevance: float
    redundancy: float
    complementarity: float
    gain: float
    noise: float
    is_member: bool = True


def gains_svg(title: str, gains: Sequence[Gain], *, x_label: str, width: int = WIDE) -> str:
    """Return one bar per step: what adds to the right of zero, what takes off to the left.

    A diamond with a line marks the net gain and its standard error; members are set in bold.
    """
    start, end = label_width([gain.label for gain in gains], width), width - 16.0
    low = min([0.0, *(min(-gain.redundancy, gain.gain - gain.noise) for gain in gains)])
    high = max([0.0, *(max(_reach(gain), gain.gain + gain.noise) for gain in gains)])
    high = high if high > low else low + 1.0

    def place(value: float) -> float:
        return start + (value - low) / (high - low) * (end - start)

    bottom = TOP + ROW * max(1, len(gains))
    body = []
    for tick in _ticks(low, high, width):
        body.append(upright(place(tick), bottom, "chart__grid", f'stroke="{GRID}"'))
        words = f"{tick:.6g}".replace("-", "−")
        body.append(text(place(tick), bottom + 16, words, anchor="middle", kind="muted"))
    for at, gain in enumerate(gains):
        y = TOP + ROW * (at + 0.5)
        body += [_label(gain, start, y), *_bars(gain, place, y)]
    body.append(upright(place(0.0), bottom, "chart__line-at", f'stroke="{MUTED}"'))
    for at, gain in enumerate(gains):
        body.append(_net(gain, place, TOP + ROW * (at + 0.5)))
    middle = (start + end) / 2 if width >= WIDE else width / 2
    body.append(text(middle, bottom + 34, x_label, anchor="middle", kind="muted"))
    keys, height = legend(_keys(), 8.0, end, bottom + AXIS + 14)
    return frame(title, [*body, *keys], width, height)


def _reach(gain: Gain) -> float:
    return gain.relevance + gain.complementarity


def _ticks(low: float, high: float, width: int) -> list[float]:
    ticks = axis_ticks(low, high)
    ticks = [0.0 if abs(tick) < 1e-12 else tick for tick in ticks]
    return ticks if width >= WIDE or len(ticks) <= 4 else ticks[::2]


def _label(gain: Gain, start: float, y: float) -> str:
    words = f"{gain.label}: net gain {gain.gain:.3f}".replace("-", "−")
    shown = shortened(gain.label, start - 10, is_bold=gain.is_member)
    return titled(words, [text(start - 8, y + 4, shown, anchor="end", is_bold=gain.is_member)])


def _bars(gain: Gain, place: Place, y: float) -> list[str]:
    spans = (
        (RELEVANCE, 0.0, gain.relevance),
        (COMPLEMENTARITY, gain.relevance, _reach(gain)),
        (REDUNDANCY, -gain.redundancy, 0.0),
    )
    parts = []
    for at, low, high in spans:
        words = f"{gain.label}, {NAMES[at].lower()}: {high - low:.3f}"
        bar = (
            f'<rect {series_fill(at, "bar", OPACITY[at])} x="{number(place(low))}" y="{number(y - 8)}" '
            f'width="{number(place(high) - place(low))}" height="16"/>'
        )
        parts.append(titled(words, [bar]))
    return parts


def _net(gain: Gain, place: Place, y: float) -> str:
    low, high = place(gain.gain - gain.noise), place(gain.gain + gain.noise)
    whisker = (
        f'<path class="chart__net" d="M{number(low)} {number(y)}H{number(high)}" stroke="{INK}" '
        'stroke-width="1.4" fill="none"/>'
    )
    words = f"{gain.label}, net gain: {gain.gain:.3f} ± {gain.noise:.3f}".replace("-", "−")
    return titled(words, [whisker, diamond(place(gain.gain), y, is_filled=True)])


def _keys() -> list[tuple[str, Draw]]:
    def bar(at: int) -> Draw:
        return lambda x, y: (
            f'<rect {series_fill(at, "bar", OPACITY[at])} x="{number(x)}" y="{number(y - 10)}" '
            f'width="{number(SWATCH)}" height="12"/>'
        )

    # In the order of the eye: what is taken off stands left of zero.
    bars = [(NAMES[at], bar(at)) for at in (REDUNDANCY, RELEVANCE, COMPLEMENTARITY)]
    return [
        *bars,
        ("Net gain, its standard error", lambda x, y: diamond(x + SWATCH / 2, y - 4, is_filled=True)),
    ]
