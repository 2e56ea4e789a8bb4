"""Whether claims hold: stops at a target probability, and win-rate intervals against the truth."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from annotation.selection.stopping import has_held
from annotation.simulation.metrics import TOLERANCE, wilson_interval
from annotation.simulation.replay import ReplaySettings, Trace
from annotation.simulation.tables import FloatArray

TARGETS = (0.8, 0.9, 0.95, 0.99)
BINS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclasses.dataclass(frozen=True)
class StopResult:
    """What happened when every replay stopped as soon as its claim had held at a target.

    Attributes
    ----------
    target, within
        Claimed probability, and the gap that counts as right (0: exactly the best).
    n_realizations, n_stopped
        Replays, and those that stopped before their pool or budget ended.
    n_right, share, low, high
        Stopped replays that were right, their share, and its 95 % Wilson interval; NaN when none stopped.
    mean_claim
        Mean probability claimed at the stop; what the share is to be compared with.
    median_verdicts
        Of the stopped replays; NaN when none stopped.
    """

    target: float
    within: float
    n_realizations: int
    n_stopped: int
    n_right: int
    share: float
    low: float
    high: float
    mean_claim: float
    median_verdicts: float


def stop_at_target(
    settings: ReplaySettings, traces: Sequence[Trace], target: float, within: float
) -> StopResult:
    """Stop each replay where studies close, and look whether the answer was right.

    That is the first estimate at which the claim has held, see ``selection.stopping.has_held``. Every
    estimate is looked at, as a study does after each verdict, so this measures the claim as it is used.

    Parameters
    ----------
    settings
        Whose ``has_estimate`` says where the claims were recorded.
    traces
        One per realization.
    target
        Probability to reach.
    within
        0 uses the probability of being best; above 0 that of being near the best, which was recorded for
        the strategy's own ``delta``: pass the same value.
    """
    name = "p_near" if within > 0 else "p_best"
    stops: list[tuple[float, bool, int]] = []
    for trace in traces:
        looks = np.flatnonzero(settings.has_estimate & (settings.verdicts < trace.n_askable))
        held = looks[has_held(settings.verdicts[looks], getattr(trace, name)[looks], target)]
        if held.size:
            at = int(held[0])
            is_right = bool(trace.gaps[at] <= within + TOLERANCE)
            stops.append((float(getattr(trace, name)[at]), is_right, int(settings.verdicts[at])))
    n_right = sum(is_right for _, is_right, _ in stops)
    low, high = wilson_interval(n_right, len(stops))
    return StopResult(
        target=target,
        within=within,
        n_realizations=len(traces),
        n_stopped=len(stops),
        n_right=n_right,
        share=n_right / len(stops) if stops else float("nan"),
        low=low,
        high=high,
        mean_claim=float(np.mean([claim for claim, _, _ in stops])) if stops else float("nan"),
        median_verdicts=float(np.median([n for _, _, n in stops])) if stops else float("nan"),
    )


@dataclasses.dataclass(frozen=True)
class Reliability:
    """Claims pooled into bins: mean claim, share right and number of claims per bin that has any."""

    claims: FloatArray
    shares: FloatArray
    counts: FloatArray


def reliability(settings: ReplaySettings, traces: Sequence[Trace], within: float) -> Reliability:
    """Compare all recorded claims with the truth, bin by bin.

    Parameters
    ----------
    settings, traces, within
        As in :func:`stop_at_target`.

    Notes
    -----
    Claims of one replay depend on each other: the counts are no sample size.
    """
    name = "p_near" if within > 0 else "p_best"
    marked = settings.has_estimate
    kept = [marked & (settings.verdicts < trace.n_askable) for trace in traces]
    claims = np.concatenate([getattr(t, name)[k] for t, k in zip(traces, kept, strict=True)])
    right = np.concatenate([t.gaps[k] <= within + TOLERANCE for t, k in zip(traces, kept, strict=True)])
    place = np.clip(np.searchsorted(BINS, claims, side="right") - 1, 0, len(BINS) - 2)
    counts = np.bincount(place, minlength=len(BINS) - 1).astype(np.float64)
    used = counts > 0
    sums = np.bincount(place, weights=claims, minlength=counts.size)
    hits = np.bincount(place, weights=right, minlength=counts.size)
    return Reliability(sums[used] / counts[used], hits[used] / counts[used], counts[used])


@dataclasses.dataclass(frozen=True)
class Coverage:
    """Mean share of candidates whose pool win rate lies in its 90 % interval, with a bootstrap interval."""

    share_of_pool: float
    verdicts: int
    coverage: float
    low: float
    high: float
    width: float


def coverage_at(
    settings: ReplaySettings, traces: Sequence[Trace], share: float, weights: FloatArray
) -> Coverage:
    """Return the coverage of the win-rate intervals at a share of the pool.

    Parameters
    ----------
    settings, traces
        As in :func:`stop_at_target`.
    share
        Of the verdicts that the pool can give; the nearest estimate is taken.
    weights
        From :func:`annotation.simulation.metrics.bootstrap_weights`.
    """
    marked = np.flatnonzero(settings.has_estimate)
    wanted = share * float(np.mean([trace.n_askable for trace in traces]))
    at = int(marked[np.argmin(np.abs(settings.verdicts[marked] - wanted))])
    covered = np.array([trace.coverage[at] for trace in traces])
    low, high = np.quantile(weights @ covered, [0.025, 0.975])
    return Coverage(
        share_of_pool=share,
        verdicts=int(settings.verdicts[at]),
        coverage=float(covered.mean()),
        low=float(low),
        high=float(high),
        width=float(np.mean([trace.width[at] for trace in traces])),
    )
