"""Sums over queries of what the uncertain ease of each query does to scores and to slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.ordered_logit import OrderedLogit

    Rows = NDArray[np.int64] | slice


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
    verdict at a cost that does not depend on the number of queries, and all rows now and then.
    """

    def __init__(self, n_queries: int, n_nodes: int, n_candidates: int) -> None:
        self.scores = np.zeros((n_queries, n_nodes, n_candidates))
        self.slopes = np.zeros((n_queries, n_nodes, n_candidates + 2))
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
            1 where an outcome was told, shape (n_queries, 3, n_candidates).
        weights
            Share of each unseen comparison in its candidate's win rate, shape (n_queries, n_candidates).
        """
        if isinstance(rows, slice):
            for total in (self.score_score, self.score_slope, self.slope_slope):
                total[:] = 0.0
        else:
            self._add_rows(rows, -1.0)
        posterior, told = posterior[rows], told[rows]
        root = np.sqrt(posterior)[:, :, None]
        score = law.score.T - (posterior @ law.score.T)[:, None]
        self.scores[rows] = score * weights[rows][:, None] * root
        self.slopes[rows] = _centred_slopes(law, shift, posterior, told) * root
        self._add_rows(rows, 1.0)

    def _add_rows(self, rows: Rows, sign: float) -> None:
        scores, slopes = (
            a[rows].reshape(a[rows].shape[0] * a.shape[1], a.shape[2]) for a in (self.scores, self.slopes)
        )
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
