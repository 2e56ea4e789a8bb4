"""LLM Selector, one comparison at a time: ask where the least entropy of the posterior is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.estimates import beta_means
from annotation.selection.expected import expected_pair_entropy
from annotation.selection.judge_weights import JUDGES, measured_weights
from annotation.selection.outcomes import N_OUTCOMES
from annotation.selection.posterior_strategy import PosteriorStrategy
from annotation.selection.problem import Suggestion
from annotation.selection.strategy import DELTA
from annotation.selection.whole_query import TIE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import Estimate, SelectionProblem


def weak_outcome_probability(
    problem: SelectionProblem, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return outcome probabilities by the votes of the weak judges, shape (n_queries, n_candidates, 3).

    ``weights`` has mean 1 and shape (n_judges,); ``None`` makes all judges alike. One extra vote per outcome
    keeps every outcome possible; without weak judges all three are equally likely.
    """
    votes = np.ones((*problem.is_askable.shape, N_OUTCOMES))
    if problem.weak_outcomes is not None:
        weak = problem.weak_outcomes[:, :-1, :]
        each = np.ones(weak.shape[2]) if weights is None else weights
        for outcome in range(N_OUTCOMES):
            votes[..., outcome] += (weak == outcome) @ each
    probability: NDArray[np.float64] = votes / votes.sum(axis=2, keepdims=True)
    return probability


class LLMSelectorStrategy(PosteriorStrategy):
    """LLM Selector, one comparison at a time.

    Notes
    -----
    The posterior is the paper's with our partial update. A comparison's outcome probabilities are the weak
    judges' votes, or, in so far as the candidate may be the best, the noise model's. Pending comparisons, and
    those already in the batch, count as if their likeliest outcome had been told.
    """

    name = "llm_selector"
    uses_weak_judges = True
    grain = "pair"
    label = "LLM Selector, by comparison"
    description = (
        "Asks for the single comparison after which the posterior is expected to be clearest; "
        "weak judges predict its outcome."
    )
    parameters = (DELTA, JUDGES)

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._weak_probability = weak_outcome_probability(problem)
        self._likeliest = np.argmax(self._weak_probability, axis=2).astype(np.int8)

    def _weigh_judges(self) -> None:
        """Predict from the judges as the verdicts so far have measured them."""
        weights = measured_weights(self.problem, self.outcomes)
        self._weak_probability = weak_outcome_probability(self.problem, weights)
        self._likeliest = np.argmax(self._weak_probability, axis=2).astype(np.int8)

    def _choose(self, n: int) -> list[Suggestion]:
        if self.params["judges"] == "measured":
            self._weigh_judges()
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
