"""The error that no ensemble of equally good, equally correlated candidates falls below."""

from __future__ import annotations

import numpy as np

from annotation.ensembles.normal import normal_cdf, normal_quantile
from annotation.exceptions import InvalidValueError


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
