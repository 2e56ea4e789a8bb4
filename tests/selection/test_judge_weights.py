"""Measured weak judges."""

import numpy as np
import pytest

from annotation.selection import (
    MISSING,
    SelectionProblem,
    judge_agreements,
    make_strategy,
    measured_weights,
)
from tests.selection.worlds import make_table, play


def judged_problem(table, rng):
    """Three judges: always right, random, always wrong the other way round."""
    weak = np.ones((*table.shape, 3), dtype=np.int8)
    weak[..., 0] = table
    weak[..., 1] = rng.integers(0, 3, table.shape)
    weak[..., 2] = 2 - table
    baseline = np.ones((len(table), 1, 3), dtype=np.int8)
    return SelectionProblem(np.ones(table.shape, dtype=np.bool_), np.concatenate([weak, baseline], axis=1))


class TestAgreement:
    def test_kappa_by_hand(self):
        # Verdicts LLWW, judge LWWW: agreement 3/4, chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2, kappa 1/2.
        weak = np.array([[0], [2], [2], [2]], dtype=np.int8)[:, :, None]
        weak = np.concatenate([weak, np.ones_like(weak)], axis=1)
        problem = SelectionProblem(np.ones((4, 1), dtype=np.bool_), weak)
        verdicts = np.array([[0], [0], [2], [2]], dtype=np.int8)
        assert judge_agreements(problem, verdicts) == pytest.approx([0.5])

    def test_right_random_and_wrong(self, rng):
        table = make_table(80, 5)
        kappas = judge_agreements(judged_problem(table, rng), table)
        assert kappas[0] == pytest.approx(1.0)
        assert abs(kappas[1]) < 0.15
        assert kappas[2] < -0.2

    def test_nothing_told(self, rng):
        table = make_table(5, 3)
        problem = judged_problem(table, rng)
        assert judge_agreements(problem, np.full_like(table, MISSING)).tolist() == [0, 0, 0]
        assert measured_weights(problem, np.full_like(table, MISSING)).tolist() == [1, 1, 1]

    def test_no_judges(self):
        problem = SelectionProblem(np.ones((2, 2), dtype=np.bool_))
        assert len(measured_weights(problem, np.zeros((2, 2), dtype=np.int8))) == 0


class TestWeights:
    def test_shrink_to_equal_with_few_verdicts(self, rng):
        table = make_table(80, 5)
        problem = judged_problem(table, rng)
        few, many = table.copy(), table
        few[2:] = MISSING
        assert measured_weights(problem, many)[0] > measured_weights(problem, few)[0] > 1
        assert measured_weights(problem, many).mean() == pytest.approx(1.0)
        assert measured_weights(problem, many)[2] < 0.2

    @pytest.mark.parametrize("name", ["llm_selector", "llm_selector_query"])
    def test_change_what_is_asked(self, name, rng):
        table = make_table(40, 4)
        problem = judged_problem(table, rng)
        paths = [
            play(make_strategy(name, problem, seed=1, params={"judges": judges}), table, budget=60)
            for judges in ("uniform", "measured")
        ]
        assert paths[0] != paths[1]
