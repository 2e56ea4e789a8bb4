"""Win rate as a function of ability: the scale on which little-known candidates are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.ordered_logit import expected_score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.item_response import ItemResponse

GRID = np.linspace(-16.0, 16.0, 161)
"""Abilities at which the curve is tabulated, in logits: further out rates are 0 or 1 to six digits."""


@dataclass(frozen=True)
class WinRateCurve:
    """The expected win rate on the pool of a candidate of any ability.

    Attributes
    ----------
    rate
        At each ability of ``GRID``, rising.

    Notes
    -----
    Uncertainty about a little-known candidate is uncertainty about its ability, for which a Gaussian fits.
    Carried to the win rate by the slope at the mean it would lose its tails, and with them the chance that a
    candidate with one unlucky loss is the best; so win rates are carried back to abilities by the curve.
    """

    rate: NDArray[np.float64]

    def ability_at(self, rate: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ability at which the curve has a win rate, of the rates' shape, inside the grid."""
        return np.interp(rate, self.rate, GRID)

    def rate_at(self, ability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the win rate at an ability, of the abilities' shape."""
        return np.interp(ability, GRID, self.rate)

    def slope_at(self, ability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivative of the win rate by ability, of the abilities' shape."""
        return np.interp(ability, GRID, np.gradient(self.rate, GRID))


def win_rate_curve(model: ItemResponse) -> WinRateCurve:
    """Average the score over the posterior of all queries' eases."""
    weights = model.posterior.mean(axis=0) if model.n_queries else np.full(model.shift.size, 1.0)
    score = expected_score(GRID[:, None] + model.shift, model.cut)
    return WinRateCurve(score @ (weights / weights.sum()))
