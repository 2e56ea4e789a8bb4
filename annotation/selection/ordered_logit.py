"""The ordered logistic likelihood of an outcome, and the scales that are learnt beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCALE_START = 1.5
"""Scale of abilities and eases before any verdict, in logits: real tables lie between 0.8 and 3.4."""

SCALE_WEIGHT = 4.0
"""Candidates (queries) that the starting scale counts as: a handful, soon outweighed."""

CUT_START = 0.3
"""Half-width of the draw before any verdict: about one draw in seven between equals."""

CUT_LOG_SD = 1.0
"""Prior sd of the logarithm of the cut; wide, since draws range from none to nine in ten."""

CUT_RANGE = (1e-3, 8.0)

ACCELERATION = 1.5
"""Power of each step of the scales: plain steps of expectation-maximisation are needlessly short."""

MAX_RATIO = 1.25
"""Largest factor of one step of a scale."""


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-x)) without overflow."""
    result: NDArray[np.float64] = 0.5 * (1.0 + np.tanh(0.5 * x))
    return result


@dataclass(frozen=True)
class Scales:
    """Prior standard deviations of abilities and eases, and the cut-point, all in logits."""

    ability: float = SCALE_START
    ease: float = SCALE_START
    cut: float = CUT_START

    def learn(
        self,
        *,
        ability: NDArray[np.float64],
        ability_covariance: NDArray[np.float64],
        ease: NDArray[np.float64],
        ease_variance: NDArray[np.float64],
    ) -> Scales:
        """Take one accelerated step of expectation-maximisation, shrunk to the starting scales.

        Parameters
        ----------
        ability, ability_covariance
            Posterior of all abilities.
        ease, ease_variance
            Posterior of the eases of queries with verdicts.
        """
        n = len(ability)
        spread = float(((ability - ability.mean()) ** 2).sum())
        spread += max(float(np.trace(ability_covariance) - ability_covariance.sum() / n), 0.0)
        prior = SCALE_WEIGHT * SCALE_START**2
        new_ability = np.sqrt((spread + prior) / (n - 1 + SCALE_WEIGHT))
        new_ease = np.sqrt((float((ease**2 + ease_variance).sum()) + prior) / (len(ease) + SCALE_WEIGHT))
        return replace(
            self, ability=_accelerate(self.ability, new_ability), ease=_accelerate(self.ease, new_ease)
        )


def _accelerate(old: float, new: float) -> float:
    return old * float(np.clip((new / old) ** ACCELERATION, 1.0 / MAX_RATIO, MAX_RATIO))


def crossings(eta: NDArray[np.float64], cut: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return P(not a loss) and P(win) at linear predictor ``eta``, each of its shape."""
    return sigmoid(eta + cut), sigmoid(eta - cut)


def likelihood_terms(
    eta: NDArray[np.float64], outcomes: NDArray[np.int8], cut: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first derivative of the log-likelihood by ``eta`` and minus the second.

    Parameters
    ----------
    eta
        Linear predictor, shape (n,).
    outcomes
        Values of ``Outcome``, shape (n,).
    cut
        Half-width of the draw, above 0.

    Notes
    -----
    log P(win) = log s(eta - cut); log P(loss) = log s(-eta - cut); and, since
    s(x + c) - s(x - c) = s(x + c) s(c - x) (1 - exp(-2c)), a draw is one crossing of the lower cut and one
    missed crossing of the upper.
    """
    lower, upper = crossings(eta, cut)
    is_win, is_loss = outcomes == Outcome.WIN, outcomes == Outcome.LOSS
    slope = np.where(is_win, 1.0 - upper, np.where(is_loss, -lower, 1.0 - lower - upper))
    weight = np.where(is_loss, 0.0, upper * (1.0 - upper)) + np.where(is_win, 0.0, lower * (1.0 - lower))
    return slope, weight


def cut_step(scales: Scales, eta: NDArray[np.float64], outcomes: NDArray[np.int8]) -> Scales:
    """Return the scales with the cut moved by one damped Newton step on its logarithm."""
    cut = scales.cut
    lower, upper = crossings(eta, cut)
    is_win, is_loss = outcomes == Outcome.WIN, outcomes == Outcome.LOSS
    n_draws = int(np.count_nonzero(outcomes == Outcome.DRAW))
    from_draws = 2.0 / np.expm1(2.0 * cut)
    slope = np.where(is_win, upper - 1.0, np.where(is_loss, -lower, 1.0 + upper - lower)).sum()
    slope += n_draws * from_draws
    bend = np.where(is_loss, 0.0, upper * (1.0 - upper)) + np.where(is_win, 0.0, lower * (1.0 - lower))
    total = bend.sum() + n_draws * from_draws * (from_draws + 2.0)
    by_log = slope * cut - np.log(cut / CUT_START) / CUT_LOG_SD**2
    curvature = total * cut**2 + 1.0 / CUT_LOG_SD**2 + max(0.0, -slope * cut)
    moved = cut * np.exp(np.clip(by_log / curvature, -0.5, 0.5))
    return replace(scales, cut=float(np.clip(moved, *CUT_RANGE)))
