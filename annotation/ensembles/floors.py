"""The error that no ensemble of equally good, equally correlated candidates falls below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.correlation import one_factor
from annotation.ensembles.error_law import ErrorLaw, fit_error_law
from annotation.ensembles.normal import normal_cdf, normal_quantile
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


def error_floor(error: float, correlation: float) -> float:
    """Return the limit of the best error when ever more candidates join.

    Parameters
    ----------
    error
        Error rate of every candidate, in [0, 1].
    correlation
        Latent correlation of every pair of errors, in [0, 1].

    Returns
    -------
    Phi(Phi^-1(error) / sqrt(correlation)). At correlation 0 its limit: 0 for errors below one half, 1/2 at
    one half, 1 above; at correlation 1 the error itself.

    Raises
    ------
    InvalidValueError
        For a value outside its range.

    Notes
    -----
    arXiv 2602.08003, and algorithms.md section 5. Given the common factor F, the majority of infinitely
    many errs exactly when F lies below Phi^-1(error) / sqrt(correlation).
    """
    for name, value in (("error", error), ("correlation", correlation)):
        if not 0.0 <= value <= 1.0:
            raise InvalidValueError(f"{name}: {value!r}, must be a number from 0 to 1")
    if error in (0.0, 0.5, 1.0):
        return float(error)
    if correlation == 0.0:
        return 0.0 if error < 0.5 else 1.0
    if correlation == 1.0:
        return float(error)
    return float(normal_cdf(normal_quantile(error) / np.sqrt(correlation)))


@dataclass(frozen=True)
class Floor:
    """The estimated error floor.

    Attributes
    ----------
    value, low, high
        The floor and its 95 % bootstrap interval.
    error, correlation
        The equal error rate and equal latent correlation it was computed from.
    """

    value: float
    low: float
    high: float
    error: float
    correlation: float


def law_floor(law: ErrorLaw) -> tuple[float, float, float]:
    """Return (floor, error, correlation) of the one-factor law nearest to ``law``.

    Notes
    -----
    error = Phi(mean threshold), correlation = (mean loading)^2, negative means counting as 0. A single
    candidate has correlation 1: its own error is its floor.
    """
    error = float(normal_cdf(normal_quantile(law.error).mean()))
    if len(law.error) < 2:
        return error, error, 1.0
    rho = max(float(one_factor(law.correlation).mean()), 0.0) ** 2
    return error_floor(error, rho), error, rho


def estimate_floor(
    wrong: FloatArray,
    rng: np.random.Generator,
    *,
    weights: NDArray[np.bool_] | None = None,
    n_draws: int = 200,
) -> Floor:
    """Estimate the error floor with a bootstrap interval over queries.

    Parameters
    ----------
    wrong, weights
        As in `fit_error_law`.
    rng
        Draws the queries.
    n_draws
        Bootstrap draws.
    """
    value, error, rho = law_floor(fit_error_law(wrong, weights=weights))
    draws = []
    for _ in range(n_draws):
        rows = rng.integers(len(wrong), size=len(wrong))
        cells = None if weights is None else weights[rows]
        draws.append(law_floor(fit_error_law(wrong[rows], weights=cells))[0])
    low, high = np.quantile(draws, [0.025, 0.975])
    return Floor(value, min(float(low), value), max(float(high), value), error, rho)
