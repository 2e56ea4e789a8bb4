"""Metrics against hand computation, brute force and scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.exceptions import InvalidValueError
from annotation.simulation import metrics

GAPS = np.array([[0.3, 0.01, 0.0], [0.0, 0.0, 0.0], [0.2, 0.02, 0.009], [0.05, 0.3, 0.0]])


def test_success_curves_by_hand():
    assert metrics.success_curve(GAPS).tolist() == [0.25, 0.25, 0.75]
    assert metrics.success_curve(GAPS, 0.01).tolist() == [0.25, 0.5, 1.0]
    assert metrics.success_curve(GAPS, 0.05).tolist() == [0.5, 0.75, 1.0]


def test_rounding_does_not_break_a_tie():
    assert metrics.success_curve(np.array([[(0.1 + 0.2) - 0.3]])).tolist() == [1.0]


def test_gap_percentile_is_over_replays():
    assert metrics.gap_percentile(GAPS, 50).tolist() == pytest.approx([0.125, 0.015, 0.0])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([0.5, 0.89, 0.9, 1.0]), min_size=1, max_size=12))
def test_first_to_stay_equals_the_plain_definition(values):
    curve = np.array(values)
    staying = [i for i in range(len(values)) if all(v >= 0.9 for v in values[i:])]
    assert metrics.first_to_stay(curve, 0.9) == (staying[0] if staying else None)


def test_a_lapse_starts_the_count_again():
    verdicts = np.array([10, 20, 30, 40])
    assert metrics.verdicts_to_level(verdicts, np.array([0.95, 0.8, 0.9, 0.91])) == 30
    assert metrics.verdicts_to_level(verdicts, np.array([1.0, 1.0, 1.0, 0.5])) is None


def test_bootstrap_weights_resample_whole_realizations():
    weights = metrics.bootstrap_weights(5, 4000, seed=1)
    assert weights.shape == (4000, 5)
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert weights.mean(axis=0) == pytest.approx(0.2, abs=0.01)
    assert np.array_equal(weights, metrics.bootstrap_weights(5, 4000, seed=1))
    # A resampled mean of n values has variance (their population variance) / n.
    values = np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    assert (weights @ values).var() == pytest.approx(0.24 / 5, rel=0.1)


def test_no_realization_cannot_be_resampled():
    with pytest.raises(InvalidValueError, match="at least one"):
        metrics.bootstrap_weights(0, 10, seed=1)


def test_success_interval_holds_the_curve_and_is_empty_without_doubt():
    weights = metrics.bootstrap_weights(4, 2000, seed=2)
    low, high = metrics.success_interval(GAPS, weights, 0.05)
    curve = metrics.success_curve(GAPS, 0.05)
    assert np.all(low <= curve)
    assert np.all(curve <= high)
    assert low[2] == high[2] == 1.0
    assert low[0] < high[0]


def test_threshold_interval_says_none_beyond_the_budget():
    verdicts = np.array([5, 10])
    gaps = np.array([[0.0, 0.0]] * 12 + [[1.0, 0.0]] * 2)
    weights = metrics.bootstrap_weights(14, 2000, seed=3)
    assert metrics.threshold_interval(verdicts, gaps, weights) == (5.0, 10.0)
    hopeless = np.ones((14, 2))
    assert metrics.threshold_interval(verdicts, hopeless, weights) == (None, None)


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (7, 10), (10, 10), (95, 100)])
def test_wilson_interval_equals_scipys(successes, n):
    from scipy.stats import binomtest

    expected = binomtest(successes, n).proportion_ci(method="wilson")
    low, high = metrics.wilson_interval(successes, n)
    assert low == pytest.approx(expected.low, abs=1e-6)
    assert high == pytest.approx(expected.high, abs=1e-6)


def test_wilson_interval_of_nothing_is_everything():
    assert metrics.wilson_interval(0, 0) == (0.0, 1.0)
