"""Efficiency and deficits, counted by hand."""

import numpy as np
import pytest

from annotation.simulation.experiments.comparison import (
    deficit,
    deficit_words,
    efficiency,
    efficiency_words,
    mean_gain,
    mean_gain_words,
)
from annotation.simulation.replay import ReplaySettings, Trace


def make_result(first_right, *, n=10, verdicts=None):
    """One trace per entry of ``first_right``: wrong by 0.3 before that checkpoint, right from it on."""
    verdicts = np.arange(1, n + 1) if verdicts is None else verdicts
    size = verdicts.size
    zeros, counts = np.zeros(size), np.zeros(size, dtype=np.int64)
    traces = [
        Trace(counts, counts, np.where(verdicts >= at, 0.0, 0.3), *[zeros] * 4, n, n, 99, 0.0, 0.0, 0.0)
        for at in first_right
    ]
    return ReplaySettings("random", verdicts, np.ones(size, np.bool_)), traces


def test_the_ratio_is_that_of_the_verdicts():
    found = efficiency(make_result([2] * 5), make_result([8] * 5), 0.0, seed=0)
    assert (found.ratio, found.low, found.high) == (4.0, 4.0, 4.0)
    assert found.cell == "4.0 (4.0 to 4.0)"
    words = efficiency_words("a", "b", found, "exactly the best")
    assert words.endswith("4.0 times fewer verdicts (95 % interval 4.0 to 4.0), a clear difference.")


def test_pools_are_paired():
    """Each takes twice as long as the other on every pool: the ratio does not vary though verdicts do."""
    found = efficiency(make_result([1, 2, 3, 4, 5]), make_result([2, 4, 6, 8, 10]), 0.0, seed=0)
    assert (found.low, found.high) == (2.0, 2.0)


def test_only_common_realizations_count():
    found = efficiency(make_result([3, 3, 9]), make_result([6, 6]), 0.0, seed=0)
    assert found.ratio == 2.0


def test_what_is_not_reached_has_no_ratio():
    never = make_result([99] * 4)
    found = efficiency(never, make_result([5] * 4), 0.0, seed=0)
    assert (found.ratio, found.low, found.high, found.cell) == (None, 0.0, 0.0, None)
    assert "does not reach 90 %" in efficiency_words("a", "b", found, "exactly the best")
    assert efficiency(make_result([5] * 4), never, 0.0, seed=0).high == np.inf


def test_more_verdicts_are_said():
    found = efficiency(make_result([8] * 5), make_result([2] * 5), 0.0, seed=0)
    words = efficiency_words("a", "b", found, "exactly the best")
    assert words.endswith("4.0 times more verdicts (95 % interval 4.0 to 4.0), a clear difference.")
    same = efficiency(make_result([2, 8]), make_result([8, 2]), 0.0, seed=0)
    assert "no clear difference" in efficiency_words("a", "b", same, "exactly the best")


def test_a_deficit_is_where_the_other_is_right_earlier():
    found = deficit(make_result([6] * 8), make_result([3] * 8), 0.0, seed=0)
    # Behind after 3, 4 and 5 verdicts, by every replay.
    assert (found.n_worse, found.n_points, found.largest, found.verdicts) == (3, 10, 1.0, 3)
    assert "100 points of replays, after 3 verdicts" in deficit_words("a", "b", found, "right")


def test_without_a_deficit():
    found = deficit(make_result([3] * 8), make_result([3] * 8), 0.0, seed=0)
    assert found.n_worse == 0
    assert deficit_words("a", "b", found, "right").startswith("After no number of verdicts")


def test_only_common_checkpoints_are_compared():
    other = make_result([3] * 4, verdicts=np.array([2, 4, 20]))
    assert deficit(make_result([5] * 4), other, 0.0, seed=0).n_points == 2


@pytest.mark.parametrize("within", [0.0, 0.29, 0.3])
def test_the_allowed_gap_decides(within):
    found = efficiency(make_result([4] * 3), make_result([8] * 3), within, seed=0)
    assert found.ratio == (1.0 if within == 0.3 else 2.0)


def test_the_mean_gain_counts_verdicts_not_checkpoints():
    verdicts = np.array([1, 2, 10])
    own, other = (make_result(at, verdicts=verdicts) for at in ([3] * 4, [99] * 4))
    found = mean_gain(own, other, 0.0, seed=0)
    # Right from the third checkpoint on, which stands for 8 of 10 verdicts.
    assert (found.gain, found.low, found.high, found.budget) == pytest.approx((0.8, 0.8, 0.8, 10))
    words = mean_gain_words("a", "b", found, "right")
    assert "+80.0 points (95 % interval +80.0 to +80.0), a clear difference" in words
    same = mean_gain(own, own, 0.0, seed=0)
    assert "no clear difference" in mean_gain_words("a", "a", same, "right")
