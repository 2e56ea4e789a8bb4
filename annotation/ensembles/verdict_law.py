"""The law of errors from verdicts, gaps filled by predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.error_law import ErrorLaw, fit_error_law
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

LOSS, MISSING = 0, -1


def law_of_verdicts(outcomes: NDArray[np.int8], predicted: FloatArray) -> ErrorLaw:
    """Estimate the law of errors from verdicts.

    Parameters
    ----------
    outcomes
        0 loss, 1 draw, 2 win, -1 not judged, shape (n_queries, n_candidates). An error is a loss.
    predicted
        P(loss) of every comparison under the item-response model, shape (n_queries, n_candidates), or draws
        from its posterior, shape (n_draws, n_queries, n_candidates), which keep what is unknown about queries
        and so do not understate correlations.

    Returns
    -------
    ErrorLaw
        Verdicts count as they are and every gap counts with its probability; ``n_queries`` is the median
        number of jointly judged queries over pairs, so noise is never judged by filled gaps.

    Raises
    ------
    InvalidValueError
        For shapes that do not fit or probabilities outside 0 to 1.
    """
    draws = predicted if predicted.ndim == 3 else predicted[None]
    if draws.shape[1:] != outcomes.shape:
        raise InvalidValueError(
            f"predicted of shape {predicted.shape}, must be {outcomes.shape} or (draws, *{outcomes.shape})"
        )
    if not ((draws >= 0.0) & (draws <= 1.0)).all():
        raise InvalidValueError("predicted: every probability of a loss must lie from 0 to 1")
    wrong = np.where(outcomes[None] == MISSING, draws, outcomes[None] == LOSS)
    law = fit_error_law(wrong.reshape(-1, outcomes.shape[1]), n_copies=len(draws))
    m = outcomes.shape[1]
    joint = count_joint(outcomes)[np.triu_indices(m, 1 if m > 1 else 0)]
    return ErrorLaw(law.error, law.correlation, max(float(np.median(joint)), 1.0), law.shrinkage)


def count_joint(outcomes: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return how many queries are judged for both of every pair, shape (n_candidates, n_candidates)."""
    is_judged = (outcomes != MISSING).astype(np.int64)
    return np.asarray(is_judged.T @ is_judged)
