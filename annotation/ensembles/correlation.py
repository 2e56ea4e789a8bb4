"""Latent correlations of errors: estimated pair by pair, shrunk, made a correlation matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.normal import bivariate_cdf, bivariate_density, normal_cdf, normal_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

MAX_CORRELATION = 0.999
"""Identical candidates get this, not 1: the bivariate density must stay finite."""

N_STEPS = 60
TOLERANCE = 1e-9


def tetrachoric(p_first: FloatArray, p_second: FloatArray, p_both: FloatArray) -> FloatArray:
    """Return the correlation of two thresholded normals, elementwise.

    Parameters
    ----------
    p_first, p_second
        Probability of each event, strictly between 0 and 1.
    p_both
        Probability of both; values outside the Frechet bounds give the nearest end.

    Returns
    -------
    The r in [-`MAX_CORRELATION`, `MAX_CORRELATION`] with Phi2(Phi^-1(p1), Phi^-1(p2); r) = p_both.

    Notes
    -----
    Pearson 1900; by Newton's method on the correlation, with bisection where a step would leave the bracket.
    Values out of reach end at the bracket's end.
    """
    a, b = normal_quantile(p_first), normal_quantile(p_second)
    low = np.full(np.shape(p_both), -MAX_CORRELATION)
    high = -low
    r = np.zeros(np.shape(p_both))
    for _ in range(N_STEPS):
        excess = bivariate_cdf(a, b, r) - p_both
        low, high = np.where(excess < 0.0, r, low), np.where(excess < 0.0, high, r)
        trial = r - excess / np.maximum(bivariate_density(a, b, r), 1e-12)
        is_inside = (trial > low) & (trial < high)
        moved = np.where(is_inside, trial, (low + high) / 2.0)
        is_done = bool(np.abs(moved - r).max(initial=0.0) < TOLERANCE)
        r = moved
        if is_done:
            break
    return np.asarray(r)


def tetrachoric_variance(
    p_first: FloatArray, p_second: FloatArray, p_both: FloatArray, correlation: FloatArray
) -> FloatArray:
    """Return the sampling variance of `tetrachoric` times the number of queries, elementwise.

    Parameters
    ----------
    p_first, p_second, p_both
        As for `tetrachoric`.
    correlation
        What it returned.

    Notes
    -----
    By the delta method on the four-fold table. The thresholds come from the same queries and move with the
    share of joint errors, which takes off half of what the latter's own variance would say, or more.
    """
    # Near 1 the density vanishes and with it all trust; this keeps the variance of near-duplicates finite.
    r = np.clip(correlation, -0.995, 0.995)
    a, b = normal_quantile(p_first), normal_quantile(p_second)
    own = np.sqrt(1.0 - r**2)
    by_first, by_second = normal_cdf((b - r * a) / own), normal_cdf((a - r * b) / own)
    # What one query adds: both err, the first alone, the second alone; nothing where neither does.
    parts = np.stack([1.0 - by_first - by_second, -by_first, -by_second])
    shares = np.stack([p_both, np.maximum(p_first - p_both, 0.0), np.maximum(p_second - p_both, 0.0)])
    spread = (shares * parts**2).sum(axis=0) - (shares * parts).sum(axis=0) ** 2
    return np.asarray(spread / np.maximum(bivariate_density(a, b, r), 1e-6) ** 2)


def shrink(correlation: FloatArray, variance: FloatArray) -> tuple[FloatArray, float]:
    """Pull correlations towards their mean as far as their noise explains their spread.

    Parameters
    ----------
    correlation
        Shape (m, m), unit diagonal.
    variance
        Sampling variance of each entry, shape (m, m); infinite where nothing is known.

    Returns
    -------
    The shrunk matrix, and the intensity between 0 (untouched) and 1 (all equal).

    Notes
    -----
    The constant-correlation target of Ledoit and Wolf 2004, with delta-method variances. An entry of
    infinite variance becomes the mean.
    """
    pairs = np.triu_indices(len(correlation), 1)
    r, v = correlation[pairs], variance[pairs]
    is_known = np.isfinite(v)
    if not is_known.any():
        return np.eye(len(correlation)), 1.0
    mean = float(np.average(r[is_known], weights=1.0 / (v[is_known] + 1e-4)))
    spread = float(((r[is_known] - mean) ** 2).mean())
    noise = float(v[is_known].mean())
    intensity = 1.0 if spread <= noise * 1e-12 else min(noise / spread, 1.0)
    value = np.where(is_known, intensity * mean + (1.0 - intensity) * r, mean)
    shrunk = np.eye(len(correlation))
    shrunk[pairs] = value
    return np.maximum(shrunk, shrunk.T) + np.minimum(shrunk, shrunk.T) - np.eye(len(shrunk)), intensity


def nearest_correlation(matrix: FloatArray, *, floor: float = 1e-8, n_steps: int = 200) -> FloatArray:
    """Return the correlation matrix nearest to a symmetric one in the Frobenius norm.

    Parameters
    ----------
    matrix
        Symmetric, shape (m, m).
    floor
        Least eigenvalue allowed.
    n_steps
        Most projections.

    Notes
    -----
    Alternating projections with Dykstra's correction (Higham 2002).
    """
    current, correction = matrix.copy(), np.zeros_like(matrix)
    if np.linalg.eigvalsh(current)[0] >= floor and np.allclose(np.diag(current), 1.0):
        return current
    for _ in range(n_steps):
        shifted = current - correction
        projected = _clip_eigenvalues(shifted, floor)
        correction = projected - shifted
        previous, current = current, projected.copy()
        np.fill_diagonal(current, 1.0)
        if np.abs(current - previous).max() < 1e-10:
            break
    # The last projection leaves the cone by a hair; rescaling brings the diagonal back without leaving it.
    current = _clip_eigenvalues(current, floor)
    scale = 1.0 / np.sqrt(np.diag(current))
    return np.asarray(current * np.outer(scale, scale))


def _clip_eigenvalues(matrix: FloatArray, floor: float) -> FloatArray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    return np.asarray((vectors * np.maximum(values, floor)) @ vectors.T)


def one_factor(correlation: FloatArray, *, n_steps: int = 500) -> FloatArray:
    """Return the loadings of the one-factor model nearest to a correlation matrix.

    Parameters
    ----------
    correlation
        Shape (m, m).
    n_steps
        Most sweeps.

    Returns
    -------
    Loadings in [-`MAX_CORRELATION`, `MAX_CORRELATION`], shape (m,): r_ij is near loading_i * loading_j.
    Zeros for fewer than two candidates; for two of correlation r the square root of max(r, 0), twice.

    Notes
    -----
    Least squares over the off-diagonal entries by coordinate descent (minimum residuals, Harman and Jones
    1966). The diagonal is never fitted.
    """
    m = len(correlation)
    if m < 2:
        return np.zeros(m)
    off = correlation - np.diag(np.diag(correlation))
    if m == 2:
        return np.full(2, np.sqrt(max(float(off[0, 1]), 0.0)))
    loading = np.full(m, np.sqrt(max(float(off.sum()) / (m * (m - 1)), 0.01)))
    for _ in range(n_steps):
        before = loading.copy()
        for j in range(m):
            others = float(loading @ loading - loading[j] ** 2)
            loading[j] = np.clip(off[j] @ loading / max(others, 1e-12), -MAX_CORRELATION, MAX_CORRELATION)
        if np.abs(loading - before).max() < 1e-9:
            break
    return np.asarray(loading)
