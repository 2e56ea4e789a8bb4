"""When a claim is good enough to stop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

HOLD = 0.1
"""Share of the verdicts, the newest, through which a claim must have held. Who looks after each verdict and
stops at the first claim picks the moment of greatest luck. In a synthetic world whose queries mislead, claims
of 0.8, 0.9 and 0.95 came true in .72, .82 and .87 at the first look and in .81, .89 and .96 after a tenth
(200 worlds); a twentieth leaves .84 at 0.9, a fifth costs a seventh more verdicts again."""

TOLERANCE = 1e-9


def is_reached(claims: ArrayLike, target: float) -> NDArray[np.bool_]:
    """Say at each look whether the claim is at its target; NaN never is. Same shape as the claims."""
    return np.asarray(np.nan_to_num(np.asarray(claims, dtype=np.float64)) >= target - TOLERANCE)


def run_starts(verdicts: ArrayLike, claims: ArrayLike, target: float) -> NDArray[np.float64]:
    """Return at each look since how many verdicts the claim has been at its target; NaN where it is not.

    Parameters
    ----------
    verdicts
        Number of verdicts at each look, increasing, shape (n_looks,).
    claims
        Probability claimed at each look, NaN where none was, shape (n_looks,).
    target
        Probability to reach.
    """
    n = np.asarray(verdicts, dtype=np.float64)
    reached = is_reached(claims, target)
    # First look of the unbroken run that each look ends.
    first = np.maximum.accumulate(np.where(reached, 0, np.arange(n.size) + 1))
    starts = np.full(n.size, np.nan)
    starts[reached] = n[first[reached]]
    return starts


def has_held(verdicts: ArrayLike, claims: ArrayLike, target: float) -> NDArray[np.bool_]:
    """Say at each look whether the claim has been at its target through the last tenth of the verdicts.

    Between looks nothing is known, and a claim at no verdicts at all holds: nobody was there to pick the
    moment. Parameters as in :func:`run_starts`; shape (n_looks,).
    """
    n = np.asarray(verdicts, dtype=np.float64)
    # NaN compares false.
    return np.asarray(n - run_starts(n, claims, target) >= HOLD * n - TOLERANCE)


def closes_at(first: int) -> int:
    """Return the number of verdicts at which a claim reached after ``first`` of them has held long enough."""
    return math.ceil(first / (1.0 - HOLD) - TOLERANCE)
