"""Strategies that keep the paper's posterior over which entry is the best."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from annotation.selection.estimates import beta_estimate
from annotation.selection.outcomes import MISSING, Outcome
from annotation.selection.posterior import entropy, log_factors, normalise_log
from annotation.selection.strategy import Strategy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import Estimate, SelectionProblem


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


class Posterior(Protocol):
    """A belief about which entry is the best, as a function of the outcomes."""

    def log_posterior(self, outcomes: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return the normalised log posterior, shape (n_entries,)."""


class PosteriorStrategy(Strategy):
    """Base of the strategies that store a posterior of their own, the paper's unless they say otherwise."""

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._posterior = self._make_posterior()
        self._tie_break = np.random.default_rng(self.seed).permutation(problem.is_askable.size)

    def _make_posterior(self) -> Posterior:
        return NoisePosterior(self.problem)

    def _with_posterior(self, estimate: Estimate) -> Estimate:
        log_posterior = self._posterior.log_posterior(self.outcomes)
        return replace(estimate, log_posterior=log_posterior, entropy=entropy(log_posterior))

    def _beta(self) -> Estimate:
        return beta_estimate(self.problem, self.outcomes, self._generator(), float(self.params["delta"]))
