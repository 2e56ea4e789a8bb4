"""Beta top-two: simple, strong, one comparison at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.estimates import beta_estimate, beta_means
from annotation.selection.outcomes import MISSING
from annotation.selection.problem import Suggestion
from annotation.selection.strategy import Strategy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import Estimate, SelectionProblem

MAX_REDRAWS = 50
"""Draws for a challenger; a leader that wins all of these has P(best) above 0.98, and stays."""


class BetaTopTwoStrategy(Strategy):
    """Top-two Thompson sampling on the candidates' win rates, each with a Beta posterior.

    Notes
    -----
    A leader is drawn from the posterior; with probability 1/2 a challenger is drawn instead, by redrawing
    until another entry leads. Its query is the first that it has not met in one order common to all
    candidates, so that strong candidates are judged on the same queries. A draw counts half a win; pending
    comparisons count as half wins.

    References
    ----------
    Russo, "Simple Bayesian algorithms for best-arm identification", Operations Research 2020.
    """

    name = "beta_top_two"
    grain = "pair"
    label = "Beta top-two"
    description = (
        "Asks about the likely best candidate and its strongest challenger, on queries in one common order."
    )

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._order = np.random.default_rng(self.seed).permutation(problem.n_queries)

    def _choose(self, n: int) -> list[Suggestion]:
        rng = self._generator()
        is_free = self.is_free
        wins, losses = self._counts()
        suggestions = []
        for _ in range(n):
            is_live = np.asarray(is_free.any(axis=0))
            candidate, reason = self._pick(rng, wins, losses, is_live)
            query = int(self._order[np.argmax(is_free[self._order, candidate])])
            suggestions.append(Suggestion(query, candidate, 0.0, float("nan"), reason))
            is_free[query, candidate] = False
            wins[candidate] += 0.5
            losses[candidate] += 0.5
        return suggestions

    def _counts(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        is_told = self.outcomes != MISSING
        points = np.where(is_told, self.outcomes, 0).sum(axis=0) / 2.0
        halves = self.is_pending.sum(axis=0) / 2.0
        return 1.0 + points + halves, 1.0 + is_told.sum(axis=0) - points + halves

    def _pick(
        self,
        rng: np.random.Generator,
        wins: NDArray[np.float64],
        losses: NDArray[np.float64],
        is_live: NDArray[np.bool_],
    ) -> tuple[int, str]:
        """Return a live candidate and why; the baseline leads with 0.5 but is never asked about."""
        draws = np.hstack([rng.beta(wins, losses, (MAX_REDRAWS, len(wins))), np.full((MAX_REDRAWS, 1), 0.5)])
        leader = int(np.argmax(draws[0]))
        others = np.argmax(draws[1:], axis=1)
        challengers = others[others != leader]
        sides = [(leader, "It may be the best.")]
        if len(challengers):
            sides.append((int(challengers[0]), "It may beat the candidate that leads."))
        if rng.random() < 0.5:
            sides.reverse()
        for candidate, reason in sides:
            if candidate < len(wins) and is_live[candidate]:
                return candidate, reason
        # Both are judged out, or the baseline: the strongest draw among those that can be asked about.
        return int(np.argmax(np.where(is_live, draws[0, :-1], -1.0))), "It is the strongest not judged out."

    def recommend(self) -> int:
        """Return the entry of the highest estimated win rate, without drawing samples."""
        return int(np.argmax(beta_means(self.problem, self.outcomes)))

    def _estimate(self) -> Estimate:
        return beta_estimate(self.problem, self.outcomes, self._generator(), float(self.params["delta"]))
