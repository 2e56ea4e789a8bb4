"""All strategies side by side, over verdicts and over queries."""

from __future__ import annotations

from typing import Any

from annotation.selection import DEFAULT_STRATEGY
from annotation.simulation.experiments.bench import Bench, interval_words
from annotation.simulation.experiments.comparison import (
    COMPARED,
    MEASURES,
    ONE_POINT,
    Result,
    deficit,
    deficit_words,
    efficiency,
    efficiency_words,
    mean_gain,
    mean_gain_words,
    yardsticks_of,
)
from annotation.simulation.experiments.goals import goal_parts
from annotation.simulation.pages import Cell, Page, Plot, ResultTable
from annotation.simulation.run import replay_charts

KEYS = dict(zip(MEASURES, ("identification", "near_1", "near_2", "near_5"), strict=True))
MEASURED = ":judges=measured"


def run_ablation(bench: Bench) -> Page:
    """Compare the strategies of the plan, and those replayed to the end of the pool, on the same pools.

    Parameters
    ----------
    bench
        Its plan names the strategies; efficiency is relative to the published method and to random.

    Source: algorithms.md section 6.
    """
    name, seed = bench.table.name, bench.plan.seed
    results = bench.run()
    if bench.whole:
        results |= bench.run(strategies=bench.whole, budget=0, estimated=())
    figures = bench.summarise(results)
    parts: list[str | ResultTable | Plot] = [bench.describe() + _whole_words(bench)]
    unit = "queries labelled" if bench.table.is_labelled else "verdicts spent"
    parts.append(f"{unit.capitalize()} until 90 % of replays are right, and stay so, with 95 % intervals:")
    parts.append(ResultTable(f"ablation-{name}", _threshold_columns(), _thresholds(figures)))
    parts += goal_parts(bench, figures)
    parts += _efficiency_parts(name, results, seed)
    parts += _sentences(results, seed)
    parts.append("Time per call, in milliseconds, one process per core:")
    parts.append(ResultTable(f"ablation-{name}-time", ("strategy", "ask", "tell"), _times(figures)))
    charts = replay_charts(name, figures)
    parts += [Plot(f"ablation-{name}-{stem}", chart) for stem, chart in charts.items()]
    return Page("ablation", f"Strategies on {name}", tuple(parts))


def _whole_words(bench: Bench) -> str:
    if not bench.whole:
        return ""
    return f" To the end of the pool, whatever the budget: {', '.join(f'`{w}`' for w in bench.whole)}."


def _threshold_columns() -> tuple[str, ...]:
    pairs = [(words, f"interval, {words}") for words in KEYS]
    queries = (f"queries touched, {words}" for words in COMPARED)
    return ("strategy", *(word for pair in pairs for word in pair), *queries)


def _thresholds(figures: dict[str, dict[str, Any]]) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    for label, f in figures.items():
        row: list[Cell] = [label]
        for key in KEYS.values():
            spent = f[f"verdicts_to_90_{key}"]
            row += [spent, interval_words(f[f"verdicts_to_90_{key}_interval"])]
        row += [_queries_at(f, f[f"verdicts_to_90_{key}"]) for key in ("identification", "near_1")]
        rows.append(tuple(row))
    return tuple(rows)


def _queries_at(figures: dict[str, Any], verdicts: int | None) -> Cell:
    if verdicts is None:
        return None
    return round(float(figures["queries"][figures["verdicts"].index(verdicts)]))


def _efficiency_parts(name: str, results: dict[str, Result], seed: int) -> list[str | ResultTable | Plot]:
    yardsticks = yardsticks_of(tuple(results))
    if not yardsticks:
        return []
    columns = [f"{words}, against {y}" for y in yardsticks for words in COMPARED]
    rows = tuple(
        (
            label,
            *(
                efficiency(own, results[y], MEASURES[words], seed).cell
                for y in yardsticks
                for words in COMPARED
            ),
        )
        for label, own in results.items()
    )
    said = "Annotation efficiency: how many times fewer verdicts to 90 %, with 95 % intervals (paired pools):"
    return [said, ResultTable(f"ablation-{name}-efficiency", ("strategy", *columns), rows)]


def _sentences(results: dict[str, Result], seed: int) -> list[str | ResultTable | Plot]:
    """Say in words what the default gains over the yardsticks, and measured judges over uniform ones."""
    said: list[str | ResultTable | Plot] = []
    if DEFAULT_STRATEGY in results:
        others = yardsticks_of(tuple(results))
        said += [" ".join(_gains(results, DEFAULT_STRATEGY, other, seed)) for other in others]
    if DEFAULT_STRATEGY in results and "random" in results:
        own, random = results[DEFAULT_STRATEGY], results["random"]
        worse = {measure: deficit(own, random, MEASURES[measure], seed) for measure in COMPARED}
        said.append(" ".join(deficit_words(DEFAULT_STRATEGY, "random", d, m) for m, d in worse.items()))
    for label in results:
        plain = label.removesuffix(MEASURED)
        if plain != label and plain in results:
            words = _gains(results, label, plain, seed)
            said.append(" ".join(["Weights of the weak judges learnt from the verdicts:", *words]))
    return said


def _gains(results: dict[str, Result], own: str, other: str, seed: int) -> list[str]:
    found = {m: efficiency(results[own], results[other], MEASURES[m], seed) for m in COMPARED}
    mean = mean_gain(results[own], results[other], MEASURES[ONE_POINT], seed)
    return [
        *(efficiency_words(own, other, gain, measure) for measure, gain in found.items()),
        mean_gain_words(own, other, mean, ONE_POINT),
    ]


def _times(figures: dict[str, dict[str, Any]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (label, 1000 * f["seconds_per_ask"], 1000 * f["seconds_per_tell"]) for label, f in figures.items()
    )
