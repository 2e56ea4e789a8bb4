"""How many times fewer verdicts one strategy needs than another, with an interval and in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from annotation.simulation.metrics import (
    TOLERANCE,
    bootstrap_weights,
    threshold_samples,
    verdicts_to_level,
)
from annotation.simulation.metrics import success_curve as success
from annotation.simulation.pages import Cell
from annotation.simulation.replay import ReplaySettings, Trace
from annotation.simulation.summary import N_RESAMPLES, stack_traces
from annotation.simulation.tables import FloatArray, IntArray

Result = tuple[ReplaySettings, list[Trace]]
MEASURES = {
    "exactly the best": 0.0,
    "within one point": 0.01,
    "within two points": 0.02,
    "within five points": 0.05,
}
ONE_POINT = "within one point"
COMPARED = ("exactly the best", ONE_POINT)
"""What sentences compare strategies by."""


@dataclasses.dataclass(frozen=True)
class Efficiency:
    """Verdicts of a yardstick divided by those of a strategy, both to 90 % success, with a 95 % interval.

    Attributes
    ----------
    ratio
        None where one of the two does not get there.
    low, high
        Bootstrap over the realizations that both have, which drew the same pools. 0 as the low end: the
        strategy may not get there; infinite as the high end: the yardstick may not.
    """

    ratio: float | None
    low: float
    high: float

    @property
    def cell(self) -> Cell:
        """The ratio and its interval, as tables show it."""
        if self.ratio is None:
            return None
        high = f"{self.high:.1f}" if np.isfinite(self.high) else "beyond"
        return f"{self.ratio:.1f} ({self.low:.1f} to {high})"


def efficiency(own: Result, yardstick: Result, within: float, seed: int) -> Efficiency:
    """Return how many times fewer verdicts a strategy needs than a yardstick.

    Parameters
    ----------
    own, yardstick
        Settings and traces of both; realizations are paired by their place.
    within
        Gap that counts as right.
    seed
        Of the bootstrap.

    Source: annotation efficiency, algorithms.md section 6.
    """
    n = min(len(own[1]), len(yardstick[1]))
    weights = bootstrap_weights(n, N_RESAMPLES, seed)
    ends, samples = [], []
    for settings, traces in (yardstick, own):
        gaps = stack_traces(traces[:n], "gaps")
        ends.append(verdicts_to_level(settings.verdicts, success(gaps, within)))
        samples.append(threshold_samples(settings.verdicts, gaps, weights, within))
    # Where neither gets there a resample says nothing in favour of either.
    is_open = np.isinf(samples[0]) & np.isinf(samples[1])
    ratios = np.sort(np.where(is_open, 1.0, samples[0] / np.where(is_open, 1.0, samples[1])))
    low, high = np.quantile(ratios, [0.025, 0.975], method="inverted_cdf")
    ratio = None if None in ends else float(ends[0] or 0) / float(ends[1] or 1)
    return Efficiency(ratio, float(low), float(high))


def efficiency_words(name: str, yardstick: str, found: Efficiency, measure: str) -> str:
    """Return a sentence that says how two strategies compare, and whether the interval leaves doubt."""
    words = f"`{name}` against `{yardstick}`, {measure}:"
    if found.ratio is None:
        return f"{words} at least one does not reach 90 % within the budget."
    ends = [found.low, found.high]
    if found.ratio >= 1:
        words = f"{words} {found.ratio:.1f} times fewer verdicts"
    else:
        words = f"{words} {1 / found.ratio:.1f} times more verdicts"
        ends = [1 / end if end else np.inf for end in reversed(ends)]
    interval = " to ".join(f"{end:.1f}" if np.isfinite(end) else "beyond" for end in ends)
    is_clear = found.low > 1 or found.high < 1
    return f"{words} (95 % interval {interval}), {'a clear' if is_clear else 'no clear'} difference."


@dataclasses.dataclass(frozen=True)
class Deficit:
    """Where a strategy was less often right than another after as many verdicts.

    Attributes
    ----------
    n_worse, n_points
        Checkpoints at which the paired difference lies below 0 by its pointwise 95 % interval, and all.
    largest, verdicts
        The largest such difference in the share of replays, and where; 0 without any.
    """

    n_worse: int
    n_points: int
    largest: float
    verdicts: int


def deficit(own: Result, yardstick: Result, within: float, seed: int) -> Deficit:
    """Compare two strategies after each number of verdicts that both were recorded at.

    Parameters
    ----------
    own, yardstick, within, seed
        As in :func:`efficiency`.
    """
    difference, common = _right_differences(own, yardstick, within)
    high = np.quantile(bootstrap_weights(len(difference), N_RESAMPLES, seed) @ difference, 0.975, axis=0)
    behind = np.where(high < -1e-9, -difference.mean(axis=0), 0.0)
    worst = int(np.argmax(behind))
    return Deficit(
        int((behind > 0).sum()),
        int(common.size),
        float(behind[worst]),
        int(common[worst]) if behind[worst] > 0 else 0,
    )


def deficit_words(name: str, yardstick: str, found: Deficit, measure: str) -> str:
    """Return a sentence that says whether a strategy was ever worse than another."""
    if not found.n_worse:
        return (
            f"After no number of verdicts was `{name}` less often {measure} than `{yardstick}` "
            "(pointwise 95 %)."
        )
    return (
        f"After {found.n_worse} of {found.n_points} numbers of verdicts `{name}` was less often {measure} "
        f"than `{yardstick}` (pointwise 95 %), by at most {100 * found.largest:.0f} points of replays, after "
        f"{found.verdicts:,} verdicts."
    )


def yardsticks_of(labels: Sequence[str]) -> list[str]:
    """Return what efficiency is relative to: the published method, where it was replayed, and random."""
    return [name for name in ("llm_selector_query", "random") if name in labels]


@dataclasses.dataclass(frozen=True)
class MeanGain:
    """By how much the share of right answers differs, averaged over the verdicts up to ``budget``.

    Attributes
    ----------
    gain, low, high
        Difference of the shares, and its 95 % bootstrap interval over common realizations.
    budget
        The larger of the verdicts that both were recorded at.
    """

    gain: float
    low: float
    high: float
    budget: int


def mean_gain(own: Result, yardstick: Result, within: float, seed: int) -> MeanGain:
    """Compare two strategies whether or not they reach 90 %.

    Parameters
    ----------
    own, yardstick, within, seed
        As in :func:`efficiency`.
    """
    difference, verdicts = _right_differences(own, yardstick, within)
    # Each checkpoint stands for the verdicts since the one before it.
    steps = np.diff(verdicts, prepend=0) / verdicts[-1]
    samples = bootstrap_weights(len(difference), N_RESAMPLES, seed) @ (difference @ steps)
    low, high = np.quantile(samples, [0.025, 0.975])
    return MeanGain(float((difference @ steps).mean()), float(low), float(high), int(verdicts[-1]))


def mean_gain_words(name: str, yardstick: str, found: MeanGain, measure: str) -> str:
    """Return a sentence that says which strategy is right more often on average, and how sure that is."""
    points = [f"{100 * value:+.1f}" for value in (found.gain, found.low, found.high)]
    is_clear = found.low > 0 or found.high < 0
    return (
        f"Averaged over up to {found.budget:,} verdicts, the share of replays in which `{name}` is {measure} "
        f"differs from `{yardstick}`'s by {points[0]} points (95 % interval {points[1]} to {points[2]}), "
        f"{'a clear' if is_clear else 'no clear'} difference."
    )


def _right_differences(own: Result, yardstick: Result, within: float) -> tuple[FloatArray, IntArray]:
    """Return (n, n_common) differences of right answers, 1 or 0, and the common numbers of verdicts."""
    n = min(len(own[1]), len(yardstick[1]))
    common, ours, theirs = np.intersect1d(own[0].verdicts, yardstick[0].verdicts, return_indices=True)
    right = [
        (stack_traces(traces[:n], "gaps")[:, at] <= within + TOLERANCE).astype(np.float64)
        for traces, at in ((own[1], ours), (yardstick[1], theirs))
    ]
    return right[0] - right[1], common
