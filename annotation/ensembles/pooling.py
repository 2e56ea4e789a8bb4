"""Log-linear pooling: a regularised conditional logit over options whose features are log likelihoods.

P(y | x) is proportional to exp(w_0 log P(y) + sum_j w_j log P(x_j | y)). All weights 1 is naive Bayes;
weights below 1 discount candidates that repeat each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import TooLargeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.answers import AnswerTable

    FloatArray = NDArray[np.float64]

STRENGTHS = (np.inf, 20.0)
"""Pseudo-answers per label that pull confusions to the symmetric law; infinity is that law itself."""

N_FOLDS = 5
PRIOR_WEIGHT = 0.5
"""What the penalty pulls the candidates' weights to: half of naive Bayes."""

MAX_CELLS = 60_000_000
"""Largest n_queries x n_options x n_candidates of features held in memory at once (0.5 GB)."""


MOST_COLUMNS = 7
"""Up to here adding columns in turn is quicker than ``reduce`` and rounds alike."""


@dataclass(frozen=True)
class Likelihoods:
    """Candidates' smoothed log P(answer | label).

    Attributes
    ----------
    symmetric
        Logs of P(right), P(any one wrong option), P(no answer), shape (n_candidates, 3).
    confusion
        Shape (n_candidates, n_options, n_options + 1), or None when only the symmetric law is used.
    """

    symmetric: FloatArray
    confusion: FloatArray | None

    def features(self, answers: NDArray[np.int64], n_options: int) -> FloatArray:
        """Return log P(x_j | y), centred over y, shape (n_queries, n_options, n_candidates)."""
        n, m = answers.shape
        out = np.empty((n, n_options, m))
        for j in range(m):
            out[:, :, j] = self.table(j, n_options)[:, answers[:, j]].T
        return np.asarray(out - out.mean(axis=1, keepdims=True))

    def table(self, candidate: int, n_options: int) -> FloatArray:
        """Return log P(answer | label) of one candidate, shape (n_options, n_options + 1)."""
        if self.confusion is not None:
            return np.asarray(self.confusion[candidate])
        right, wrong, none = self.symmetric[candidate]
        table = np.full((n_options, n_options + 1), wrong)
        np.fill_diagonal(table[:, :n_options], right)
        table[:, n_options] = none
        return table


def fit_likelihoods(table: AnswerTable, strength: float) -> Likelihoods:
    """Estimate every candidate's P(answer | label).

    Parameters
    ----------
    table
        Labels and answers.
    strength
        Dirichlet mass per label on the candidate's own symmetric law; infinite for that law alone.

    Notes
    -----
    The symmetric law adds 1 right, 1 wrong and 1/2 missing answer, so nothing is ever impossible.
    """
    n, k = table.n_queries, table.n_options
    right = table.is_right.sum(axis=0)
    none = (table.answers == k).sum(axis=0)
    counts = np.stack([right + 1.0, (n - right - none + 1.0) / (k - 1), none + 0.5], axis=1)
    symmetric = np.log(counts / (n + 2.5))
    if np.isinf(strength):
        return Likelihoods(symmetric, None)
    plain = Likelihoods(symmetric, None)
    seen = np.bincount(table.labels, minlength=k)[:, None]
    confusion = np.empty((table.answers.shape[1], k, k + 1))
    for j in range(table.answers.shape[1]):
        flat = np.bincount(table.labels * (k + 1) + table.answers[:, j], minlength=k * (k + 1))
        base = np.exp(plain.table(j, k))
        confusion[j] = np.log((flat.reshape(k, k + 1) + strength * base) / (seen + strength))
    return Likelihoods(symmetric, confusion)


def log_prior(labels: NDArray[np.int64], n_options: int) -> FloatArray:
    """Return the centred log of the options' frequencies with 1/2 added to each, shape (n_options,)."""
    counts = np.bincount(labels, minlength=n_options) + 0.5
    logs = np.log(counts / counts.sum())
    return np.asarray(logs - logs.mean())


@dataclass(frozen=True)
class Features:
    """Cross-fitted features: those of a query come from likelihoods that did not see it.

    Attributes
    ----------
    prior
        Shape (n_queries, n_options).
    answers
        Shape (n_queries, n_options, n_candidates).
    """

    prior: FloatArray
    answers: FloatArray

    def design(self, members: list[int]) -> FloatArray:
        """Return prior and members side by side, shape (n_queries, n_options, 1 + n_members)."""
        return np.concatenate([self.prior[:, :, None], self.answers[:, :, members]], axis=2)


def cross_features(table: AnswerTable, strength: float, fold: NDArray[np.int64]) -> Features:
    """Compute cross-fitted features.

    Parameters
    ----------
    table
        Labels and answers.
    strength
        See `fit_likelihoods`.
    fold
        Fold number of each query, shape (n_queries,).

    Raises
    ------
    TooLargeError
        For more than `MAX_CELLS` cells.
    """
    shape = (table.n_queries, table.n_options, table.answers.shape[1])
    if np.prod(shape, dtype=float) > MAX_CELLS:
        sizes = " x ".join(str(size) for size in shape)
        raise TooLargeError(
            f"{sizes} (queries, options, candidates) cells, allowed: {MAX_CELLS}; choose estimator=copula"
        )
    prior, answers = np.empty(shape[:2]), np.empty(shape)
    for k in range(int(fold.max()) + 1):
        inside = fold == k
        rest = table.take(np.flatnonzero(~inside))
        prior[inside] = log_prior(rest.labels, table.n_options)
        answers[inside] = fit_likelihoods(rest, strength).features(table.answers[inside], table.n_options)
    return Features(prior, answers)


def centre(n_members: int) -> FloatArray:
    """Return the weights that the penalty pulls to: 1 for the prior, `PRIOR_WEIGHT` for each member."""
    return np.concatenate([[1.0], np.full(n_members, PRIOR_WEIGHT)])


def fit_weights(
    design: FloatArray,
    labels: NDArray[np.int64],
    penalty: float,
    *,
    start: FloatArray | None = None,
    n_steps: int = 30,
) -> tuple[FloatArray, FloatArray]:
    """Fit the weights of the pool by Newton's method with step halving.

    Parameters
    ----------
    design
        Shape (n_queries, n_options, p), the prior first.
    labels
        Shape (n_queries,).
    penalty
        Half of it times the squared distance of the weights from `centre` is added to the summed log loss.
    start
        First weights; `centre` when None.
    n_steps
        Most steps.

    Returns
    -------
    Weights, shape (p,), and the log loss of each query in nats, shape (n_queries,).

    Notes
    -----
    McFadden's conditional logit (1974) with a ridge; convex, so any start leads to the same weights.
    """
    goal = centre(design.shape[2] - 1)
    weights = goal.copy() if start is None else start.copy()
    rows = np.arange(len(labels))
    right = design[rows, labels].sum(axis=0)
    ridge = (penalty + 1e-8) * np.eye(len(weights))
    losses, p = _losses(design, rows, labels, weights)
    value = losses.sum() + penalty * ((weights - goal) ** 2).sum() / 2
    for _ in range(n_steps):
        gradient, hessian = _derivatives(design, right, p)
        gradient += penalty * (weights - goal)
        step = np.linalg.solve(hessian + ridge, gradient)
        rate, before = 1.0, value
        while rate > 1e-4:
            trial = weights - rate * step
            losses, p = _losses(design, rows, labels, trial)
            value = losses.sum() + penalty * ((trial - goal) ** 2).sum() / 2
            if value <= before + 1e-10:
                break
            rate /= 2.0
        weights = trial
        if abs(before - value) < 1e-7 * len(labels):
            break
    return weights, losses


def probabilities(design: FloatArray, weights: FloatArray) -> FloatArray:
    """Return P(y | x), shape (n_queries, n_options)."""
    utility = design @ weights
    p = np.exp(utility - _over_options(np.maximum, utility))
    return np.asarray(p / _over_options(np.add, p))


def _over_options(combine: np.ufunc, values: FloatArray) -> FloatArray:
    """Reduce over the options, shape (n_queries, 1); a short last axis is slow for ``reduce``."""
    if values.shape[1] > MOST_COLUMNS:
        return np.asarray(combine.reduce(values, axis=1, keepdims=True))
    found = values[:, 0].copy()
    for column in range(1, values.shape[1]):
        combine(found, values[:, column], out=found)
    return found[:, None]


def _losses(
    design: FloatArray, rows: NDArray[np.int64], labels: NDArray[np.int64], weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    p = probabilities(design, weights)
    return -np.log(np.maximum(p[rows, labels], 1e-300)), p


def _derivatives(design: FloatArray, right: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    n, k, size = design.shape
    expected = (p[:, None, :] @ design)[:, 0]
    flat = design.reshape(n * k, size)
    hessian = flat.T @ (flat * p.reshape(n * k, 1)) - expected.T @ expected
    gradient = expected.sum(axis=0) - right
    return gradient, hessian
