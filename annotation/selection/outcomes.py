"""Outcomes of comparisons and how the best candidate is expected to fare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING = -1
N_OUTCOMES = 3


class Outcome(IntEnum):
    """The value of a verdict, seen from the candidate's side against the baseline."""

    LOSS = 0
    DRAW = 1
    WIN = 2


@dataclass(frozen=True)
class NoiseModel:
    """How often the best candidate loses, draws and wins against the baseline.

    Parameters
    ----------
    loss, draw
        Probabilities of a loss and of a draw for the best candidate; the rest is the probability of a win.
        The defaults are the values of the authors' experiments.

    Raises
    ------
    InvalidValueError
        When one of the three probabilities is not above 0.

    References
    ----------
    LLM Selector, arXiv 2510.09418, section 3 (the two-parameter noise model).
    """

    loss: float = 0.2
    draw: float = 0.4

    def __post_init__(self) -> None:
        if not (self.loss > 0 and self.draw > 0 and self.win > 0):
            raise InvalidValueError(
                f"noise model loss={self.loss!r}, draw={self.draw!r}, win={self.win!r}: "
                "each of the three probabilities must be above 0"
            )

    @property
    def win(self) -> float:
        """Probability that the best candidate wins."""
        return 1.0 - self.loss - self.draw

    @property
    def log_likelihood(self) -> NDArray[np.float64]:
        """Log probability of each outcome for the best candidate, shape (3,), indexed by ``Outcome``."""
        return np.log([self.loss, self.draw, self.win])
