"""Sums over queries of what the uncertain ease of each query does to scores and to slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.ordered_logit import OrderedLogit

    Rows = NDArray[np.int64] | slice


BLOCK = 1000
"""Queries computed at once when all are: more would leave the processor's caches."""


class EaseMoments:
    """Posterior covariances over the ease, query by query, and their sums.

    Parameters
    ----------
    n_queries, n_nodes, n_candidates
        Sizes; the model has n_parameters = n_candidates + 2 parameters.

    Attributes
    ----------
    scores
        sqrt(p(node)) * weight * (expected score at the node - its mean), shape
        (n_queries, n_nodes, n_candidates); the weight is a comparison's share in the candidate's win rate, 0
        once it is told.
    slopes
        sqrt(p(node)) * (slope of the query's log likelihood at the node - its mean), shape
        (n_queries, n_nodes, n_parameters).
    score_score, score_slope, slope_slope
        Covariances summed over queries, shapes (n_candidates, n_candidates), (n_candidates, n_parameters)
        and (n_parameters, n_parameters).

    Notes
    -----
    A verdict changes the posterior of one query much and of the others hardly, so one row is renewed per
    verdict at a cost that does not depend on the number of queries, and all rows now and then. Rows are kept
    in single precision, a thousand queries at a time; their sums in double.
    """

    def __init__(self, n_queries: int, n_nodes: int, n_candidates: int) -> None:
        self.scores = np.zeros((n_queries, n_nodes, n_candidates), dtype=np.float32)
        self.slopes = np.zeros((n_queries, n_nodes, n_candidates + 2), dtype=np.float32)
        self.score_score = np.zeros((n_candidates, n_candidates))
        self.score_slope = np.zeros((n_candidates, n_candidates + 2))
        self.slope_slope = np.zeros((n_candidates + 2, n_candidates + 2))

    def renew(
        self,
        rows: Rows,
        law: OrderedLogit,
        shift: NDArray[np.float64],
        posterior: NDArray[np.float64],
        told: NDArray[np.float64],
        weights: NDArray[np.float64],
    ) -> None:
        """Compute some rows again, or all of them.

        Parameters
        ----------
        rows
            Indices of queries, or ``slice(None)`` for all.
        law
            At each candidate and node, shape (n_candidates, n_nodes).
        shift
            Ease at each node, in logits, shape (n_nodes,).
        posterior
            Of the nodes, shape (n_queries, n_nodes).
        told
            How much each told outcome counts, 0 where there is none, shape (n_queries, 3, n_candidates).
        weights
            Share of each unseen comparison in its candidate's win rate, shape (n_queries, n_candidates).
        """
        if isinstance(rows, slice):
            blocks = np.array_split(np.arange(len(posterior)), len(posterior) // BLOCK + 1)
            for total in (self.score_score, self.score_slope, self.slope_slope):
                total[:] = 0.0
        else:
            blocks = [rows]
            self._add_rows(rows, -1.0)
        for block in blocks:
            root = np.sqrt(posterior[block])[:, :, None]
            score = law.score.T - (posterior[block] @ law.score.T)[:, None]
            self.scores[block] = score * weights[block][:, None] * root
            self.slopes[block] = _centred_slopes(law, shift, posterior[block], told[block]) * root
            self._add_rows(block, 1.0)

    def _add_rows(self, rows: NDArray[np.int64], sign: float) -> None:
        n_rows = len(rows) * self.scores.shape[1]
        scores = self.scores[rows].reshape(n_rows, self.scores.shape[2])
        slopes = self.slopes[rows].reshape(n_rows, self.slopes.shape[2])
        self.score_score += sign * (scores.T @ scores)
        self.score_slope += sign * (scores.T @ slopes)
        self.slope_slope += sign * (slopes.T @ slopes)


def _centred_slopes(
    law: OrderedLogit,
    shift: NDArray[np.float64],
    posterior: NDArray[np.float64],
    told: NDArray[np.float64],
) -> NDArray[np.float64]:
    m = told.shape[2]
    slopes = np.empty((*posterior.shape, m + 2))
    slopes[:, :, :m] = sum(told[:, v, None] * law.by_eta[v].T for v in range(3))
    slopes[:, :, m] = slopes[:, :, :m].sum(axis=2) * shift
    slopes[:, :, m + 1] = sum(told[:, v] @ law.by_cut[v] for v in range(3))
    slopes -= np.einsum("qk,qkp->qp", posterior, slopes)[:, None]
    return slopes
