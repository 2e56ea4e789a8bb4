"""The paper's posterior over entries: which one is the best, in log space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.selection.outcomes import MISSING, N_OUTCOMES, Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.outcomes import NoiseModel


def normalise_log(log_weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log weights shifted so that their exponentials sum to 1; ``-inf`` stays ``-inf``.

    Parameters
    ----------
    log_weights
        Shape (n_entries,), at least one of them finite.
    """
    top = log_weights.max()
    shifted: NDArray[np.float64] = log_weights - top
    normalised: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum())
    return normalised


def entropy(log_posterior: NDArray[np.float64]) -> float:
    """Return the entropy in nats of a normalised log posterior; ``-inf`` counts as 0."""
    p = np.exp(log_posterior)
    return float(-np.sum(p[p > 0] * log_posterior[p > 0])) + 0.0


def log_factors(noise: NoiseModel, background: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return log(P(o | best) / P(o | not the best)) by outcome o, shape (3,).

    Parameters
    ----------
    noise
        Rates of the best candidate.
    background
        Rates of a candidate that is not the best, shape (3,), each above 0; uniform when ``None``,
        which makes the product over a completely judged query the paper's likelihood.

    Raises
    ------
    InvalidValueError
        When a background rate is not above 0.
    """
    rates = np.full(N_OUTCOMES, 1.0 / N_OUTCOMES) if background is None else np.asarray(background)
    if rates.shape != (N_OUTCOMES,) or not (rates > 0).all():
        raise InvalidValueError(f"background: {rates.tolist()}, must be three rates above 0")
    factors: NDArray[np.float64] = noise.log_likelihood - np.log(rates)
    return factors


def update_posterior(
    log_posterior: NDArray[np.float64],
    outcomes: NDArray[np.int8],
    noise: NoiseModel,
    background: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the posterior after one query's outcomes.

    Parameters
    ----------
    log_posterior
        Log probability that each entry is the best, shape (n_entries,).
    outcomes
        Outcome of each entry on the query, shape (n_entries,), ``MISSING`` where not judged: such an entry
        keeps its weight. The baseline's own outcome is a draw.
    noise, background
        See ``log_factors``.

    Returns
    -------
    ndarray
        Normalised log posterior, shape (n_entries,).

    Raises
    ------
    InvalidValueError
        When shapes differ, an outcome is unknown or a background rate is not above 0.

    References
    ----------
    LLM Selector, arXiv 2510.09418, the posterior update; the partial update for single comparisons is ours.
    """
    told = np.asarray(outcomes)
    if told.shape != np.shape(log_posterior):
        raise InvalidValueError(f"outcomes: shape {told.shape}, must be that of the posterior")
    if told.size and (told.min() < MISSING or told.max() > Outcome.WIN):
        raise InvalidValueError(f"outcomes: {told.tolist()}, must be -1 (missing), 0, 1 or 2")
    steps = np.append(log_factors(noise, background), 0.0)
    return normalise_log(log_posterior + steps[told])
