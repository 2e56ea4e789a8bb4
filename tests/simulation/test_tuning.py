"""Tuning on weak judges."""

import dataclasses

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.simulation.run import ReplayPlan
from annotation.simulation.synthetic import synthetic_table
from annotation.simulation.tuning import majority_outcomes, score_noise, weak_oracles

PLAN = ReplayPlan(("random",), n_realizations=3, pool=8, budget=16, processes=0)


@pytest.fixture
def table():
    return synthetic_table("item-response", 3, n_queries=12, n_candidates=4)


def test_majority_by_hand():
    votes = [[2, 2, 0], [2, 1, 1], [0, 2, 1], [0, 2, -1], [-1, -1, -1], [1, 1, 1]]
    weak = np.array([votes], dtype=np.int8)
    assert majority_outcomes(weak).tolist() == [[2, 1, 1, 0, -1]]


def test_oracles(table):
    (majority,) = weak_oracles(table)
    assert np.array_equal(majority.outcomes, majority_outcomes(table.weak_outcomes))
    each = weak_oracles(table, "each")
    assert [t.outcomes.tolist() for t in each] == [table.weak_outcomes[:, :-1, z].tolist() for z in range(4)]
    with pytest.raises(InvalidValueError, match="'best'; allowed are majority, each"):
        weak_oracles(table, "best")
    with pytest.raises(InvalidValueError, match="no weak judges"):
        weak_oracles(dataclasses.replace(table, weak_outcomes=None))


def test_a_strategy_without_noise_scores_alike_and_keeps_the_default(table, tmp_path):
    grid = score_noise([table], "random", PLAN, tmp_path, losses=(0.1, 0.2, 0.6), draws=(0.4, 0.5))
    assert np.isnan(grid.scores[2]).all()
    assert len(set(grid.scores[:2].ravel())) == 1
    assert (grid.chosen.loss, grid.chosen.draw, grid.distance) == (0.2, 0.4, 0.0)


def test_the_grid_depends_on_noise_and_resumes(table, tmp_path):
    def score():
        return score_noise([table], "llm_selector", PLAN, tmp_path, losses=(0.05, 0.45), draws=(0.05, 0.5))

    first = score()
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    again = score()
    assert np.array_equal(first.scores, again.scores)
    assert files == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert first.scores[(first.losses.index(first.chosen.loss), first.draws.index(first.chosen.draw))] == (
        first.scores.max()
    )
