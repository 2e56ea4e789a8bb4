"""The item-response model of outcomes, kept up to date verdict by verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.ability_prior import AbilityPrior
from annotation.selection.covariates import relation_of_candidates
from annotation.selection.ease_moments import EaseMoments
from annotation.selection.near_copies import count_verdicts, predict_left_out, shared_outcomes
from annotation.selection.ordered_logit import ordered_logit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.ordered_logit import OrderedLogit
    from annotation.selection.outcomes import Outcome
    from annotation.selection.problem import SelectionProblem

EASE_SCALE, EASE_SCALE_LOG_SD = 1.5, 0.5
"""Prior median of the sd of eases in logits, and the sd of its logarithm: tables lie between 0.7 and 3.3."""

CUT, CUT_LOG_SD = 0.3, 1.0
"""Prior median of the half-width of the draw in logits (one draw in seven between equals), and the sd of its
logarithm; wide, since draws range from none to nine in ten."""

NODES = np.linspace(-4.0, 4.0, 21)
"""Standardised eases that the integral over an ease runs over. Evenly spaced nodes integrate a smooth
function with error falling like exp(-2 pi^2 / spacing) in logits: 1e-4 at an ease scale of 5."""

LOG_WEIGHTS = -0.5 * NODES**2 - np.log(np.exp(-0.5 * NODES**2).sum())

LEAST_WEIGHT = 1e-18
"""Posterior weight of a node below which it counts as nothing; its square root must not underflow."""

MAX_STEP = 1.0
"""Largest change of a parameter in one Newton step: beyond, its parabola is no guide."""

N_STEPS = 25
"""Most steps of a fit from nothing; it ends when the largest change is below ``CLOSE``."""

CLOSE = 1e-5

RENEW_SHARE, RENEW_LEAST = 0.1, 5
"""All queries' moments are computed again when the verdicts have grown by this share, or this number."""


class ItemResponse:
    """Posterior of logit P(outcome above a cut) = ability_j + scale * z_i -+ cut, z_i standard normal.

    Parameters
    ----------
    is_askable
        Comparisons of the pool, shape (n_queries, n_candidates).
    relation
        See ``relation_of_candidates``; optional.

    Attributes
    ----------
    parameters
        Posterior mode of the abilities, the log scale of the eases and the log cut, shape (n_parameters,).
    prior
        Of the abilities, learnt.
    shared_outcomes
        Share of outcomes in common of each two candidates, learnt, shape (n_candidates, n_candidates).
    covariance
        Of the parameters, shape (n_parameters, n_parameters).
    posterior
        Of each query's ease over ``NODES``, given the parameters, shape (n_queries, n_nodes).
    law
        The law of outcomes at each candidate and node.
    moments
        What the uncertainty of the eases does to scores and slopes.

    Notes
    -----
    An outcome is a pair of threshold crossings: above -cut means not a loss, above +cut means a win, so draws
    are an ordered middle (cumulative logit). Given the parameters the eases are independent, so each is
    integrated out by quadrature, exactly but for the spacing of the nodes, and its posterior may have any
    shape. The parameters, which all verdicts share, get a Gaussian at the mode of the marginal likelihood;
    the observed information is E[-H] - Cov(slopes) over the eases' posteriors (Louis 1982).

    Outcomes of different candidates are independent given the ease, but for near copies: see
    ``near_copies.shared_outcomes``. Taken for independent they agree so well that the scale of the eases
    grows without need, and with it the trust in comparisons on the same query.

    Joint modes or Gaussian posteriors of the eases are no substitute: with a handful of verdicts per query
    and win rates near one they inflate the scale of the eases without end.

    References
    ----------
    Bock and Aitkin, "Marginal maximum likelihood estimation of item parameters", Psychometrika 1981;
    Louis, "Finding the observed information matrix when using the EM algorithm", JRSS B 1982;
    Samejima's graded response model for the draws.
    """

    def __init__(self, is_askable: NDArray[np.bool_], relation: NDArray[np.float64] | None = None) -> None:
        self.n_queries, self.n_candidates = is_askable.shape
        self.n_verdicts = 0
        self.parameters = np.append(np.zeros(self.n_candidates), np.log([EASE_SCALE, CUT]))
        self.prior = AbilityPrior(self.n_candidates, relation)
        self._is_outcome = np.zeros((self.n_queries, 3, self.n_candidates), dtype=np.bool_)
        self._told = np.zeros(self._is_outcome.shape)
        self.shared_outcomes = np.zeros((self.n_candidates, self.n_candidates))
        self._weights = is_askable / np.maximum(is_askable.sum(axis=0), 1)
        self._n_renewed = 0
        self.moments = EaseMoments(self.n_queries, len(NODES), self.n_candidates)
        self._tabulate()
        self._renew_rows(slice(None))

    @property
    def ability(self) -> NDArray[np.float64]:
        """Abilities in logits, shape (n_candidates,)."""
        return self.parameters[:-2]

    @property
    def ease_scale(self) -> float:
        """Standard deviation of the eases, in logits."""
        return float(np.exp(self.parameters[-2]))

    @property
    def cut(self) -> float:
        """Half-width of the draw, in logits."""
        return float(np.exp(self.parameters[-1]))

    @property
    def shift(self) -> NDArray[np.float64]:
        """Ease at each node in logits, shape (n_nodes,)."""
        return self.ease_scale * NODES

    def add(
        self, queries: NDArray[np.int64], candidates: NDArray[np.int64], outcomes: NDArray[np.int8]
    ) -> None:
        """Take verdicts in, each array of shape (n,), with one step towards the new mode."""
        self._is_outcome[queries, outcomes, candidates] = True
        self._count(np.unique(queries))
        self._weights[queries, candidates] = 0.0
        self.n_verdicts += len(queries)
        self.posterior = _weigh_nodes(self.law, self._told_by_query)
        if self.n_verdicts - self._n_renewed >= max(RENEW_LEAST, RENEW_SHARE * self._n_renewed):
            self.renew()
        else:
            self._renew_rows(np.unique(queries))
        self.step()

    def fit(self, n_steps: int = N_STEPS) -> None:
        """Step to the mode, everything computed anew at each step."""
        for _ in range(n_steps):
            largest = self.step()
            self.renew()
            if largest < CLOSE:
                break

    @property
    def counts(self) -> NDArray[np.float64]:
        """How much each verdict counts, shape (n_queries, n_candidates)."""
        return np.asarray(self._told.sum(axis=1))

    @property
    def _told_by_query(self) -> NDArray[np.float64]:
        return self._told.reshape(self.n_queries, 3 * self.n_candidates)

    def step(self) -> float:
        """Take one Newton step of the parameters and return its largest change."""
        step = self.covariance @ self._gradient
        step *= MAX_STEP / max(float(np.abs(step).max()), MAX_STEP)
        self.parameters = self.parameters + step
        self._tabulate()
        self._solve()
        return float(np.abs(step).max())

    def renew(self) -> None:
        """Compute the moments of all queries again, and learn the prior of the abilities and near copies."""
        self._n_renewed = self.n_verdicts
        # The mean one step on is that of the parabola, wherever the parameters are.
        mean = self.parameters + self.covariance @ self._gradient
        self.prior.learn(mean[:-2], self.covariance[:-2, :-2])
        predicted = predict_left_out(self._is_outcome, self.counts, self.posterior, self.law)
        self.shared_outcomes = shared_outcomes(self._is_outcome, predicted)
        self._count(slice(None))
        self.posterior = _weigh_nodes(self.law, self._told_by_query)
        self._renew_rows(slice(None))

    def sample_probabilities(self, outcome: Outcome, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Sample P(outcome) of every comparison, shape (n, n_queries, n_candidates).

        A sample is one draw of the parameters and, given them, of each query's ease, so what is unknown about
        a query is common to its comparisons and what is unknown about a candidate to its queries.
        """
        root = np.linalg.cholesky(self.covariance)
        samples = np.empty((n, self.n_queries, self.n_candidates))
        for i in range(n):
            moved = self.parameters + root @ rng.standard_normal(len(root))
            law = ordered_logit(moved[:-2, None] + np.exp(moved[-2]) * NODES, float(np.exp(moved[-1])))
            chance = _weigh_nodes(law, self._told_by_query).cumsum(axis=1)
            node = (rng.random((self.n_queries, 1)) > chance[:, :-1]).sum(axis=1)
            samples[i] = np.exp(law.log_p[outcome][:, node]).T
        return samples

    def _count(self, rows: NDArray[np.int64] | slice) -> None:
        is_told = np.asarray(self._is_outcome[rows].any(axis=1))
        self._told[rows] = self._is_outcome[rows] * count_verdicts(is_told, self.shared_outcomes)[:, None]

    def _tabulate(self) -> None:
        self.law = ordered_logit(self.ability[:, None] + self.shift, self.cut)
        self.posterior = _weigh_nodes(self.law, self._told_by_query)

    def _renew_rows(self, rows: NDArray[np.int64] | slice) -> None:
        self.moments.renew(rows, self.law, self.shift, self.posterior, self._told, self._weights)
        self._solve()

    def _solve(self) -> None:
        """Compute the gradient of the log posterior and the covariance at the current parameters."""
        n, law, shift = self.n_candidates, self.law, self.shift
        mass = (self._told_by_query.T @ self.posterior).reshape(3, n, len(NODES))
        by_eta = (mass * law.by_eta).sum(axis=0)
        bend, bend_cut = (-(mass * d).sum(axis=0) for d in (law.by_eta_eta, law.by_eta_cut))
        prior = np.diag(np.append(np.zeros(n), [EASE_SCALE_LOG_SD**-2.0, CUT_LOG_SD**-2.0]))
        prior[:n, :n] = self.prior.precision
        away = self.parameters - np.append(np.zeros(n), np.log([EASE_SCALE, CUT]))
        slope = np.append(by_eta.sum(axis=1), [(by_eta * shift).sum(), (mass * law.by_cut).sum()])
        self._gradient = slope - prior @ away
        complete = np.zeros((n + 2, n + 2))
        complete[np.arange(n), np.arange(n)] = bend.sum(axis=1)
        complete[:n, n] = complete[n, :n] = (bend * shift).sum(axis=1)
        complete[:n, n + 1] = complete[n + 1, :n] = bend_cut.sum(axis=1)
        complete[n, n] = (bend * shift**2 - by_eta * shift).sum()
        complete[n, n + 1] = complete[n + 1, n] = (bend_cut * shift).sum()
        complete[n + 1, n + 1] = -(mass * law.by_cut_cut).sum()
        self.covariance = _inverse(prior, complete, self.moments.slope_slope)


def _weigh_nodes(law: OrderedLogit, told: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the posterior of each query's node, shape (n_queries, n_nodes)."""
    joint = LOG_WEIGHTS + told @ law.log_p.reshape(-1, len(NODES))
    weight = np.exp(joint - joint.max(axis=1, keepdims=True))
    weight[weight < LEAST_WEIGHT] = 0.0
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _inverse(
    prior: NDArray[np.float64], complete: NDArray[np.float64], missing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Invert prior + complete - missing; far from a mode that may not be positive: then with less missing."""
    for share in (1.0, 0.8, 0.5, 0.0):
        whole = prior + complete - share * missing
        if _is_positive(whole):
            break
    else:
        whole = prior + np.diag(np.abs(complete.diagonal()))
    inverse = np.linalg.inv(whole)
    return np.asarray((inverse + inverse.T) / 2.0)


def _is_positive(matrix: NDArray[np.float64]) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def fit_outcomes(problem: SelectionProblem, outcomes: NDArray[np.int8]) -> ItemResponse:
    """Fit the model to outcomes from nothing, scales included.

    Parameters
    ----------
    problem
        Gives the pool, and what is known beforehand of the responses.
    outcomes
        Shape (n_queries, n_candidates), -1 where not told.
    """
    model = ItemResponse(problem.is_askable, relation_of_candidates(problem))
    queries, candidates = np.nonzero(outcomes >= 0)
    if len(queries):
        model.add(queries, candidates, outcomes[queries, candidates])
        model.renew()
        model.fit()
    return model
