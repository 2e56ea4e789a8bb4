"""Bradley-Terry: ask where the fitted outcomes are least certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.outcomes import MISSING
from annotation.selection.whole_query import WholeQueryStrategy, weak_vote_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import SelectionProblem

RIDGE = 1.0
"""Weight of the pull of every strength towards 0, in comparisons: one, so that few wins stay finite."""

N_ROUNDS = 8
"""Rounds of alternating Newton steps per fit; each starts from the last fit, which is close."""


class BradleyTerryStrategy(WholeQueryStrategy):
    """Whole queries whose fitted outcomes are least certain, by summed p(1 - p).

    Notes
    -----
    The candidates play against the baseline on each query, which is a player of its own per query, so that
    fitted outcomes differ between queries: logit P(candidate beats baseline) = strength_j - hardness_i. A
    draw is half a win. Comparisons that nobody has judged count with the mean of the weak outcomes. The paper
    (arXiv 2510.09418) names this comparison; the definition is ours.
    """

    name = "bradley_terry"
    uses_weak_judges = True
    label = "Bradley-Terry"
    description = "Asks first for queries on which a Bradley-Terry fit is least certain of the outcomes."
    reason = "The fitted outcomes of its query are the least certain."

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        shares = weak_vote_shares(problem)
        self._weak_points = shares @ np.array([0.0, 0.5, 1.0])
        self._has_weak = shares.sum(axis=2) > 0
        self._strength = np.zeros(problem.n_candidates)
        self._hardness = np.zeros(problem.n_queries)

    def _fit(self) -> NDArray[np.float64]:
        """Return fitted P(win), shape (n_queries, n_candidates)."""
        is_told = self.outcomes != MISSING
        points = np.where(is_told, self.outcomes / 2.0, self._weak_points)
        weight = (is_told | (self._has_weak & self.problem.is_askable)).astype(np.float64)
        for _ in range(N_ROUNDS):
            p = self._probability()
            slope, curve = weight * (points - p), weight * p * (1.0 - p)
            self._strength += (slope.sum(axis=0) - RIDGE * self._strength) / (curve.sum(axis=0) + RIDGE)
            p = self._probability()
            slope, curve = weight * (p - points), weight * p * (1.0 - p)
            self._hardness += (slope.sum(axis=1) - RIDGE * self._hardness) / (curve.sum(axis=1) + RIDGE)
        return self._probability()

    def _probability(self) -> NDArray[np.float64]:
        eta = np.clip(self._strength - self._hardness[:, None], -30.0, 30.0)
        probability: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-eta))
        return probability

    def _cost(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        self._strength[:], self._hardness[:] = 0.0, 0.0  # the same verdicts give the same fit on any path
        p = self._fit()[queries]
        cost: NDArray[np.float64] = -(p * (1.0 - p) * self.problem.is_askable[queries]).sum(axis=1)
        return cost
