"""What every chart is made of: colours, texts, the frame and the names below.

Every mark has a class, for pages whose style sheet follows the reader's light or dark setting, and
presentation attributes, for a chart saved as a file of its own. No style attribute: pages forbid them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

WIDE, NARROW = 560, 326
TOP, AXIS = 8, 44
INK, MUTED, GRID, GROUND, MARK = "#1a2230", "#525d70", "#dce0e8", "#ffffff", "#7f8a9d"
SERIES = ("#1d5aa8", "#b4530a", "#17693b", "#8a2f8f", "#00717d", "#6b5d00")
DASHES = ("", "6 3", "2 3", "9 3 2 3", "12 3", "4 2")
CHARACTER, BOLD_CHARACTER = 6.7, 7.6
SWATCH = 26.0

Draw = Callable[[float, float], str]
"""Draws what stands before a name in the legend, from x on and around y, `SWATCH` wide."""


def number(value: float) -> str:
    """Return a coordinate to a tenth of a pixel."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def text(
    x: float, y: float, words: str, *, anchor: str = "start", kind: str = "text", is_bold: bool = False
) -> str:
    """Return words at a place; ``kind`` is text, small, or muted for axes."""
    fill = MUTED if kind == "muted" else INK
    size = ' font-size="10"' if kind == "small" else ""
    weight = ' font-weight="650"' if is_bold else ""
    return (
        f'<text class="chart__{kind}" x="{number(x)}" y="{number(y)}" fill="{fill}" '
        f'text-anchor="{anchor}"{size}{weight}>{escape(words)}</text>'
    )


def shortened(words: str, width: float, *, is_bold: bool = False) -> str:
    """Return as much of the words as fits."""
    fits = max(4, int(width / (BOLD_CHARACTER if is_bold else CHARACTER)))
    return words if len(words) <= fits else words[: fits - 1] + "…"


def label_width(names: Sequence[str], width: int) -> float:
    """Return how much the names at the left of a chart get."""
    longest = max(map(len, names), default=0)
    most, least = (190.0, 60.0) if width >= WIDE else (124.0, 48.0)
    return min(most, max(least, BOLD_CHARACTER * longest + 14.0))


def titled(words: str, parts: Sequence[str]) -> str:
    """Return marks that say ``words`` when pointed at."""
    return "".join(["<g><title>", escape(words), "</title>", *parts, "</g>"])


def frame(title: str, body: Sequence[str], width: int, height: float) -> str:
    """Return the whole document; the title is its text for those who cannot see it."""
    size = f'viewBox="0 0 {width} {number(height)}" width="{width}" height="{number(height)}"'
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" {size} role="img" '
            f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="12">',
            f'<rect class="chart__ground" width="{width}" height="{number(height)}" fill="{GROUND}"/>',
            *body,
            "</svg>",
        ]
    )


def level(y: float, start: float, end: float, kind: str, attributes: str) -> str:
    """Return a line from left to right."""
    return f'<path class="{kind}" d="M{number(start)} {number(y)}H{number(end)}" {attributes} fill="none"/>'


def upright(x: float, bottom: float, kind: str, attributes: str) -> str:
    """Return a line from the top to ``bottom``."""
    return f'<path class="{kind}" d="M{number(x)} {TOP}V{number(bottom)}" {attributes} fill="none"/>'


def series_stroke(place: int) -> str:
    """Return class, colour and dashes of the line at a place among its like."""
    at = place % len(SERIES)
    return (
        f'class="chart__series chart__series--{at + 1}" stroke="{SERIES[at]}" stroke-width="2" '
        f'stroke-dasharray="{DASHES[at]}" fill="none"'
    )


def series_fill(place: int, kind: str, opacity: float) -> str:
    """Return class and colour of a surface that belongs to the line at the same place."""
    at = place % len(SERIES)
    return f'class="chart__{kind} chart__fill--{at + 1}" fill="{SERIES[at]}" fill-opacity="{opacity:g}"'


def line_swatch(place: int) -> Draw:
    """Draw a piece of the line at a place."""
    return lambda x, y: f'<path {series_stroke(place)} d="M{number(x)} {number(y - 4)}h{number(SWATCH)}"/>'


def legend(names: Sequence[tuple[str, Draw]], start: float, end: float, y: float) -> tuple[list[str], float]:
    """Return the names, flowing over as many rows as needed, and the height of the whole chart."""
    parts: list[str] = []
    x = start
    for words, draw in names:
        name = shortened(words, end - start - 40)
        length = SWATCH + 8 + CHARACTER * len(name) + 14
        if x > start and x + length > end:
            x, y = start, y + 20
        parts += [draw(x, y), text(x + SWATCH + 6, y, name)]
        x += length
    return parts, y + 12
