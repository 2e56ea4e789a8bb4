"""Outcome tables: win rates by hand, missing cells, refusals."""

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.simulation.tables import OutcomeTable, gaps_to_best, pool_win_rates


def make_table(outcomes, **more):
    outcomes = np.array(outcomes, dtype=np.int8)
    n, m = outcomes.shape
    ids = tuple(f"q{i}" for i in range(n))
    return OutcomeTable("hand", "", ids, tuple(f"c{j}" for j in range(m)), "base", outcomes, **more)


def test_win_rates_count_draws_as_half_and_skip_missing_cells():
    outcomes = np.array([[2, 0, -1], [1, 0, -1], [-1, 1, -1]], dtype=np.int8)
    rates = pool_win_rates(outcomes)
    assert rates[0] == pytest.approx((1 + 0.5) / 2)
    assert rates[1] == pytest.approx(0.5 / 3)
    assert np.isnan(rates[2])
    assert rates[3] == 0.5


def test_gaps_count_the_baseline_and_ties():
    outcomes = np.array([[0, 1, -1], [0, 1, -1]], dtype=np.int8)
    assert gaps_to_best(outcomes).tolist() == [0.5, 0.0, 1.0, 0.0]


def test_take_keeps_all_axes_together():
    weak = np.arange(3 * 3 * 2, dtype=np.int8).reshape(3, 3, 2) % 3
    table = make_table([[0, 1], [2, -1], [1, 1]], weak_outcomes=weak, categories=("a", "b", "c"))
    part = table.take(np.array([2, 0]))
    assert part.query_ids == ("q2", "q0")
    assert part.categories == ("c", "a")
    assert part.outcomes.tolist() == [[1, 1], [0, 1]]
    assert np.array_equal(part.weak_outcomes, weak[[2, 0]])
    assert part.labels is None


def test_reorder_keeps_the_baseline_last():
    weak = np.arange(2 * 4 * 1, dtype=np.int8).reshape(2, 4, 1) % 3
    choices = np.arange(8).reshape(2, 4)
    scores = np.arange(6.0).reshape(2, 3, 1)
    table = make_table([[0, 1, 2], [2, -1, 0]], weak_outcomes=weak, weak_scores=scores, choices=choices)
    moved = table.reorder(np.array([2, 0, 1]))
    assert moved.candidates == ("c2", "c0", "c1")
    assert moved.outcomes.tolist() == [[2, 0, 1], [0, 2, -1]]
    assert np.array_equal(moved.weak_outcomes, weak[:, [2, 0, 1, 3]])
    assert np.array_equal(moved.weak_scores, scores[:, [2, 0, 1]])
    assert np.array_equal(moved.choices, choices[:, [2, 0, 1, 3]])


def test_digest_changes_with_one_outcome_and_not_with_a_copy():
    table = make_table([[0, 1], [2, -1]])
    assert table.digest() == make_table([[0, 1], [2, -1]]).digest()
    assert table.digest() != make_table([[0, 1], [2, 0]]).digest()


def test_arrays_are_frozen():
    table = make_table([[0, 1]])
    with pytest.raises(ValueError, match="read-only"):
        table.outcomes[0, 0] = 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcomes": np.zeros((2, 2), np.int8)}, r"\(2, 2\)"),
        ({"outcomes": np.full((1, 2), 3, np.int8)}, "allowed are -1, 0, 1, 2"),
        ({"weak_outcomes": np.zeros((1, 2, 4), np.int8)}, r"\(1, 2, 4\)"),
        ({"query_ids": (), "outcomes": np.zeros((0, 2), np.int8)}, "at least one query"),
    ],
)
def test_refusals_name_the_value(change, words):
    fields = {
        "name": "",
        "judge": "",
        "query_ids": ("q",),
        "candidates": ("a", "b"),
        "baseline": "base",
        "outcomes": np.zeros((1, 2), np.int8),
    }
    with pytest.raises(InvalidValueError, match=words):
        OutcomeTable(**(fields | change))
