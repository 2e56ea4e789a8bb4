"""What the item-response model says about comparisons that nobody judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection import Outcome, SelectionProblem
from annotation.selection.item_response import fit_outcomes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

MOST_DRAWS, LEAST_DRAWS = 40, 4
MOST_CELLS = 10_000_000
"""Largest array of draws: 80 MB; larger studies get fewer draws, which their many queries make up for."""


def predicted_losses(outcomes: NDArray[np.int8], rng: np.random.Generator) -> FloatArray:
    """Return draws of P(loss) of every comparison, shape (n_draws, n_queries, n_candidates).

    Parameters
    ----------
    outcomes
        Values of ``Outcome``, -1 where not known, shape (n_queries, n_candidates).
    rng
        Of the draws.
    """
    model = fit_outcomes(SelectionProblem(is_askable=outcomes < 0), outcomes)
    n_draws = int(np.clip(MOST_CELLS // max(outcomes.size, 1), LEAST_DRAWS, MOST_DRAWS))
    return model.sample_probabilities(Outcome.LOSS, n_draws, rng)
