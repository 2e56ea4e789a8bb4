"""From samples of pool win rates to probabilities, intervals and a recommendation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.outcomes import MISSING
from annotation.selection.posterior import entropy
from annotation.selection.problem import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import SelectionProblem

N_SAMPLES = 1000

INTERVAL = (0.05, 0.95)
"""Quantiles of the 90 % intervals."""


def raw_win_rates(outcomes: NDArray[np.int8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return raw win rates and numbers of verdicts per entry, each of shape (n_candidates + 1,).

    Parameters
    ----------
    outcomes
        Shape (n_queries, n_candidates), ``MISSING`` where not judged.
    """
    is_told = outcomes != MISSING
    n_verdicts = is_told.sum(axis=0)
    halves = np.where(is_told, outcomes, 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = halves / (2.0 * n_verdicts)
    return np.append(rates, 0.5), np.append(n_verdicts, 0)


def summarise_samples(
    samples: NDArray[np.float64], delta: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return P(best) and P(within ``delta`` of the best) per entry, each of shape (n_entries,).

    Parameters
    ----------
    samples
        Sampled pool win rates, shape (n_samples, n_entries); equal highest values share the probability.
    delta
        Distance in win rate.
    """
    top = samples.max(axis=1, keepdims=True)
    is_top = samples >= top - 1e-12
    p_best = (is_top / is_top.sum(axis=1, keepdims=True)).mean(axis=0)
    return p_best, (samples >= top - delta - 1e-12).mean(axis=0)


def log_of(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log p with ``-inf`` at 0, without a warning."""
    with np.errstate(divide="ignore"):
        return np.log(p)


def estimate_from_samples(
    samples: NDArray[np.float64],
    win_rate: NDArray[np.float64],
    outcomes: NDArray[np.int8],
    *,
    delta: float,
    method: str,
    interval_samples: NDArray[np.float64] | None = None,
) -> Estimate:
    """Build an estimate from joint samples of pool win rates.

    Parameters
    ----------
    samples
        Shape (n_samples, n_entries), the baseline last.
    win_rate
        Expected pool win rates, shape (n_entries,); the highest is recommended.
    outcomes
        Shape (n_queries, n_candidates), ``MISSING`` where not judged.
    delta
        Distance in win rate that counts as near the best.
    method
        Words for people.
    interval_samples
        Wider samples for the intervals alone, where the samples' own would not cover.
    """
    p_best, p_near = summarise_samples(samples, delta)
    raw, n_verdicts = raw_win_rates(outcomes)
    spread = samples if interval_samples is None else interval_samples
    low, high = np.quantile(spread, INTERVAL, axis=0)
    log_posterior = log_of(p_best)
    return Estimate(
        best=int(np.argmax(win_rate)),
        p_best=p_best,
        p_near_best=p_near,
        win_rate=win_rate,
        win_rate_low=np.minimum(low, win_rate),
        win_rate_high=np.maximum(high, win_rate),
        raw_win_rate=raw,
        n_verdicts=n_verdicts,
        log_posterior=log_posterior,
        entropy=entropy(log_posterior),
        method=method,
    )


def beta_estimate(
    problem: SelectionProblem, outcomes: NDArray[np.int8], rng: np.random.Generator, delta: float
) -> Estimate:
    """Estimate pool win rates candidate by candidate from a uniform prior, for any way of choosing.

    Parameters
    ----------
    problem, outcomes
        The pool and what was told, shape (n_queries, n_candidates).
    rng
        Source of the samples.
    delta
        Distance in win rate that counts as near the best.
    """
    samples, mean = _beta_samples(problem, outcomes, rng)
    return estimate_from_samples(
        samples,
        mean,
        outcomes,
        delta=delta,
        method="Each candidate's own verdicts with a uniform prior; unseen comparisons like the seen ones.",
    )


def beta_means(problem: SelectionProblem, outcomes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the pool win rates of `beta_estimate` alone, without drawing a sample, shape (n_entries,).

    Parameters
    ----------
    problem, outcomes
        As in `beta_estimate`.
    """
    is_told = outcomes != MISSING
    n_told = is_told.sum(axis=0)
    n_unseen = (problem.is_askable & ~is_told).sum(axis=0)
    points = np.where(is_told, outcomes, 0).sum(axis=0) / 2.0
    n_pool = n_told + n_unseen
    expected = points + n_unseen * (1.0 + points) / (2.0 + n_told)
    return np.append(np.where(n_pool > 0, expected / np.maximum(n_pool, 1), 0.5), 0.5)


def _beta_samples(
    problem: SelectionProblem, outcomes: NDArray[np.int8], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    is_told = outcomes != MISSING
    n_told = is_told.sum(axis=0)
    n_unseen = (problem.is_askable & ~is_told).sum(axis=0)
    points = np.where(is_told, outcomes, 0).sum(axis=0) / 2.0
    rate = rng.beta(1.0 + points, 1.0 + n_told - points, size=(N_SAMPLES, problem.n_candidates))
    unseen = rate * n_unseen + rng.standard_normal(rate.shape) * np.sqrt(n_unseen * rate * (1 - rate))
    n_pool = np.maximum(n_told + n_unseen, 1)
    samples = np.where(n_told + n_unseen > 0, (points + np.clip(unseen, 0, n_unseen)) / n_pool, 0.5)
    baseline = np.full((N_SAMPLES, 1), 0.5)
    return np.hstack([samples, baseline]), beta_means(problem, outcomes)
