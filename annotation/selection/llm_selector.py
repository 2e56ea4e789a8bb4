"""LLM Selector: ask where the weak judges expect the least entropy of the posterior."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.estimates import beta_estimate, beta_means, raw_win_rates
from annotation.selection.expected import expected_entropy, expected_pair_entropy
from annotation.selection.outcomes import MISSING, N_OUTCOMES, Outcome
from annotation.selection.posterior import entropy, log_factors, normalise_log
from annotation.selection.problem import Suggestion
from annotation.selection.strategy import Strategy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import Estimate, SelectionProblem

TIE = 12
"""Entropies equal to this many decimals are ties: the sums of the closed form are exact to about 1e-15."""


class NoisePosterior:
    """The paper's posterior, kept up to date comparison by comparison.

    Parameters
    ----------
    problem
        Gives the noise model and the comparisons of each query.

    Notes
    -----
    The baseline draws with itself once per query. Its factor accrues in proportion to the judged share of the
    query's comparisons, so that a completely judged query gives exactly the paper's posterior.
    """

    def __init__(self, problem: SelectionProblem) -> None:
        self._problem = problem
        self._log_factors = log_factors(problem.noise)

    def log_posterior(self, outcomes: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return the normalised log posterior, shape (n_entries,)."""
        is_told = outcomes != MISSING
        n_told = is_told.sum(axis=1)
        n_comparisons = (is_told | self._problem.is_askable).sum(axis=1)
        steps = np.append(self._log_factors, 0.0)
        n_draws = (n_told / np.maximum(n_comparisons, 1)).sum()
        weights = np.append(steps[outcomes].sum(axis=0), n_draws * steps[Outcome.DRAW])
        return normalise_log(weights)


def weak_outcome_probability(problem: SelectionProblem) -> NDArray[np.float64]:
    """Return outcome probabilities by the votes of the weak judges, shape (n_queries, n_candidates, 3).

    One extra vote per outcome keeps every outcome possible; without weak judges all three are equally likely.
    """
    votes = np.ones((*problem.is_askable.shape, N_OUTCOMES))
    if problem.weak_outcomes is not None:
        weak = problem.weak_outcomes[:, :-1, :]
        for outcome in range(N_OUTCOMES):
            votes[..., outcome] += (weak == outcome).sum(axis=2)
    probability: NDArray[np.float64] = votes / votes.sum(axis=2, keepdims=True)
    return probability


class _LLMSelectorBase(Strategy):
    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._posterior = NoisePosterior(problem)
        self._tie_break = np.random.default_rng(self.seed).permutation(problem.is_askable.size)

    def _with_posterior(self, estimate: Estimate) -> Estimate:
        log_posterior = self._posterior.log_posterior(self.outcomes)
        return replace(estimate, log_posterior=log_posterior, entropy=entropy(log_posterior))

    def _beta(self) -> Estimate:
        return beta_estimate(self.problem, self.outcomes, self._generator(), float(self.params["delta"]))


class LLMSelectorStrategy(_LLMSelectorBase):
    """LLM Selector, one comparison at a time.

    Notes
    -----
    The posterior is the paper's with our partial update. A comparison's outcome probabilities are the weak
    judges' votes, or, in so far as the candidate may be the best, the noise model's. Pending comparisons, and
    those already in the batch, count as if their likeliest outcome had been told.
    """

    name = "llm_selector"
    grain = "pair"
    label = "LLM Selector, by comparison"
    description = (
        "Asks for the single comparison after which the posterior is expected to be clearest; "
        "weak judges predict its outcome."
    )

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._weak_probability = weak_outcome_probability(problem)
        self._likeliest = np.argmax(self._weak_probability, axis=2).astype(np.int8)

    def _choose(self, n: int) -> list[Suggestion]:
        is_free = self.is_free
        supposed = np.where(self.is_pending, self._likeliest, self.outcomes)
        suggestions = []
        for _ in range(n):
            expected = np.where(is_free, np.round(self._expected(supposed), TIE), np.inf).ravel()
            least = expected.min()
            ties = np.flatnonzero(expected == least)
            query, candidate = divmod(int(ties[np.argmin(self._tie_break[ties])]), self.problem.n_candidates)
            reason = "Its outcome is expected to say most about which is best."
            suggestions.append(Suggestion(query, candidate, -float(least), float(least), reason))
            is_free[query, candidate] = False
            supposed[query, candidate] = self._likeliest[query, candidate]
        return suggestions

    def _expected(self, outcomes: NDArray[np.int8]) -> NDArray[np.float64]:
        log_posterior = self._posterior.log_posterior(outcomes)
        is_best = np.exp(log_posterior[:-1])[None, :, None]
        rates = np.exp(self.problem.noise.log_likelihood)
        probability = is_best * rates + (1.0 - is_best) * self._weak_probability
        return expected_pair_entropy(log_posterior, probability, self.problem.noise)

    def recommend(self) -> int:
        """Return the entry of the highest estimated win rate, without drawing samples."""
        return int(np.argmax(beta_means(self.problem, self.outcomes)))

    def _estimate(self) -> Estimate:
        return self._with_posterior(self._beta())


class LLMSelectorQueryStrategy(_LLMSelectorBase):
    """LLM Selector as published: whole queries, the answer by the raw win rate on the annotated ones."""

    name = "llm_selector_query"
    grain = "query"
    label = "LLM Selector, by whole query"
    description = (
        "The published method: chooses a query by the expected entropy of the posterior, "
        "then asks for all its comparisons in turn."
    )

    def _choose(self, n: int) -> list[Suggestion]:
        is_free = self.is_free
        suggestions: list[Suggestion] = []
        for query, expected, reason in self._query_order(n):
            for candidate in np.flatnonzero(is_free[query]):
                suggestions.append(Suggestion(query, int(candidate), -expected, expected, reason))
                if len(suggestions) == n:
                    return suggestions
        return suggestions

    def _query_order(self, n: int) -> list[tuple[int, float, str]]:
        """Queries with free comparisons: those already begun first, then by expected entropy."""
        is_free = self.is_free
        is_begun = ((self.outcomes != MISSING) | self.is_pending) & self.problem.is_askable
        open_queries = np.flatnonzero(is_free.any(axis=1))
        begun = is_begun[open_queries].any(axis=1)
        first, others = open_queries[begun], open_queries[~begun]
        order = [(int(q), float("nan"), "Completes a query that was begun.") for q in first]
        if is_free[first].sum() >= n or not len(others):
            return order
        expected = self._expected(others)
        ranks = np.lexsort((self._tie_break[others], np.round(expected, TIE)))
        reason = "Its query is expected to say most about which is best."
        return order + [(int(others[r]), float(expected[r]), reason) for r in ranks]

    def _expected(self, queries: NDArray[np.int64]) -> NDArray[np.float64]:
        log_posterior = self._posterior.log_posterior(self.outcomes)
        if self.problem.weak_outcomes is None or not self.problem.weak_outcomes.shape[2]:
            return np.full(len(queries), entropy(log_posterior))
        return expected_entropy(log_posterior, self.problem.weak_outcomes[queries], self.problem.noise)

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
            "The paper's answer: the highest raw win rate on completely judged queries. These were not "
            "chosen at random, so it can be biased; the win rates shown are the model's."
        )
        return replace(self._with_posterior(self._beta()), best=best, method=method)
