"""The ordered logistic likelihood of an outcome, and the scales that are learnt beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABILITY_SCALE = 2.0
"""Prior sd of abilities around their mean while choosing, in logits. Real tables lie between 0.7 and 2.0; the
wide end is kept since a narrower prior gives candidates up after one unlucky loss."""

SCALE_START = 1.5
"""Scale of abilities and eases that learning starts from, in logits: tables lie between 0.7 and 3.4."""

SCALE_WEIGHT = 8.0
"""Candidates (queries) of known ability (ease) that the start counts as: a handful, soon outweighed."""

CUT_START = 0.3
"""Half-width of the draw before any verdict: about one draw in seven between equals."""

CUT_LOG_SD = 1.0
"""Prior sd of the logarithm of the cut; wide, since draws range from none to nine in ten."""

CUT_RANGE = (1e-3, 8.0)

MAX_RATIO = 1.25
"""Largest factor of one step of a scale."""


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-x)) without overflow."""
    result: NDArray[np.float64] = 0.5 * (1.0 + np.tanh(0.5 * x))
    return result


@dataclass(frozen=True)
class Scales:
    """Prior standard deviations of abilities and eases, and the cut-point, all in logits."""

    ability: float = ABILITY_SCALE
    ease: float = SCALE_START
    cut: float = CUT_START

    def learn_ease(self, ease: NDArray[np.float64], variance: NDArray[np.float64]) -> Scales:
        """Take one step of the scale of the eases.

        Parameters
        ----------
        ease, variance
            Posterior of the eases of queries with verdicts, each of shape (n,).
        """
        return replace(self, ease=_scale_step(self.ease, (ease**2).sum(), len(ease), variance.sum()))

    def learn_ability(self, ability: NDArray[np.float64], covariance: NDArray[np.float64]) -> Scales:
        """Take one step of the scale of the abilities around their mean.

        Parameters
        ----------
        ability, covariance
            Posterior of all abilities.
        """
        n = len(ability)
        squares = ((ability - ability.mean()) ** 2).sum()
        unsure = max(np.trace(covariance) - covariance.sum() / n, 0.0)
        return replace(self, ability=_scale_step(self.ability, squares, n - 1, unsure))


def _scale_step(old: float, squares: float, count: int, unsure: float) -> float:
    """MacKay's fixed point: squares over the number of coordinates that the verdicts have determined."""
    determined = max(count - unsure / old**2, 0.0)
    new = np.sqrt((squares + SCALE_WEIGHT * SCALE_START**2) / (determined + SCALE_WEIGHT))
    return old * float(np.clip(new / old, 1.0 / MAX_RATIO, MAX_RATIO))


def crossings(
    eta: NDArray[np.float64], cut: float, factor: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return P(not a loss) and P(win) at linear predictor ``eta``, with the factor of ``averaging``."""
    return sigmoid((eta + cut) * factor), sigmoid((eta - cut) * factor)


def averaging(variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factor k with which a logistic averaged over N(x, variance) is nearly the logistic of k x.

    References
    ----------
    MacKay, "The evidence framework applied to classification networks", Neural Computation 1992.
    """
    factor: NDArray[np.float64] = 1.0 / np.sqrt(1.0 + np.pi / 8.0 * variance)
    return factor


def likelihood_terms(
    eta: NDArray[np.float64], variance: NDArray[np.float64], outcomes: NDArray[np.int8], cut: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first derivative of the expected log-likelihood by ``eta`` and minus the second.

    Parameters
    ----------
    eta, variance
        Mean and variance of the linear predictor, each of shape (n,).
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
    factor = averaging(variance)
    lower, upper = crossings(eta, cut, factor)
    is_win, is_loss = outcomes == Outcome.WIN, outcomes == Outcome.LOSS
    slope = np.where(is_win, 1.0 - upper, np.where(is_loss, -lower, 1.0 - lower - upper))
    weight = np.where(is_loss, 0.0, upper * (1.0 - upper)) + np.where(is_win, 0.0, lower * (1.0 - lower))
    return slope, weight * factor


def cut_step(
    scales: Scales, eta: NDArray[np.float64], variance: NDArray[np.float64], outcomes: NDArray[np.int8]
) -> Scales:
    """Return the scales with the cut moved by one damped Newton step on its logarithm."""
    cut = scales.cut
    lower, upper = crossings(eta, cut, averaging(variance))
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
