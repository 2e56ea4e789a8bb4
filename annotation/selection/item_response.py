"""The item-response model of outcomes and its Gaussian posterior, kept up to date verdict by verdict."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.ordered_logit import Scales, cut_step, likelihood_terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import SelectionProblem

MEAN_SCALE = 2.0
"""Prior sd of the mean ability, in logits: it makes all mean win rates from 0.02 to 0.98 ordinary."""

MAX_STEP = 2.0
"""Largest change of a coordinate in one Newton step, in logits: beyond, its parabola is no guide."""

N_ANSWER_STEPS = 8
"""Steps from the fit for choosing to the fit for answers, which differs in one scale."""

N_STEPS = 16
"""Steps of a fit from nothing; the scales move by at most a quarter in each."""

GROWTH = 1024
"""Verdicts that room is made for at once."""


class ItemResponse:
    """Gaussian posterior of logit P(outcome above a cut) = ability_j + ease_i -+ cut.

    Parameters
    ----------
    n_queries, n_candidates
        Size of the pool.

    Attributes
    ----------
    ability, ease
        Posterior means, shapes (n_candidates,) and (n_queries,), in logits.
    scales
        Prior scales and the cut; the ease's and the cut are learnt from the verdicts by ``learn_scales``.
    covariance
        Of the abilities, shape (n_candidates, n_candidates).
    pull
        Shape (n_queries, n_candidates): given abilities, the mean of ease is ``ease - pull @ (a - ability)``.
    precision
        Of each ease given the abilities, shape (n_queries,).

    Notes
    -----
    An outcome is a pair of threshold crossings: above -cut means not a loss, above +cut means a win, so
    draws are an ordered middle (cumulative logit). The Hessian is an arrow: eliminating the eases, which do
    not touch each other, leaves a system of the size of the candidates, so one Newton step costs
    O(n_queries n_candidates^2) and one per verdict, started from the last mode, keeps up with it.

    The posterior is the Gaussian that maximises the variational bound, not the one at the joint mode.
    With one or two verdicts per query the mode underrates every difference: it fits the logits averaged
    over the eases, so strong candidates judged on hard queries look ordinary. Here each slope and
    weight is averaged over the posterior of its linear predictor.

    References
    ----------
    Ormerod and Wand, "Gaussian variational approximate inference for generalized linear mixed models",
    Journal of Computational and Graphical Statistics 2012; the elimination is the usual Schur
    complement."""

    def __init__(self, n_queries: int, n_candidates: int) -> None:
        self._learns_ability = False
        self.ability = np.zeros(n_candidates)
        self.ease = np.zeros(n_queries)
        self.scales = Scales()
        self._n = 0
        self._queries = np.empty(GROWTH, dtype=np.int64)
        self._candidates = np.empty(GROWTH, dtype=np.int64)
        self._outcomes = np.empty(GROWTH, dtype=np.int8)
        self._weights = np.zeros((n_queries, n_candidates))
        self._set_prior()
        self._factorise()

    def add(
        self, queries: NDArray[np.int64], candidates: NDArray[np.int64], outcomes: NDArray[np.int8]
    ) -> None:
        """Append verdicts, each array of shape (n,), without refitting."""
        end = self._n + len(queries)
        while end > len(self._queries):
            self._queries = np.concatenate([self._queries, np.empty_like(self._queries)])
            self._candidates = np.concatenate([self._candidates, np.empty_like(self._candidates)])
            self._outcomes = np.concatenate([self._outcomes, np.empty_like(self._outcomes)])
        self._queries[self._n : end] = queries
        self._candidates[self._n : end] = candidates
        self._outcomes[self._n : end] = outcomes
        self._n = end

    def fit(self, n_steps: int = 1, *, learn: bool = False) -> None:
        """Take Newton steps towards the mode, learning the scales after each if told to."""
        for _ in range(n_steps):
            self._newton()
            self._factorise()
            if learn:
                self.learn_scales()
                self._factorise()

    def for_answers(self) -> ItemResponse:
        """Return a copy refitted with the scale of the abilities learnt too.

        The wide scale that serves choosing leaves little-known candidates with the luck of their few
        verdicts; reported win rates shrink it away.
        """
        model = deepcopy(self)
        model._learns_ability = True
        if self._n:
            model.fit(N_ANSWER_STEPS, learn=True)
        return model

    def learn_scales(self) -> None:
        """Move the prior scales and the cut towards the values that the verdicts make likely."""
        told = np.bincount(self._told[0], minlength=len(self.ease)) > 0
        self.scales = self.scales.learn_ease(self.ease[told], self.ease_variance()[told])
        if self._learns_ability:
            self.scales = self.scales.learn_ability(self.ability, self.covariance)
        self.scales = cut_step(self.scales, self._eta(), self._variance(), self._told[2])
        self._set_prior()

    def ease_variance(self) -> NDArray[np.float64]:
        """Return the posterior variance of each ease, shape (n_queries,)."""
        through_ability = np.einsum("qc,qc->q", self.pull @ self.covariance, self.pull)
        variance: NDArray[np.float64] = 1.0 / self.precision + through_ability
        return variance

    def predictor_variance(self) -> NDArray[np.float64]:
        """Return the posterior variance of ability + ease, shape (n_queries, n_candidates)."""
        coupling = self.pull @ self.covariance
        ease = 1.0 / self.precision + np.einsum("qc,qc->q", coupling, self.pull)
        variance: NDArray[np.float64] = ease[:, None] + self.covariance.diagonal() - 2.0 * coupling
        return np.maximum(variance, 0.0)

    @property
    def n_verdicts(self) -> int:
        """Verdicts added so far."""
        return self._n

    @property
    def _told(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
        return self._queries[: self._n], self._candidates[: self._n], self._outcomes[: self._n]

    def _eta(self) -> NDArray[np.float64]:
        queries, candidates, _ = self._told
        eta: NDArray[np.float64] = self.ability[candidates] + self.ease[queries]
        return eta

    def _variance(self) -> NDArray[np.float64]:
        """Posterior variance of the linear predictor at each verdict."""
        queries, candidates, _ = self._told
        variance: NDArray[np.float64] = self.predictor_variance()[queries, candidates]
        return variance

    def _set_prior(self) -> None:
        """Abilities share an unknown mean, so their prior covariance has a common part."""
        n = len(self.ability)
        variance, common = self.scales.ability**2, MEAN_SCALE**2
        # Sherman-Morrison inverse of variance * I + common * 11'.
        self._prior = np.eye(n) / variance - common / (variance * (variance + n * common))

    def _system(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        precision = 1.0 / self.scales.ease**2 + self._weights.sum(axis=1)
        pull = self._weights / precision[:, None]
        schur = self._prior - self._weights.T @ pull
        schur[np.diag_indices_from(schur)] += self._weights.sum(axis=0)
        return precision, pull, schur

    def _factorise(self) -> None:
        self.precision, self.pull, schur = self._system()
        inverse = np.linalg.inv(schur)
        self.covariance = (inverse + inverse.T) / 2.0

    def _newton(self) -> None:
        queries, candidates, outcomes = self._told
        slope, weight = likelihood_terms(self._eta(), self._variance(), outcomes, self.scales.cut)
        self._weights[queries, candidates] = weight
        toward_a = np.bincount(candidates, slope, len(self.ability)) - self._prior @ self.ability
        toward_e = np.bincount(queries, slope, len(self.ease)) - self.ease / self.scales.ease**2
        precision, pull, schur = self._system()
        step_a = np.linalg.solve(schur, toward_a - pull.T @ toward_e)
        step_e = (toward_e - self._weights @ step_a) / precision
        largest = max(np.abs(step_a).max(initial=0.0), np.abs(step_e).max(initial=0.0), MAX_STEP)
        self.ability += step_a * (MAX_STEP / largest)
        self.ease += step_e * (MAX_STEP / largest)


def fit_outcomes(
    problem: SelectionProblem, outcomes: NDArray[np.int8], n_steps: int = N_STEPS
) -> ItemResponse:
    """Fit the model to outcomes from nothing, scales included.

    Parameters
    ----------
    problem
        Gives the size of the pool.
    outcomes
        Shape (n_queries, n_candidates), -1 where not told.
    n_steps
        Newton steps, each followed by a step of the scales.
    """
    model = ItemResponse(problem.n_queries, problem.n_candidates)
    queries, candidates = np.nonzero(outcomes >= 0)
    if len(queries):
        model.add(queries, candidates, outcomes[queries, candidates])
        model.fit(n_steps, learn=True)
    return model
