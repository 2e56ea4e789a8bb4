"""Choosing the noise model with the weak judges in the oracle's place."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.selection import NoiseModel
from annotation.simulation.metrics import success_curve
from annotation.simulation.parallel import Runner
from annotation.simulation.run import Progress, ReplayPlan, run_traces
from annotation.simulation.summary import stack_traces
from annotation.simulation.tables import MISSING, FloatArray, Int8Array, OutcomeTable

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
ORACLES = ("majority", "each")


@dataclasses.dataclass(frozen=True, eq=False)
class NoiseGrid:
    """Scores over a grid of noise models.

    Attributes
    ----------
    losses, draws
        The grid's axes.
    scores
        Shape (n_losses, n_draws): identification probability averaged over budgets; NaN where loss + draw
        leaves no room for a win.
    chosen
        The best cell; ties go to the one nearest the default.
    distance
        Euclidean distance of the chosen cell from the default noise model.
    """

    losses: tuple[float, ...]
    draws: tuple[float, ...]
    scores: FloatArray
    chosen: NoiseModel
    distance: float


def majority_outcomes(weak_outcomes: Int8Array) -> Int8Array:
    """Return the most frequent weak outcome of each comparison; between equals the draw, else the loss.

    Parameters
    ----------
    weak_outcomes
        int8, shape (n_queries, n_candidates + 1, n_judges).

    Returns
    -------
    int8, shape (n_queries, n_candidates), missing where no judge has an outcome.
    """
    weak = weak_outcomes[:, :-1]
    votes = np.stack([(weak == outcome).sum(axis=2) for outcome in (1, 0, 2)], axis=2)
    most = np.array([1, 0, 2], dtype=np.int8)[votes.argmax(axis=2)]
    return np.where(votes.sum(axis=2) > 0, most, np.int8(MISSING)).astype(np.int8)


def weak_oracles(table: OutcomeTable, oracle: str = "majority") -> list[OutcomeTable]:
    """Return tables answered by weak judges: one by their majority, or one per judge.

    Raises
    ------
    InvalidValueError
        Without weak judges, or for an unknown oracle.
    """
    if table.weak_outcomes is None:
        raise InvalidValueError(f"{table.name} has no weak judges to stand in for people")
    if oracle not in ORACLES:
        raise InvalidValueError(f"oracle {oracle!r}; allowed are {', '.join(ORACLES)}")
    if oracle == "majority":
        answers = [majority_outcomes(table.weak_outcomes)]
    else:
        answers = [table.weak_outcomes[:, :-1, judge].copy() for judge in range(table.weak_outcomes.shape[2])]
    return [dataclasses.replace(table, outcomes=outcomes) for outcomes in answers]


def score_noise(
    tables: Sequence[OutcomeTable],
    strategy: str,
    plan: ReplayPlan,
    folder: Path,
    *,
    losses: tuple[float, ...] = GRID,
    draws: tuple[float, ...] = GRID,
    is_last_only: bool = False,
    progress: Progress | None = None,
    runner: Runner | None = None,
) -> NoiseGrid:
    """Replay one strategy under every noise model of a grid.

    Parameters
    ----------
    tables
        Answer instead of people; scores are averaged over them.
    strategy
        One that uses the noise model.
    plan
        Sizes; its strategies are ignored.
    folder
        Keeps finished realizations: a stopped grid goes on where it stopped.
    losses, draws
        The grid.
    is_last_only
        Score the answer at the end of the budget instead of the average over budgets.
    progress, runner
        As in :func:`annotation.simulation.run.run_traces`, called once per table.

    Source: algorithms.md section 1, "Tuning".
    """
    cells = [(loss, draw) for loss in losses for draw in draws if loss + draw < 1 - 1e-9]
    names = {cell: f"{strategy}:loss={cell[0]:g}:draw={cell[1]:g}" for cell in cells}
    own = dataclasses.replace(plan, strategies=tuple(names.values()))
    scores = np.full((len(losses), len(draws)), np.nan)
    per_table = [run_traces(table, own, folder, progress, runner) for table in tables]
    for loss, draw in cells:
        curves = [success_curve(stack_traces(r[names[loss, draw]][1], "gaps")) for r in per_table]
        values = [curve[-1] if is_last_only else curve.mean() for curve in curves]
        scores[losses.index(loss), draws.index(draw)] = float(np.mean(values))
    return _choose(losses, draws, scores)


def _choose(losses: tuple[float, ...], draws: tuple[float, ...], scores: FloatArray) -> NoiseGrid:
    default = NoiseModel()
    away = np.hypot(np.subtract(losses, default.loss)[:, None], np.subtract(draws, default.draw)[None, :])
    is_top = scores >= np.nanmax(scores) - 1e-9
    row, column = np.unravel_index(int(np.argmin(np.where(is_top, away, np.inf))), scores.shape)
    chosen = NoiseModel(losses[row], draws[column])
    return NoiseGrid(losses, draws, scores, chosen, float(away[row, column]))
