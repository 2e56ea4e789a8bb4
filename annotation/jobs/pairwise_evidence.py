"""What the item-response model says about comparisons that nobody judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection import SelectionProblem
from annotation.selection.item_response import fit_outcomes
from annotation.selection.pool import predict_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.pool import CellPrediction

    FloatArray = NDArray[np.float64]

MOST_DRAWS, LEAST_DRAWS = 40, 4
MOST_CELLS = 10_000_000
"""Largest array of draws: 80 MB; larger studies get fewer draws, which their many queries make up for."""

LEAST_RATE = 1e-6


def predicted_losses(outcomes: NDArray[np.int8], rng: np.random.Generator) -> FloatArray:
    """Return draws of P(loss) of every comparison, shape (n_draws, n_queries, n_candidates).

    Parameters
    ----------
    outcomes
        Values of ``Outcome``, -1 where not known, shape (n_queries, n_candidates).
    rng
        Of the draws.
    """
    problem = SelectionProblem(is_askable=outcomes < 0)
    cells = predict_cells(fit_outcomes(problem, outcomes))
    n_draws = int(np.clip(MOST_CELLS // max(outcomes.size, 1), LEAST_DRAWS, MOST_DRAWS))
    return draw_losses(cells, n_draws, rng)


def draw_losses(cells: CellPrediction, n_draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw P(loss) from the posterior of the linear predictors, shape (n_draws, n_queries, n_candidates).

    Notes
    -----
    What is unknown about a query is common to its comparisons, so their errors go together; means lose that.
    The smallest variance in a query bounds the common part, the rest is the candidates' own and common to
    their queries. The conditional logit is the marginal one undone by MacKay's factor, so that the draws
    average to the marginal rate.
    """
    # Score and its variance given the predictor are two equations for P(win) and P(draw).
    draw = np.maximum(4.0 * (cells.score * (1.0 - cells.score) - cells.chance), 0.0)
    loss = np.clip(1.0 - cells.score - draw / 2.0, LEAST_RATE, 1.0 - LEAST_RATE)
    logit = np.log(loss / (1.0 - loss)) * np.sqrt(1.0 + np.pi / 8.0 * cells.variance)
    common = cells.variance.min(axis=1, keepdims=True)
    own = np.sqrt(np.maximum(cells.variance - common, 0.0))
    n_queries, n_candidates = logit.shape
    by_query = np.sqrt(common) * rng.standard_normal((n_draws, n_queries, 1))
    by_candidate = own * rng.standard_normal((n_draws, 1, n_candidates))
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * (logit + by_query + by_candidate))))
