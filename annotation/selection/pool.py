"""Win rates on the whole pool: observed outcomes plus predicted ones, with their joint uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.win_rate_curve import WinRateCurve, win_rate_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.item_response import ItemResponse

LEAST_RATE = 1e-4
"""Predicted rates are kept this far from 0 and 1 where their ability is looked up."""


@dataclass(frozen=True)
class PoolPrediction:
    """Gaussian approximation of the candidates' pool win rates.

    Attributes
    ----------
    observed
        Part of the win rate that is already decided: observed points / pool size, shape (n_candidates,).
    unseen_share
        Share of the candidate's pool still unseen, shape (n_candidates,).
    unseen_mean
        Predicted mean score (win 1, draw 1/2) of the unseen comparisons, shape (n_candidates,).
    covariance
        Of the win rates, shape (n_candidates, n_candidates), unseen outcomes' own chance included.
    chance
        The part of the variances that is the unseen outcomes' own chance, shape (n_candidates,).
    n_unseen
        Comparisons still unseen, shape (n_candidates,).
    by_parameter
        Derivative of the win rates by the model's parameters, shape (n_candidates, n_candidates + 2).
    curve
        Win rate as a function of ability.
    """

    observed: NDArray[np.float64]
    unseen_share: NDArray[np.float64]
    unseen_mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    chance: NDArray[np.float64]
    n_unseen: NDArray[np.int64]
    by_parameter: NDArray[np.float64]
    curve: WinRateCurve

    @property
    def win_rate(self) -> NDArray[np.float64]:
        """Expected pool win rates, the baseline's 0.5 last, shape (n_candidates + 1,)."""
        return np.append(self.observed + self.unseen_share * self.unseen_mean, 0.5)

    def widened(self, factor: float) -> PoolPrediction:
        """Return the same prediction with all variances multiplied by ``factor``."""
        return replace(self, covariance=factor * self.covariance, chance=factor * self.chance)

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Sample pool win rates, shape (n, n_candidates + 1), each inside what is still possible.

        The unseen mean scores are joint Gaussian on the scale of abilities, so a rate near 1 has a longer
        tail below than above; the chance of the outcomes comes on top, and their sum is a whole number of
        half points, so that near the end of a pool exact ties are as likely as they are.
        """
        is_open = self.n_unseen > 0
        share = np.where(is_open, self.unseen_share, 1.0)
        ability = self.curve.ability_at(np.clip(self.unseen_mean, LEAST_RATE, 1 - LEAST_RATE))
        stretch = np.where(is_open, 1.0 / (share * self.curve.slope_at(ability)), 0.0)
        spread = (self.covariance - np.diag(self.chance)) * stretch[:, None] * stretch
        values, vectors = np.linalg.eigh(spread)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        unseen = self.curve.rate_at(ability + rng.standard_normal((n, len(ability))) @ root.T)
        unseen += rng.standard_normal(unseen.shape) * np.sqrt(self.chance) / share
        halves = 2 * np.maximum(self.n_unseen, 1)
        unseen = np.clip(np.rint(unseen * halves) / halves, 0.0, 1.0)
        return np.column_stack([self.observed + self.unseen_share * unseen, np.full(n, 0.5)])


@dataclass(frozen=True)
class CellPrediction:
    """Per comparison, shape (n_queries, n_candidates) each, averaged over the query's ease.

    Attributes
    ----------
    score
        Expected score: P(win) + P(draw) / 2.
    chance
        Variance of the score, given the ease.
    by_ability, by_scale, by_cut
        Derivatives of the score by the candidate's ability, the log scale of the eases and the log cut, the
        ease's posterior held fixed.
    """

    score: NDArray[np.float64]
    chance: NDArray[np.float64]
    by_ability: NDArray[np.float64]
    by_scale: NDArray[np.float64]
    by_cut: NDArray[np.float64]


def predict_cells(model: ItemResponse) -> CellPrediction:
    """Predict every comparison."""
    law, posterior = model.law, model.posterior
    return CellPrediction(
        score=posterior @ law.score.T,
        chance=posterior @ law.score_variance.T,
        by_ability=posterior @ law.score_by_eta.T,
        by_scale=posterior @ (law.score_by_eta * model.shift).T,
        by_cut=posterior @ law.score_by_cut.T,
    )


def predict_pool(
    model: ItemResponse,
    cells: CellPrediction,
    outcomes: NDArray[np.int8],
    is_askable: NDArray[np.bool_],
) -> PoolPrediction:
    """Combine observed outcomes with predictions of the unseen ones.

    Parameters
    ----------
    model, cells
        The fitted model and its predictions.
    outcomes, is_askable
        Shape (n_queries, n_candidates); the pool is what is told or askable. A candidate with an empty pool
        gets the baseline's rate for sure.

    Notes
    -----
    The covariance has three parts: the parameters', through the derivative of the win rates, in which the
    eases' posteriors move with the parameters; the eases', given the parameters; and the chance of each
    unseen outcome.
    """
    is_told = outcomes >= 0
    is_unseen = is_askable & ~is_told
    n_pool = (is_told | is_askable).sum(axis=0)
    size = np.maximum(n_pool, 1)
    points = np.where(is_told, outcomes, 0).sum(axis=0) / 2.0
    n_unseen = is_unseen.sum(axis=0)
    share = is_unseen / size
    by_parameter = model.moments.score_slope.copy()
    by_parameter[:, :-2] += np.diag((share * cells.by_ability).sum(axis=0))
    by_parameter[:, -2] += (share * cells.by_scale).sum(axis=0)
    by_parameter[:, -1] += (share * cells.by_cut).sum(axis=0)
    covariance = by_parameter @ model.covariance @ by_parameter.T + model.moments.score_score
    chance = (share * cells.chance / size).sum(axis=0)
    covariance[np.diag_indices_from(covariance)] += chance
    total = np.where(is_unseen, cells.score, 0.0).sum(axis=0)
    return PoolPrediction(
        observed=np.where(n_pool > 0, points / size, 0.5),
        unseen_share=n_unseen / size,
        unseen_mean=np.where(n_unseen > 0, total / np.maximum(n_unseen, 1), 0.5),
        covariance=covariance,
        chance=chance,
        n_unseen=n_unseen,
        by_parameter=by_parameter,
        curve=win_rate_curve(model),
    )
