"""Who contests the first place, and which comparison tells most about the contest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.item_response import ItemResponse
    from annotation.selection.pool import CellPrediction, PoolPrediction

JITTER = 1e-10
"""Least variance, in squared logits, far below any real one; also added before a Cholesky root."""

LEAST_RATE = 1e-3
"""Win rates are kept this far from 0 and 1 where their ability is looked up."""

SETTLED = 1e6
"""Cost of a rival that no further outcome can separate from the leader: above that of any other."""


@dataclass(frozen=True)
class Contest:
    """A leader and its challenger: entries, the baseline being the last."""

    leader: int
    challenger: int


class ContestDraw:
    """Draws leaders and their challengers from the posterior of the pool win rates.

    Parameters
    ----------
    pool
        Predicted win rates with their covariance.
    is_live
        Entries that a comparison can still tell something about, shape (n_entries,).
    margin
        Win rate by which a rival must beat the leader to matter, from 0 up.

    Notes
    -----
    The leader is a Thompson sample. The challenger has the smallest transportation cost (leader +
    margin - k)^2 / Var(leader - k): of all rivals, the one that the verdicts so far separate least from
    it. The margin keeps verdicts from being spent on which of two near-equals leads while hardly known
    rivals wait. All on the scale of abilities: near the ceiling, Gaussian win rates would make every
    little-known candidate a leader, and Gaussian logits of win rates none that lost once.

    References
    ----------
    Shang et al., "Fixed-confidence guarantees for Bayesian best-arm identification", AISTATS 2020
    (T3C); the margin is the indifference zone of epsilon-best-arm identification."""

    def __init__(self, pool: PoolPrediction, is_live: NDArray[np.bool_], margin: float) -> None:
        rate, covariance = pool.win_rate, np.zeros((len(is_live), len(is_live)))
        self._mean = pool.curve.ability_at(np.clip(rate, LEAST_RATE, 1.0 - LEAST_RATE))
        stretch = 1.0 / pool.curve.slope_at(self._mean)
        covariance[:-1, :-1] = pool.covariance
        self._covariance = covariance * stretch * stretch[:, None]
        self._root = _root(self._covariance)
        room = np.minimum(margin, 0.5 * (1.0 - rate))
        self._bar = pool.curve.ability_at(rate + room)
        self._is_live = is_live

    def draw(self, rng: np.random.Generator) -> Contest:
        """Return one contest of which at least one side is live."""
        mean, covariance = self._mean, self._covariance
        leader = int(np.argmax(mean + self._root @ rng.standard_normal(len(mean))))
        gap = np.maximum(self._bar[leader] - mean, 0.0)
        variance = covariance[leader, leader] + covariance.diagonal() - 2.0 * covariance[leader]
        cost = np.where(variance > JITTER, gap**2 / np.maximum(variance, JITTER), SETTLED + gap)
        cost[leader] = np.inf
        if not self._is_live[leader]:
            cost[~self._is_live] = np.inf
        # A seeded hair breaks exact ties, else the first candidate would always be the challenger.
        return Contest(leader, int(np.argmin(cost + 1e-9 * rng.random(len(cost)))))


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a square root; of settled rates nothing but rounding is left, which may be negative."""
    try:
        return np.asarray(np.linalg.cholesky(covariance + JITTER * np.eye(len(covariance))))
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def information(
    model: ItemResponse,
    cells: CellPrediction,
    pool: PoolPrediction,
    shares: NDArray[np.float64],
    contest: Contest,
) -> NDArray[np.float64]:
    """Return how much each comparison of the two sides would shrink the variance of their difference.

    Parameters
    ----------
    model, cells, pool
        The fitted model and its predictions.
    shares
        Share of each unseen comparison in its candidate's win rate, 0 where it is told, shape
        (n_queries, n_candidates).
    contest
        The two entries compared.

    Returns
    -------
    ndarray
        Expected reduction of Var(win rate of leader - win rate of challenger), shape (n_queries, 2):
        columns leader, challenger; zeros for the baseline.

    Notes
    -----
    To first order an outcome y has Cov(D, y)^2 / Var(y) to say about the difference D. D holds the unseen
    outcomes themselves, so a comparison counts for its own share of the pool, for what it tells of the
    parameters, and for what it tells of the query's ease; the ease cancels between two candidates judged on
    the same query, which is why contenders meet on the same queries without being told to.
    """
    n = model.n_candidates
    sides = [(e, sign) for e, sign in ((contest.leader, 1.0), (contest.challenger, -1.0)) if e < n]
    by_parameter = sum((sign * pool.by_parameter[e] for e, sign in sides), np.zeros(n + 2))
    with_parameter = model.covariance @ by_parameter
    # D given the query's ease, at each node, weighted by the root of the node's probability.
    at_node = sum(
        (sign * model.moments.scores[:, :, e] for e, sign in sides), np.zeros(model.posterior.shape)
    )
    at_node += model.moments.slopes @ with_parameter
    root = np.sqrt(model.posterior)
    result = np.zeros((model.n_queries, 2))
    for side, (entry, sign) in enumerate(((contest.leader, 1.0), (contest.challenger, -1.0))):
        if entry < n:
            apart = (model.law.score[entry] - cells.score[:, entry, None]) * root
            shared = (apart * at_node).sum(axis=1) + sign * shares[:, entry] * cells.chance[:, entry]
            shared += cells.by_ability[:, entry] * with_parameter[entry]
            shared += (
                cells.by_scale[:, entry] * with_parameter[n] + cells.by_cut[:, entry] * with_parameter[n + 1]
            )
            variance = (apart**2).sum(axis=1) + cells.chance[:, entry]
            variance += cells.by_ability[:, entry] ** 2 * model.covariance[entry, entry]
            result[:, side] = shared**2 / np.maximum(variance, JITTER)
    return result
