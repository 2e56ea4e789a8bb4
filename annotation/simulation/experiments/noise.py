"""How much the two parameters of the noise model matter, and which ones the weak judges would choose."""

from __future__ import annotations

import dataclasses

import numpy as np

from annotation.simulation.charts import HeatMap
from annotation.simulation.experiments.bench import QUERY_GRAINED_FIRST, Bench
from annotation.simulation.pages import Page, Plot, ResultTable
from annotation.simulation.run import resolve_plan
from annotation.simulation.tables import OutcomeTable
from annotation.simulation.tuning import NoiseGrid, score_noise, weak_oracles

SHARE_OF_POOL = 0.2


def run_sensitivity(bench: Bench) -> Page:
    """Draw the identification probability at a fifth of the pool over (e_loss, e_draw).

    Parameters
    ----------
    bench
        The first strategy of its plan that uses the noise model is replayed.
    """
    budget = _fifth(bench)
    strategy = bench.preferred(*QUERY_GRAINED_FIRST)
    grid = _score(bench, [bench.table], strategy, budget, is_last_only=True)
    text = (
        f"Share of replays in which `{strategy}` returns the best after {budget:,} verdicts, at most a fifth "
        "of the pool."
    )
    return _page(bench, "sensitivity", f"Noise model on {bench.table.name}", text, grid, budget)


def run_tuning(bench: Bench) -> Page:
    """Choose (e_loss, e_draw) without any verdict: the majority of the weak judges answers.

    Parameters
    ----------
    bench
        Its table must have weak outcomes.

    Raises
    ------
    InvalidValueError
        Without weak judges.
    """
    budget = _fifth(bench)
    strategy = bench.preferred(*QUERY_GRAINED_FIRST)
    grid = _score(bench, weak_oracles(bench.table), strategy, budget, is_last_only=False)
    text = (
        f"The majority of the weak judges answers; `{strategy}` is scored by how often it returns the "
        f"candidate that is best by that majority, averaged over budgets up to {budget:,}. Chosen: loss "
        f"{grid.chosen.loss:g}, draw {grid.chosen.draw:g}, at distance {grid.distance:.2f} from the default."
    )
    return _page(bench, "tuning", f"Tuned noise model on {bench.table.name}", text, grid, budget)


def _fifth(bench: Bench) -> int:
    _, budget, _ = resolve_plan(bench.table, bench.plan)
    _, whole, _ = resolve_plan(bench.table, dataclasses.replace(bench.plan, budget=0))
    return min(budget, max(1, round(SHARE_OF_POOL * whole)))


def _score(
    bench: Bench, tables: list[OutcomeTable], strategy: str, budget: int, *, is_last_only: bool
) -> NoiseGrid:
    plan = dataclasses.replace(bench.plan, budget=budget)
    return score_noise(
        tables,
        strategy,
        plan,
        bench.kept,
        is_last_only=is_last_only,
        progress=bench.progress,
        runner=bench.runner,
    )


def _page(bench: Bench, name: str, title: str, text: str, grid: NoiseGrid, budget: int) -> Page:
    losses, draws = ([f"{value:g}" for value in axis] for axis in (grid.losses, grid.draws))
    heat = HeatMap(
        title, "P(draw) of the best", "P(loss) of the best", tuple(draws), tuple(losses), grid.scores
    )
    rows = tuple(
        (loss, draw, float(score))
        for loss, line in zip(grid.losses, grid.scores, strict=True)
        for draw, score in zip(grid.draws, line, strict=True)
        if np.isfinite(score)
    )
    stem = f"{name}-{bench.table.name}"
    table = ResultTable(stem, ("loss", "draw", "share right"), rows)
    return Page(name, title, (bench.describe(budget=budget), text, Plot(stem, heat), table))
