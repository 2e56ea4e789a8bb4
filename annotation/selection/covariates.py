"""What is known of the candidates' responses before any verdict, as a covariance of their abilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import SelectionProblem

LEAST_SD = 1e-6
"""A covariate that varies less than this between candidates says nothing."""

LEAST_CANDIDATES = 3
"""Candidates from which differences can be laid to covariates: their mean is free, and takes one."""


def relation_of_candidates(problem: SelectionProblem) -> NDArray[np.float64] | None:
    """Return how alike the candidates are in covariates of their responses that may go with ability.

    Returns
    -------
    ndarray or None
        Positive semidefinite, shape (n_candidates, n_candidates), mean diagonal 1; ``None`` when nothing is
        known that varies between candidates.

    Notes
    -----
    The covariates are candidates' means over the pool: of each weak judge's outcomes, and of the relative
    difference of the lengths, (a - b) / (a + b), by which people and judging models are known to go. With
    standardised columns X a relation is XX' / n_columns: the prior of a linear model whose weights are
    equally likely to be positive or negative, so a weak judge that points the wrong way tells as much as one
    that points right. Weak judges (ten columns that say much the same) and lengths count alike.
    """
    is_askable = problem.is_askable
    if problem.n_candidates < LEAST_CANDIDATES:
        return None
    blocks = []
    if problem.weak_outcomes is not None:
        weak = problem.weak_outcomes[:, :-1]
        blocks.append(_means(weak.astype(np.float64), is_askable[:, :, None] & (weak >= 0)))
    if problem.log_length_ratio is not None:
        length = np.tanh(0.5 * problem.log_length_ratio)
        blocks.append(_means(length, is_askable & np.isfinite(length))[:, None])
    relations = [_relation(block) for block in blocks]
    found = [relation for relation in relations if relation is not None]
    return np.asarray(np.mean(found, axis=0)) if found else None


def _means(values: NDArray[np.float64], counts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return means over queries of what counts; the mean of the other candidates' where nothing does."""
    n = counts.sum(axis=0)
    mean = np.where(counts, values, 0.0).sum(axis=0) / np.maximum(n, 1)
    known = n > 0
    overall = np.where(known, mean, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray(np.where(known, mean, overall))


def _relation(columns: NDArray[np.float64]) -> NDArray[np.float64] | None:
    centred = columns - columns.mean(axis=0)
    sd = centred.std(axis=0)
    standard = centred[:, sd > LEAST_SD] / sd[sd > LEAST_SD]
    return standard @ standard.T / standard.shape[1] if standard.shape[1] else None
