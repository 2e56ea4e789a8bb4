"""Entropy of the posterior expected after asking, without building the hypothetical posteriors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.selection.outcomes import MISSING, N_OUTCOMES
from annotation.selection.posterior import log_factors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.outcomes import NoiseModel


def plogp(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p log p, 0 at 0."""
    return p * np.log(np.where(p > 0, p, 1.0))


def expected_entropy(
    log_posterior: NDArray[np.float64],
    weak_outcomes: NDArray[np.int8],
    noise: NoiseModel,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return, per query, the mean entropy of the posterior updated with each weak judge's outcomes.

    Parameters
    ----------
    log_posterior
        Normalised log posterior, shape (n_entries,); ``-inf`` is allowed.
    weak_outcomes
        Shape (n_queries, n_entries, n_judges), values of ``Outcome`` or ``MISSING`` (factor 1);
        the last entry is the baseline.
    noise
        Rates of the best candidate.
    weights
        Weight of each judge, shape (n_judges,), none negative, not all 0; uniform when ``None``.

    Returns
    -------
    ndarray
        Expected entropy in nats, shape (n_queries,).

    Raises
    ------
    InvalidValueError
        When shapes or weights do not fit.

    Notes
    -----
    With p grouped by outcome o and Z = sum_o e_o mass_o,
    H = log Z - (sum_o e_o (plogp_o + mass_o log e_o)) / Z,
    so the cost is one (2 x n_entries) by (n_entries x n_queries n_judges) product per outcome.

    References
    ----------
    LLM Selector, arXiv 2510.09418, the expected-entropy criterion; the grouping by outcome is ours.
    """
    n_queries, n_entries, n_judges = weak_outcomes.shape
    if np.shape(log_posterior) != (n_entries,):
        raise InvalidValueError(f"log_posterior: shape {np.shape(log_posterior)}, must be ({n_entries},)")
    shares = _shares(weights, n_judges)
    p = np.exp(log_posterior)
    sides = np.stack([p, plogp(p)])
    log_e = np.append(noise.log_likelihood, 0.0)
    z = np.zeros((n_queries, n_judges))
    inner = np.zeros((n_queries, n_judges))
    for outcome in (*range(N_OUTCOMES), MISSING):
        is_outcome = (weak_outcomes == outcome).transpose(1, 0, 2).reshape(n_entries, -1)
        if outcome == MISSING and not is_outcome.any():
            continue
        mass, mass_log = (sides @ is_outcome.astype(np.float64)).reshape(2, n_queries, n_judges)
        e = np.exp(log_e[outcome])
        z += e * mass
        inner += e * (mass_log + mass * log_e[outcome])
    entropies = np.log(z) - inner / z
    expected: NDArray[np.float64] = np.maximum(entropies @ shares, 0.0)
    return expected


def _shares(weights: NDArray[np.float64] | None, n_judges: int) -> NDArray[np.float64]:
    if n_judges < 1:
        raise InvalidValueError("n_judges: 0, must be at least 1")
    if weights is None:
        return np.full(n_judges, 1.0 / n_judges)
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (n_judges,) or (w < 0).any() or not w.sum() > 0:
        raise InvalidValueError(f"weights: {w.tolist()}, must be {n_judges} numbers from 0 up, not all 0")
    shares: NDArray[np.float64] = w / w.sum()
    return shares


def expected_pair_entropy(
    log_posterior: NDArray[np.float64],
    outcome_probability: NDArray[np.float64],
    noise: NoiseModel,
    background: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return, per comparison, the entropy of the posterior expected after asking for it alone.

    Parameters
    ----------
    log_posterior
        Normalised log posterior, shape (n_candidates + 1,); the last entry is the baseline,
        whose own factor is left aside here since it hardly depends on the comparison.
    outcome_probability
        Predicted probability of each outcome, shape (n_queries, n_candidates, 3).
    noise, background
        See ``log_factors``.

    Returns
    -------
    ndarray
        Expected entropy in nats, shape (n_queries, n_candidates).

    Raises
    ------
    InvalidValueError
        When shapes do not fit or a background rate is not above 0.

    Notes
    -----
    After outcome o only entry j's weight changes, by r_o, so with S = sum p log p and Z = 1 + p_j (r_o - 1):
    H = log Z - (S - p_j log p_j + p_j r_o log(p_j r_o)) / Z, a table of shape (n_candidates, 3).
    """
    n_candidates = outcome_probability.shape[1]
    if np.shape(log_posterior) != (n_candidates + 1,):
        raise InvalidValueError(
            f"log_posterior: shape {np.shape(log_posterior)}, must be ({n_candidates + 1},)"
        )
    p = np.exp(log_posterior)
    own = p[:-1, None]
    new = own * np.exp(log_factors(noise, background))
    z = np.maximum(1.0 - own, 0.0) + new
    rest = plogp(p).sum() - plogp(own)
    after = np.maximum(np.log(z) - (rest + plogp(new)) / z, 0.0)
    expected: NDArray[np.float64] = np.einsum("qco,co->qc", outcome_probability, after)
    return expected
