"""Comparisons in random order: the yardstick of every other strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.estimates import beta_estimate, beta_means
from annotation.selection.problem import Suggestion
from annotation.selection.strategy import Strategy

if TYPE_CHECKING:
    from annotation.selection.problem import Estimate, SelectionProblem


class RandomStrategy(Strategy):
    """Asks for comparisons in an order drawn once from the seed."""

    name = "random"
    grain = "pair"
    label = "Random"
    description = "Asks for comparisons in random order. Fair to every candidate, and slow."

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._order = np.random.default_rng(self.seed).permutation(problem.is_askable.size)

    def _choose(self, n: int) -> list[Suggestion]:
        free = self._order[self.is_free.ravel()[self._order]][:n]
        queries, candidates = np.divmod(free, self.problem.n_candidates)
        return [
            Suggestion(int(q), int(c), -float(rank), float("nan"), "Next in the random order of this study.")
            for rank, (q, c) in enumerate(zip(queries, candidates, strict=True))
        ]

    def recommend(self) -> int:
        """Return the entry of the highest estimated win rate, without drawing samples."""
        return int(np.argmax(beta_means(self.problem, self.outcomes)))

    def _estimate(self) -> Estimate:
        rng = self._generator()
        return beta_estimate(self.problem, self.outcomes, rng, float(self.params["delta"]))
