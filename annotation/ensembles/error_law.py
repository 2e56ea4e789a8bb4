"""The joint law of the candidates' errors: a Gaussian copula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.correlation import nearest_correlation, shrink, tetrachoric, tetrachoric_variance
from annotation.ensembles.normal import normal_cdf, normal_quantile
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

MAX_MEMBERS = 12
"""Most candidates whose 2^k joint error patterns are written out."""

JITTER = 0.05
"""Share of an estimated correlation matrix that is made independent, so that no pair is ever identical."""


@dataclass(frozen=True)
class ErrorLaw:
    """error_j = [Z_j <= Phi^-1(error rate_j)] with Z ~ N(0, R).

    Attributes
    ----------
    error
        Error rates strictly between 0 and 1, shape (n_candidates,).
    correlation
        R, shape (n_candidates, n_candidates).
    n_queries
        Jointly judged queries it rests on; None for a law that is known exactly.
    shrinkage
        How far the correlations were pulled to their mean, 0 to 1.

    Notes
    -----
    arXiv 2602.08003 and algorithms.md section 5.
    """

    error: FloatArray
    correlation: FloatArray
    n_queries: float | None = None
    shrinkage: float = 0.0

    def __post_init__(self) -> None:
        if not ((self.error > 0.0) & (self.error < 1.0)).all():
            raise InvalidValueError(f"error rates {self.error.tolist()}: must lie strictly between 0 and 1")
        if self.correlation.shape != (len(self.error),) * 2:
            raise InvalidValueError(
                f"correlation of shape {self.correlation.shape}, must be {(len(self.error),) * 2}"
            )

    def pick(self, members: Sequence[int]) -> ErrorLaw:
        """Return the law of some candidates."""
        index = np.asarray(members, dtype=np.int64)
        correlation = self.correlation[np.ix_(index, index)]
        return ErrorLaw(self.error[index], correlation, self.n_queries, self.shrinkage)

    def sample(self, n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Draw whether each candidate errs, shape (n, n_candidates)."""
        latent = rng.standard_normal((n, len(self.error))) @ _root(self.correlation).T
        return np.asarray(latent <= normal_quantile(self.error))

    def conditional_errors(self, n_points: int = 4096, seed: int = 0) -> FloatArray:
        """Return error rates given common factors, at points where the errors are independent.

        Returns
        -------
        Shape (n_points, n_candidates). The mean over points of any product of these is a joint probability.

        Notes
        -----
        R = A A' + d I with d its least eigenvalue; the points are Sobol's (n_points: a power of two), so the
        error is far below that of as many random draws.
        """
        from scipy.stats.qmc import Sobol

        values, vectors = np.linalg.eigh(self.correlation)
        own = max(min(float(values[0]), 1.0), 1e-6)
        is_kept = values - own > 1e-9
        factors = vectors[:, is_kept] * np.sqrt(values[is_kept] - own)
        threshold = normal_quantile(self.error)
        if not factors.shape[1]:
            return np.broadcast_to(self.error, (1, len(self.error))).copy()
        sobol = Sobol(factors.shape[1], seed=np.random.default_rng(seed))
        points = normal_quantile(np.clip(sobol.random(n_points), 1e-12, 1.0 - 1e-12))
        return normal_cdf((threshold - points @ factors.T) / np.sqrt(own))

    def pattern_probabilities(self, n_points: int = 4096, seed: int = 0) -> FloatArray:
        """Return P(error pattern) of all candidates, shape (2 ** n_candidates,).

        Bit j of the index, counted from the lowest, says whether candidate j errs.

        Raises
        ------
        InvalidValueError
            For more than `MAX_MEMBERS` candidates.
        """
        if len(self.error) > MAX_MEMBERS:
            raise InvalidValueError(f"{len(self.error)} members: joint patterns need at most {MAX_MEMBERS}")
        conditional = self.conditional_errors(n_points, seed)
        weights = np.ones((len(conditional), 1))
        for column in conditional.T:
            weights = extend_patterns(weights, column)
        return np.asarray(weights.mean(axis=0))


def extend_patterns(weights: FloatArray, error: FloatArray) -> FloatArray:
    """Add one candidate as the highest bit, shape (n_points, 2 * n_patterns)."""
    return np.concatenate([weights * (1.0 - error)[:, None], weights * error[:, None]], axis=1)


def set_information(patterns: FloatArray) -> FloatArray:
    """Return I(Y; X_S) in nats of a symmetric binary truth, from joint error patterns.

    Parameters
    ----------
    patterns
        P(pattern), shape (2 ** k, ...).

    Notes
    -----
    X = Y xor E with Y independent of E: I = H(X) - H(E), and x and its complement are equally likely.
    """
    folded = (patterns + patterns[::-1]) / 2.0
    return np.maximum(_entropy(folded) - _entropy(patterns), 0.0)


def set_error(patterns: FloatArray) -> float:
    """Return the error of the best rule on a symmetric binary truth, from joint error patterns."""
    return float(np.minimum(patterns, patterns[::-1]).sum() / 2.0)


def _entropy(p: FloatArray) -> FloatArray:
    return -np.asarray((p * np.log(np.maximum(p, 1e-300))).sum(axis=0))


def _root(correlation: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(correlation)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def fit_error_law(
    wrong: FloatArray, *, weights: NDArray[np.bool_] | None = None, n_copies: int = 1
) -> ErrorLaw:
    """Estimate the law of errors.

    Parameters
    ----------
    wrong
        Whether each candidate erred on each query, shape (n_queries, n_candidates): 0, 1, or a probability
        where an error is only predicted.
    weights
        Which cells are known (boolean, same shape); all when None. Pairs use the queries known for both.
    n_copies
        How often every query is there, as in draws from a posterior: together they count as one.

    Returns
    -------
    ErrorLaw
        Error rates with half an error and half a success added, tetrachoric correlations from joint counts
        with one query at independence added, shrunk and projected. A pair never seen together gets the
        mean correlation.

    Raises
    ------
    InvalidValueError
        Without a query.
    """
    if not len(wrong):
        raise InvalidValueError("0 queries: the law of errors needs at least one")
    known = np.ones(wrong.shape) if weights is None else weights.astype(np.float64)
    known /= np.sqrt(n_copies)
    filled = np.where(known > 0, wrong, 0.0) / np.sqrt(n_copies)
    both = known.T @ known
    total = both.diagonal()
    error = ((filled * known).sum(axis=0) + 0.5) / (total + 1.0)
    raw, variance = _pair_correlations(filled, known, both)
    shrunk, intensity = shrink(raw, variance)
    m = len(error)
    matrix = nearest_correlation(shrunk, floor=1e-4) if m > 1 else np.ones((1, 1))
    correlation = (1.0 - JITTER) * matrix + JITTER * np.eye(m)
    pairs = both[np.triu_indices(m, 1)]
    n_joint = float(np.median(pairs)) if pairs.size else float(total[0])
    return ErrorLaw(error, correlation, n_joint, intensity)


def _pair_correlations(
    filled: FloatArray, known: FloatArray, both: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return tetrachoric correlations and their delta-method variances."""
    pairs = np.triu_indices(len(both), 1)
    n = np.maximum(both[pairs], 1.0)
    mine = filled.T @ known
    p_i, p_j = (mine[pairs] + 0.5) / (n + 1.0), (mine.T[pairs] + 0.5) / (n + 1.0)
    joint = ((filled.T @ filled)[pairs] + p_i * p_j) / (n + 1.0)
    r = tetrachoric(p_i, p_j, joint)
    variance = np.minimum(tetrachoric_variance(p_i, p_j, joint, r) / n, 1.0)
    variance = np.where(both[pairs] > 1, variance, np.inf)
    return _symmetric(r, pairs, len(both)), _symmetric(variance, pairs, len(both))


def _symmetric(values: FloatArray, pairs: tuple[NDArray[np.intp], ...], size: int) -> FloatArray:
    matrix = np.eye(size)
    matrix[pairs] = values
    matrix[pairs[::-1]] = values
    return matrix
