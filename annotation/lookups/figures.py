"""The charts of a study, for the dashboard, the report and for download."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from annotation.lookups.overview import Overview
from annotation.models import PosteriorSnapshot
from annotation.rendering.charts import Row, bars_svg, intervals_svg
from annotation.rendering.lines import Line, lines_svg
from annotation.rendering.numbers import percent, probability, rate
from annotation.rendering.svg import NARROW, WIDE

# A chart of more rows is no longer read; the table beside it has all of them.
MOST_ROWS = 15
MOST_LINES = 5
MOST_POINTS = 400
MOST_TABLE_POINTS = 25


@dataclass(frozen=True)
class Figure:
    """One chart in two widths; the page shows the one that fits."""

    name: str
    title: str
    wide: str
    narrow: str
    note: str = ""


@dataclass(frozen=True)
class TimePoint:
    """One row of the table beside the time lines; ``p_best`` in the order of the line names."""

    n_verdicts: int
    p_best: list[float | None]
    entropy: float


@dataclass(frozen=True)
class TimeLine:
    """The table beside the time lines."""

    names: list[str]
    points: list[TimePoint]


def in_both_widths(name: str, title: str, draw: Callable[[int], str], note: str = "") -> Figure:
    """Return a chart drawn for wide and for narrow screens."""
    return Figure(name, title, draw(WIDE), draw(NARROW), note)


def thinned(snapshots: list[PosteriorSnapshot], n_most: int) -> list[PosteriorSnapshot]:
    """Return at most ``n_most`` of the snapshots, evenly spread, first and last among them."""
    if len(snapshots) <= n_most:
        return snapshots
    last = len(snapshots) - 1
    return [snapshots[round(i * last / (n_most - 1))] for i in range(n_most)]


def _noun(overview: Overview) -> str:
    return f"{overview.result.noun.capitalize()}s"


def _rows_note(overview: Overview) -> str:
    n = len(overview.result.entries)
    return f"The {MOST_ROWS} highest of {n}; the table has all." if n > MOST_ROWS else ""


def p_best_figure(overview: Overview) -> Figure:
    """Return the bars of P(best)."""
    entries = sorted(overview.result.entries, key=lambda entry: -(entry.p_best or 0.0))[:MOST_ROWS]
    rows = [
        Row(entry.candidate.name, entry.p_best, probability(entry.p_best), is_best=entry.is_best)
        for entry in entries
    ]
    title = "Probability of being the best"
    return in_both_widths(
        "p-best",
        title,
        lambda width: bars_svg(title, rows, x_label="P(best)", width=width),
        _rows_note(overview),
    )


def win_rates_figure(overview: Overview) -> Figure:
    """Return win rates with their 90 % intervals, the raw ones as diamonds."""
    rows = [
        Row(
            entry.candidate.name,
            entry.win_rate,
            rate(entry.win_rate),
            entry.win_rate_low,
            entry.win_rate_high,
            None if entry.is_baseline else entry.raw_win_rate,
            entry.is_best,
        )
        for entry in overview.result.entries[:MOST_ROWS]
    ]
    title = "Win rate against the baseline"
    noun = overview.result.noun
    note = f"Dot and line: estimate with 90 % interval. Diamond: raw share among the {noun}s."
    return in_both_widths(
        "win-rates",
        title,
        lambda width: intervals_svg(title, rows, x_label="Win rate", line_at=0.5, width=width),
        f"{note} {_rows_note(overview)}".strip(),
    )


def accuracy_figure(overview: Overview) -> Figure:
    """Return accuracies with their 90 % intervals; empty for a pairwise study."""
    entries = [entry for entry in overview.result.entries if entry.n_answered]
    entries.sort(key=lambda entry: -(entry.accuracy or 0.0))
    rows = [
        Row(
            entry.candidate.name,
            entry.accuracy,
            percent(entry.accuracy),
            entry.accuracy_interval[0],
            entry.accuracy_interval[1],
            is_best=entry.is_best,
        )
        for entry in entries[:MOST_ROWS]
    ]
    title = "Accuracy on the labelled queries"
    return in_both_widths(
        "accuracy",
        title,
        lambda width: intervals_svg(title, rows, x_label="Share of right labels, 90 % interval", width=width),
        _rows_note(overview),
    )


def _leaders(overview: Overview) -> list[tuple[str, str]]:
    """Return (key, name) of the entries whose lines are drawn, the best first."""
    entries = sorted(overview.result.entries, key=lambda e: (not e.is_best, -(e.p_best or 0.0)))
    return [(str(entry.candidate.pk), entry.candidate.name) for entry in entries[:MOST_LINES]]


def p_best_line_figure(overview: Overview) -> Figure:
    """Return P(best) of the leaders against verdicts."""
    snapshots = thinned(overview.snapshots, MOST_POINTS)
    lines = [
        Line(name, [(s.n_verdicts, s.p_best[key]) for s in snapshots if s.p_best.get(key) is not None])
        for key, name in _leaders(overview)
    ]
    lines = [line for line in lines if line.points]
    title = "P(best) over time"
    return in_both_widths(
        "p-best-over-time", title, lambda width: lines_svg(title, lines, x_label=_noun(overview), width=width)
    )


def entropy_figure(overview: Overview) -> Figure:
    """Return the entropy against verdicts, that of complete ignorance dashed."""
    points = [(s.n_verdicts, s.entropy) for s in thinned(overview.snapshots, MOST_POINTS)]
    ignorance = math.log(max(2, len(overview.result.entries)))
    title = "Uncertainty over time"
    return in_both_widths(
        "entropy",
        title,
        lambda width: lines_svg(
            title,
            [Line("Entropy", points)] if points else [],
            x_label=_noun(overview),
            y_high=max([ignorance, *(y for _, y in points)]) * 1.04,
            line_at=ignorance,
            width=width,
        ),
        f"Entropy of the strategy's posterior in nats. Dashed: nothing known ({ignorance:.2f}). 0: certain.",
    )


def judges_figure(overview: Overview) -> Figure:
    """Return how far each weak judge agrees with the verdicts."""
    judges = overview.result.judges
    rows = [
        Row(f"k = {judge.order}", judge.agreement, percent(judge.agreement), judge.low, judge.high)
        for judge in judges
        if judge.n_compared
    ]
    title = "Weak judges against verdicts"
    return in_both_widths(
        "weak-judges",
        title,
        lambda width: intervals_svg(title, rows, x_label="Same outcome, 95 % interval", width=width),
    )


FIGURES: dict[str, Callable[[Overview], Figure]] = {
    "p-best": p_best_figure,
    "win-rates": win_rates_figure,
    "accuracy": accuracy_figure,
    "p-best-over-time": p_best_line_figure,
    "entropy": entropy_figure,
    "weak-judges": judges_figure,
}


def time_line(overview: Overview, n_most: int = MOST_TABLE_POINTS) -> TimeLine:
    """Return the table beside the time lines, of at most ``n_most`` rows."""
    leaders = _leaders(overview)
    return TimeLine(
        names=[name for _, name in leaders],
        points=[
            TimePoint(s.n_verdicts, [s.p_best.get(key) for key, _ in leaders], s.entropy)
            for s in thinned(overview.snapshots, n_most)
        ],
    )
