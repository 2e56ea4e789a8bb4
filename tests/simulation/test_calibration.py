"""Stops and coverage, counted by hand."""

import numpy as np
import pytest

from annotation.simulation.calibration import coverage_at, reliability, stop_at_target
from annotation.simulation.metrics import wilson_interval
from annotation.simulation.replay import ReplaySettings, Trace

SETTINGS = ReplaySettings("random", np.array([1, 2, 3, 4]), np.array([True, True, False, True]))


def make_trace(p_best, gaps, *, n_askable=10, coverage=0.5):
    p_best = np.array(p_best, dtype=float)
    ints = np.zeros(4, dtype=np.int64)
    flat = np.full(4, coverage)
    return Trace(
        ints, ints, np.array(gaps), p_best, p_best + 0.05, flat, flat / 10, 4, 4, n_askable, 0.0, 0.0, 0.0
    )


TRACES = [
    make_trace([0.2, 0.9, np.nan, 0.5], [0.3, 0.0, 0.0, 0.2]),
    make_trace([0.85, 0.1, np.nan, 0.1], [0.02, 0.0, 0.0, 0.0]),
    make_trace([0.1, 0.2, np.nan, 0.79], [0.0, 0.0, 0.0, 0.0]),
]


# The first holds from 2 to 4 verdicts, the second from 1 to 2; the third never from one look to the next.
STOPPED = [
    make_trace([0.2, 0.9, np.nan, 0.85], [0.3, 0.0, 0.0, 0.01]),
    make_trace([0.85, 0.82, np.nan, 0.1], [0.02, 0.0, 0.0, 0.0]),
    make_trace([0.84, 0.2, np.nan, 0.8], [0.0, 0.0, 0.0, 0.0]),
]


def test_each_replay_stops_at_the_first_claim_that_held():
    stop = stop_at_target(SETTINGS, STOPPED, 0.8, within=0.0)
    assert (stop.n_realizations, stop.n_stopped, stop.n_right) == (3, 2, 1)
    assert stop.share == 0.5
    assert (stop.low, stop.high) == wilson_interval(1, 2)
    assert stop.mean_claim == pytest.approx((0.85 + 0.82) / 2)
    assert stop.median_verdicts == 3


def test_near_the_best_uses_its_own_claim_and_gap():
    stop = stop_at_target(SETTINGS, STOPPED, 0.88, within=0.02)
    # With 0.05 more, the first replay claims 0.95 and 0.90; the second 0.90 once.
    assert (stop.n_stopped, stop.n_right) == (1, 1)


def test_an_exhausted_pool_is_not_a_stop():
    certain = make_trace([0.1, 1.0, np.nan, 1.0], [0.3, 0.0, 0.0, 0.0], n_askable=4)
    goes_on = make_trace([0.1, 1.0, np.nan, 1.0], [0.3, 0.0, 0.0, 0.0])
    assert stop_at_target(SETTINGS, [certain, goes_on], 0.95, within=0.0).n_stopped == 1
    stop = stop_at_target(SETTINGS, [certain], 0.95, within=0.0)
    assert stop.n_stopped == 0
    assert np.isnan(stop.share)


def test_reliability_pools_claims_into_bins():
    found = reliability(SETTINGS, TRACES, within=0.0)
    # Below 0.2: 0.1 (wrong? no, right), 0.1, 0.1; the bins are [0, 0.2), [0.2, 0.4), ... [0.9, 0.95).
    assert found.counts.tolist() == [3, 2, 1, 1, 1, 1]
    assert found.claims.tolist() == pytest.approx([0.1, 0.2, 0.5, 0.79, 0.85, 0.9])
    assert found.shares.tolist() == pytest.approx([1.0, 0.5, 0.0, 1.0, 0.0, 1.0])


def test_coverage_is_taken_at_the_nearest_estimate():
    traces = [make_trace([0.1] * 4, [0.0] * 4, coverage=c) for c in (0.8, 1.0)]
    weights = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    found = coverage_at(SETTINGS, traces, 0.22, weights)
    assert found.verdicts == 2
    assert found.coverage == pytest.approx(0.9)
    assert 0.8 <= found.low <= found.high <= 1.0
    assert found.width == pytest.approx(0.09)
