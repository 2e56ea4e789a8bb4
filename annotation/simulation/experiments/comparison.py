"""How many times fewer verdicts one strategy needs than another, with an interval and in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from annotation.simulation.metrics import bootstrap_weights, threshold_samples, verdicts_to_level
from annotation.simulation.metrics import success_curve as success
from annotation.simulation.pages import Cell
from annotation.simulation.replay import ReplaySettings, Trace
from annotation.simulation.summary import N_RESAMPLES, stack_traces

Result = tuple[ReplaySettings, list[Trace]]
MEASURES = {
    "exactly the best": 0.0,
    "within one point": 0.01,
    "within two points": 0.02,
    "within five points": 0.05,
}


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
    if found.ratio is None:
        return (
            f"`{name}` against `{yardstick}`, {measure}: at least one does not reach 90 % within the budget."
        )
    if found.low > 1:
        judged = "clearly fewer"
    elif found.high < 1:
        judged = "clearly more"
    else:
        judged = "no clear difference"
    return f"`{name}` against `{yardstick}`, {measure}: {found.cell} times fewer verdicts, {judged}."


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
    n = min(len(own[1]), len(yardstick[1]))
    common, ours, theirs = np.intersect1d(own[0].verdicts, yardstick[0].verdicts, return_indices=True)
    right = [
        (stack_traces(traces[:n], "gaps")[:, at] <= within + 1e-9).astype(np.float64)
        for traces, at in ((own[1], ours), (yardstick[1], theirs))
    ]
    difference = right[0] - right[1]
    high = np.quantile(bootstrap_weights(n, N_RESAMPLES, seed) @ difference, 0.975, axis=0)
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
