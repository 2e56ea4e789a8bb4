"""How good the returned answers were: curves over verdicts, thresholds, intervals."""

from __future__ import annotations

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.simulation.tables import FloatArray, IntArray

# Win rates are sums of halves divided by counts: differences below this are rounding.
TOLERANCE = 1e-9


def success_curve(gaps: FloatArray, within: float = 0.0) -> FloatArray:
    """Return the share of replays whose returned entry is within ``within`` of the best win rate.

    Parameters
    ----------
    gaps
        Shape (n_realizations, n_checkpoints): best pool win rate minus that of the returned entry.
    within
        Allowed gap; 0 gives the identification probability, ties with the best counting as right.

    Returns
    -------
    float, shape (n_checkpoints,).
    Source: algorithms.md section 6.
    """
    return np.asarray((gaps <= within + TOLERANCE).mean(axis=0), dtype=np.float64)


def gap_percentile(gaps: FloatArray, percentile: float = 95.0) -> FloatArray:
    """Return a percentile over replays of the gap to the best win rate, shape (n_checkpoints,)."""
    return np.asarray(np.percentile(gaps, percentile, axis=0), dtype=np.float64)


def first_to_stay(curve: FloatArray, level: float) -> int | None:
    """Return the first index from which a curve is at least ``level`` and stays so to the end.

    Parameters
    ----------
    curve
        Shape (n,).
    level
        Threshold, for example 0.9.

    Returns
    -------
    The index, or None when the last value is below ``level``.
    """
    below = np.flatnonzero(curve < level - TOLERANCE)
    if below.size == 0:
        return 0
    return None if below[-1] == curve.size - 1 else int(below[-1]) + 1


def verdicts_to_level(verdicts: IntArray, curve: FloatArray, level: float = 0.9) -> int | None:
    """Return the verdicts after which a success curve is at least ``level`` to the end, or None."""
    index = first_to_stay(curve, level)
    return None if index is None else int(verdicts[index])


def bootstrap_weights(n_realizations: int, n_resamples: int, seed: int) -> FloatArray:
    """Return resampling weights, shape (n_resamples, n_realizations), each row summing to 1.

    Multiplying them with per-realization values resamples whole realizations, so all the figures of one
    resample share the same draw.

    Raises
    ------
    InvalidValueError
        When there is no realization.
    """
    if n_realizations < 1:
        raise InvalidValueError("no realization to resample; expected at least one")
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2**31,)))
    counts = rng.multinomial(n_realizations, np.full(n_realizations, 1 / n_realizations), size=n_resamples)
    return np.asarray(counts / n_realizations, dtype=np.float64)


def success_interval(
    gaps: FloatArray, weights: FloatArray, within: float = 0.0, coverage: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the bootstrap interval of :func:`success_curve`, two arrays of shape (n_checkpoints,)."""
    resampled = weights @ (gaps <= within + TOLERANCE).astype(np.float64)
    tail = (1 - coverage) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail], axis=0)
    return low, high


def threshold_samples(
    verdicts: IntArray, gaps: FloatArray, weights: FloatArray, within: float = 0.0, level: float = 0.9
) -> FloatArray:
    """Return the verdicts to ``level`` in each resample, shape (n_resamples,); infinite beyond the budget.

    Parameters
    ----------
    verdicts
        Shape (n_checkpoints,).
    gaps
        Shape (n_realizations, n_checkpoints).
    weights
        From :func:`bootstrap_weights`.
    within, level
        As in :func:`success_curve` and :func:`verdicts_to_level`.
    """
    resampled = weights @ (gaps <= within + TOLERANCE).astype(np.float64)
    reached = [verdicts_to_level(verdicts, curve, level) for curve in resampled]
    return np.asarray([np.inf if value is None else float(value) for value in reached], dtype=np.float64)


def threshold_interval(
    verdicts: IntArray,
    gaps: FloatArray,
    weights: FloatArray,
    within: float = 0.0,
    level: float = 0.9,
    coverage: float = 0.95,
) -> tuple[float | None, float | None]:
    """Return the bootstrap interval of the verdicts to ``level``; None stands for "beyond the budget".

    Parameters
    ----------
    verdicts, gaps, weights, within, level
        As in :func:`threshold_samples`.
    coverage
        Of the interval.
    """
    values = np.sort(threshold_samples(verdicts, gaps, weights, within, level))
    tail = (1 - coverage) / 2
    low, high = np.quantile(values, [tail, 1 - tail], method="inverted_cdf")
    return (float(low) if np.isfinite(low) else None, float(high) if np.isfinite(high) else None)


def wilson_interval(successes: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion; (0, 1) when ``n`` is 0.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(0.0, centre - half), min(1.0, centre + half)
