"""Strategies that ask for whole queries: LLM Selector as published, and those its paper compares it with."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from annotation.selection.estimates import raw_win_rates
from annotation.selection.expected import expected_entropy, plogp
from annotation.selection.judge_weights import JUDGES, measured_weights
from annotation.selection.outcomes import MISSING, N_OUTCOMES, Outcome
from annotation.selection.posterior import entropy
from annotation.selection.posterior_strategy import PosteriorStrategy
from annotation.selection.problem import Suggestion
from annotation.selection.strategy import DELTA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import Estimate, SelectionProblem

TIE = 12
"""Costs equal to this many decimals are ties: the sums of the closed form are exact to about 1e-15."""


class WholeQueryStrategy(PosteriorStrategy):
    """Asks for all comparisons of the query of the least cost, then for those of the next.

    Subclasses implement ``_cost``. The answer is the paper's: the highest raw win rate on complete queries.
    """

    grain = "query"
    reason: ClassVar[str]

    @abstractmethod
    def _cost(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return a cost per query, shape (n,): the least comes first, ties in the seed's order."""

    def _expected_entropy(self, cost: float) -> float:
        """Return the expected entropy that a cost stands for, NaN where it is something else."""
        return float("nan")

    def _choose(self, n: int) -> list[Suggestion]:
        is_free = self.is_free
        suggestions: list[Suggestion] = []
        for query, cost, reason in self._query_order(n):
            for candidate in np.flatnonzero(is_free[query]):
                expected = self._expected_entropy(cost)
                suggestions.append(Suggestion(query, int(candidate), -cost, expected, reason))
                if len(suggestions) == n:
                    return suggestions
        return suggestions

    def _query_order(self, n: int) -> list[tuple[int, float, str]]:
        """Queries with free comparisons: those already begun first, then by cost."""
        is_free = self.is_free
        is_begun = ((self.outcomes != MISSING) | self.is_pending) & self.problem.is_askable
        open_queries = np.flatnonzero(is_free.any(axis=1))
        begun = is_begun[open_queries].any(axis=1)
        first, others = open_queries[begun], open_queries[~begun]
        order = [(int(q), float("nan"), "Completes a query that was begun.") for q in first]
        if is_free[first].sum() >= n or not len(others):
            return order
        cost = self._cost(others)
        ranks = np.lexsort((self._tie_break[others], np.round(cost, TIE)))
        return order + [(int(others[r]), float(cost[r]), self.reason) for r in ranks]

    def recommend(self) -> int:
        """Return the entry of the highest raw win rate on complete queries; ties by the posterior."""
        is_complete = ~(self.problem.is_askable & (self.outcomes == MISSING)).any(axis=1)
        rates, n_verdicts = raw_win_rates(self.outcomes[is_complete])
        if not n_verdicts.any():
            rates, _ = raw_win_rates(self.outcomes)
        log_posterior = self._posterior.log_posterior(self.outcomes)
        return int(np.lexsort((log_posterior, np.nan_to_num(rates, nan=-1.0)))[-1])

    def _estimate(self) -> Estimate:
        best = self.recommend()
        method = (
            "The paper's answer: the highest raw win rate on completely judged queries. Unless these were "
            "chosen at random it can be biased; the win rates shown are each candidate's own."
        )
        return replace(self._with_posterior(self._beta()), best=best, method=method)


class LLMSelectorQueryStrategy(WholeQueryStrategy):
    """LLM Selector as published: the query whose weak outcomes promise the least posterior entropy.

    References
    ----------
    LLM Selector, arXiv 2510.09418.
    """

    name = "llm_selector_query"
    uses_weak_judges = True
    label = "LLM Selector, by whole query"
    description = (
        "The published method: chooses a query by the expected entropy of the posterior, "
        "then asks for all its comparisons in turn."
    )
    parameters = (DELTA, JUDGES)
    reason = "Its query is expected to say most about which is best."

    def _cost(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        log_posterior = self._posterior.log_posterior(self.outcomes)
        if self.problem.weak_outcomes is None or not self.problem.weak_outcomes.shape[2]:
            return np.full(len(queries), entropy(log_posterior))
        is_measured = self.params["judges"] == "measured"
        weights = measured_weights(self.problem, self.outcomes) if is_measured else None
        weak = self.problem.weak_outcomes[queries]
        return expected_entropy(log_posterior, weak, self.problem.noise, weights)

    def _expected_entropy(self, cost: float) -> float:
        return cost


class RandomQueryStrategy(WholeQueryStrategy):
    """Whole queries in random order, the paper's first comparison."""

    name = "random_query"
    study_kinds = frozenset({"pairwise", "labelled"})
    label = "Random, by whole query"
    description = "Asks for all comparisons of one query after the other, in random order."
    reason = "Next in the random order of this study."

    def _cost(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.zeros(len(queries))


class _WeakVoteStrategy(WholeQueryStrategy):
    """Base of the comparisons that look at the weak judges' votes alone."""

    uses_weak_judges = True

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._static_cost = self._cost_of_votes(weak_vote_shares(problem), problem.is_askable)

    @staticmethod
    @abstractmethod
    def _cost_of_votes(shares: NDArray[np.float64], is_askable: NDArray[np.bool_]) -> NDArray[np.float64]: ...

    def _cost(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        cost: NDArray[np.float64] = self._static_cost[queries]
        return cost


def weak_vote_shares(problem: SelectionProblem) -> NDArray[np.float64]:
    """Return the share of weak judges for each outcome, shape (n_queries, n_candidates, 3).

    Zeros where no judge has an opinion.
    """
    shares = np.zeros((*problem.is_askable.shape, N_OUTCOMES))
    if problem.weak_outcomes is None:
        return shares
    weak = problem.weak_outcomes[:, :-1, :]
    for outcome in range(N_OUTCOMES):
        shares[..., outcome] = (weak == outcome).sum(axis=2)
    shares /= np.maximum(shares.sum(axis=2, keepdims=True), 1.0)
    return shares


def _mean_over(values: NDArray[np.float64], is_askable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean over the query's askable comparisons, shape (n_queries,)."""
    mean: NDArray[np.float64] = (values * is_askable).sum(axis=1) / np.maximum(is_askable.sum(axis=1), 1)
    return mean


class MostDrawsStrategy(_WeakVoteStrategy):
    """The query with the largest share of weak draws first. The definition is ours; the paper names it."""

    name = "most_draws"
    label = "Most draws"
    description = "Asks first for queries on which the weak judges see the most draws."
    reason = "The weak judges see many draws here."

    @staticmethod
    def _cost_of_votes(shares: NDArray[np.float64], is_askable: NDArray[np.bool_]) -> NDArray[np.float64]:
        return -_mean_over(shares[..., Outcome.DRAW], is_askable)


class UncertaintyStrategy(_WeakVoteStrategy):
    """The query with the largest entropy of weak outcomes first. The definition is ours."""

    name = "uncertainty"
    label = "Uncertainty"
    description = "Asks first for queries on which the weak judges disagree the most."
    reason = "The weak judges disagree here."

    @staticmethod
    def _cost_of_votes(shares: NDArray[np.float64], is_askable: NDArray[np.bool_]) -> NDArray[np.float64]:
        return _mean_over(plogp(shares).sum(axis=2), is_askable)


class ConfidenceStrategy(_WeakVoteStrategy):
    """The query with the smallest margin between the two likeliest weak outcomes first. Definition: ours."""

    name = "confidence"
    label = "Confidence"
    description = "Asks first for queries on which the weak judges' two likeliest outcomes are closest."
    reason = "The weak judges hardly prefer one outcome here."

    @staticmethod
    def _cost_of_votes(shares: NDArray[np.float64], is_askable: NDArray[np.bool_]) -> NDArray[np.float64]:
        ordered = np.sort(shares, axis=2)
        return _mean_over(ordered[..., -1] - ordered[..., -2], is_askable)
