"""How far weak judges agree with the verdicts."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotation.exceptions import InvalidValueError


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """Measured quality of each weak judge; every array has shape (n_judges,).

    Attributes
    ----------
    n_compared
        Comparisons with both a verdict and a weak outcome.
    n_agreed
        Those in which the two are the same outcome (loss, draw or win).
    agreement
        ``n_agreed / n_compared``, NaN where nothing was compared.
    low, high
        Wilson interval of the agreement, (0, 1) where nothing was compared.
    """

    n_compared: NDArray[np.int64]
    n_agreed: NDArray[np.int64]
    agreement: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def judge_agreement(
    weak_outcomes: ArrayLike, outcomes: ArrayLike, confidence: float = 0.95
) -> JudgeAgreement:
    """Compare weak outcomes with the outcomes of verdicts, judge by judge.

    Parameters
    ----------
    weak_outcomes
        int8 (n_queries, n_entries, n_judges), the baseline last; missing = -1.
    outcomes
        int8 (n_queries, n_entries - 1), one column per candidate in the same order; missing = -1.
    confidence
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    JudgeAgreement

    Raises
    ------
    InvalidValueError
        Shapes that do not fit each other, or a confidence outside (0, 1).

    Notes
    -----
    The interval is Wilson's score interval (Wilson 1927), which stays inside [0, 1] and is honest for few
    verdicts. It takes comparisons as independent; those of one query are not quite, so it is somewhat too
    narrow.
    """
    weak, true = np.asarray(weak_outcomes), np.asarray(outcomes)
    if weak.ndim != 3 or true.shape != (weak.shape[0], weak.shape[1] - 1):
        raise InvalidValueError(
            "weak_outcomes must have shape (n_queries, n_candidates + 1, n_judges) "
            f"and outcomes (n_queries, n_candidates); got {weak.shape} and {true.shape}"
        )
    if not 0 < confidence < 1:
        raise InvalidValueError(f"confidence must be between 0 and 1, got {confidence!r}")
    of_candidates = weak[:, :-1, :]
    is_compared = (of_candidates >= 0) & (true >= 0)[:, :, np.newaxis]
    n_compared = is_compared.sum(axis=(0, 1))
    n_agreed = (is_compared & (of_candidates == true[:, :, np.newaxis])).sum(axis=(0, 1))
    low, high = _wilson(n_agreed, n_compared, NormalDist().inv_cdf((1 + confidence) / 2))
    agreement = np.full(len(n_compared), np.nan)
    np.divide(n_agreed, n_compared, out=agreement, where=n_compared > 0)
    return JudgeAgreement(n_compared, n_agreed, agreement, low, high)


def _wilson(
    n_hits: NDArray[np.int64], n_trials: NDArray[np.int64], z: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    trials = np.maximum(n_trials, 1)
    rate = n_hits / trials
    centre = (rate + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(rate * (1 - rate) / trials + z**2 / (4 * trials**2))
    is_known = n_trials > 0
    low = np.where(is_known, np.clip(centre - half, 0, 1), 0.0)
    high = np.where(is_known, np.clip(centre + half, 0, 1), 1.0)
    return low, high
