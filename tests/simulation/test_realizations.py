"""Which queries a realization draws, and when answers are recorded."""

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.simulation.realizations import checkpoint_grid, draw_realization


def test_a_draw_depends_on_seed_and_number_only():
    first = draw_realization(7, 3, 20, (50, 6))
    again = draw_realization(7, 3, 20, (50, 6))
    assert np.array_equal(first.queries, again.queries)
    assert first.seed == again.seed
    assert np.array_equal(first.candidates, again.candidates)
    others = [draw_realization(8, 3, 20, (50, 6)), draw_realization(7, 4, 20, (50, 6))]
    assert all(not np.array_equal(first.queries, other.queries) for other in others)
    assert all(first.seed != other.seed for other in others)


def test_a_draw_equals_numpys_own_spawning():
    own = np.random.SeedSequence(11).spawn(5)[4].spawn(3)
    expected = np.sort(np.random.default_rng(own[0]).choice(30, size=10, replace=False))
    drawn = draw_realization(11, 4, 10, (30, 6))
    assert np.array_equal(drawn.queries, expected)
    assert drawn.seed == int(own[1].generate_state(1)[0])
    assert sorted(drawn.candidates) == list(range(6))


def test_queries_are_drawn_without_replacement_and_evenly():
    counts = np.zeros(12)
    for index in range(600):
        queries = draw_realization(0, index, 4, (12, 2)).queries
        assert len(set(queries)) == 4
        counts[queries] += 1
    # Each query is in a pool with probability 1/3: mean 200, standard deviation 11.5.
    assert counts.min() > 200 - 5 * 11.5
    assert counts.max() < 200 + 5 * 11.5


@pytest.mark.parametrize(("pool", "index"), [(0, 0), (13, 0), (5, -1)])
def test_impossible_draws_are_refused(pool, index):
    with pytest.raises(InvalidValueError, match="allowed are"):
        draw_realization(0, index, pool, (12, 2))


def test_small_budgets_are_recorded_after_every_verdict():
    assert checkpoint_grid(4).tolist() == [1, 2, 3, 4]
    assert checkpoint_grid(1).tolist() == [1]
    assert checkpoint_grid(500).size == 500


def test_a_given_step_ends_at_the_budget():
    assert checkpoint_grid(10, every=4).tolist() == [4, 8, 10]
    assert checkpoint_grid(8, every=4).tolist() == [4, 8]


@pytest.mark.parametrize("budget", [501, 3000, 21200])
def test_large_budgets_are_recorded_in_steps_of_one_per_cent(budget):
    grid = checkpoint_grid(budget)
    assert grid[-1] == budget
    assert np.all(np.diff(grid) > 0)
    assert np.all(np.diff(grid) <= np.maximum(1, 0.01 * grid[:-1] + 1))
    assert grid.size < 700


@pytest.mark.parametrize(("budget", "every"), [(0, 0), (5, -1)])
def test_impossible_grids_are_refused(budget, every):
    with pytest.raises(InvalidValueError, match="allowed are"):
        checkpoint_grid(budget, every)
