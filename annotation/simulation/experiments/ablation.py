"""All strategies side by side, over verdicts and over queries."""

from __future__ import annotations

from typing import Any

from annotation.simulation.experiments.bench import Bench, interval_words
from annotation.simulation.pages import Cell, Page, Plot, ResultTable
from annotation.simulation.run import replay_charts

MEASURES = (("identification", "exactly the best"), ("near_1", "within one point of the best"))


def run_ablation(bench: Bench) -> Page:
    """Compare the strategies of the plan on the same pools.

    Parameters
    ----------
    bench
        Its plan names the strategies; efficiency is relative to the first of them.

    Source: algorithms.md section 6.
    """
    name = bench.table.name
    figures = bench.summarise(bench.run())
    first = next(iter(figures))
    parts: list[str | ResultTable | Plot] = [bench.describe()]
    for measure, words in MEASURES:
        columns = ("strategy", "verdicts", "95 % interval", "queries", f"times fewer than {first}")
        rows = tuple(
            (
                label,
                f[f"verdicts_to_90_{measure}"],
                interval_words(f[f"verdicts_to_90_{measure}_interval"]),
                _queries_at(f, f[f"verdicts_to_90_{measure}"]),
                _times_fewer(figures[first], f, measure),
            )
            for label, f in figures.items()
        )
        parts.append(f"Spent until the answer is {words} in 90 % of replays, and stays so:")
        parts.append(ResultTable(f"ablation-{name}-{measure}", columns, rows))
    parts.append("Time per call, in milliseconds, on one core of a machine that was busy with other work:")
    parts.append(ResultTable(f"ablation-{name}-time", ("strategy", "ask", "tell"), _times(figures)))
    charts = replay_charts(name, figures)
    parts += [Plot(f"ablation-{name}-{stem}", chart) for stem, chart in charts.items()]
    return Page("ablation", f"Strategies on {name}", tuple(parts))


def _times(figures: dict[str, dict[str, Any]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (label, 1000 * f["seconds_per_ask"], 1000 * f["seconds_per_tell"]) for label, f in figures.items()
    )


def _queries_at(figures: dict[str, Any], verdicts: int | None) -> Cell:
    if verdicts is None:
        return None
    return round(float(figures["queries"][figures["verdicts"].index(verdicts)]))


def _times_fewer(first: dict[str, Any], other: dict[str, Any], measure: str) -> Cell:
    spent, least = (f[f"verdicts_to_90_{measure}"] for f in (first, other))
    return None if spent is None or least is None else float(spent) / float(least)
