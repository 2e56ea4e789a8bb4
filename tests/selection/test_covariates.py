"""What is known of candidates beforehand."""

from dataclasses import replace

import numpy as np
import pytest

from annotation.selection import MISSING, Outcome, SelectionProblem
from annotation.selection.covariates import relation_of_candidates

PROBLEM = SelectionProblem(np.ones((6, 4), dtype=np.bool_))


class TestRelation:
    def test_nothing_known_is_no_relation(self):
        assert relation_of_candidates(PROBLEM) is None

    def test_what_is_the_same_for_all_is_no_relation(self):
        assert relation_of_candidates(replace(PROBLEM, log_length_ratio=np.full((6, 4), 0.3))) is None

    def test_two_candidates_are_too_few(self):
        problem = SelectionProblem(np.ones((6, 2), dtype=np.bool_), log_length_ratio=np.ones((6, 2)) * [0, 1])
        assert relation_of_candidates(problem) is None

    def test_lengths_relate_candidates_of_like_lengths(self):
        ratio = np.tile(np.log([0.25, 0.25, 3.0, 3.0]), (6, 1))
        relation = relation_of_candidates(replace(PROBLEM, log_length_ratio=ratio))
        side = np.array([-1.0, -1.0, 1.0, 1.0])
        assert relation == pytest.approx(np.outer(side, side))

    def test_weak_judges_and_lengths_count_alike(self):
        weak = np.full((6, 5, 3), Outcome.DRAW, dtype=np.int8)
        weak[:, 0], weak[:, 1] = Outcome.WIN, Outcome.LOSS
        ratio = np.tile([0.0, 0.0, 1.0, -1.0], (6, 1))
        relation = relation_of_candidates(replace(PROBLEM, weak_outcomes=weak, log_length_ratio=ratio))
        by_judges, by_length = (np.sqrt(2) * np.array(x) for x in ([1, -1, 0, 0], [0, 0, 1, -1]))
        expected = (np.outer(by_judges, by_judges) + np.outer(by_length, by_length)) / 2
        assert relation == pytest.approx(expected)

    def test_what_is_missing_or_never_asked_does_not_count(self):
        rng = np.random.default_rng(3)
        weak = rng.integers(0, 3, (6, 5, 2)).astype(np.int8)
        ratio = rng.standard_normal((6, 4))
        is_askable = np.ones((6, 4), dtype=np.bool_)
        is_askable[5, 0] = is_askable[4, 2] = False
        problem = SelectionProblem(is_askable, weak_outcomes=weak, log_length_ratio=ratio)
        before = relation_of_candidates(problem)
        other, otherwise = weak.copy(), ratio.copy()
        other[5, 0], other[4, 2] = MISSING, Outcome.WIN
        otherwise[5, 0], otherwise[4, 2] = np.nan, 50.0
        after = relation_of_candidates(replace(problem, weak_outcomes=other, log_length_ratio=otherwise))
        assert after == pytest.approx(before)
        assert np.isfinite(before).all()

    def test_a_candidate_of_which_nothing_is_known_is_of_the_middle(self):
        ratio = np.tile([np.nan, 0.2, 0.4, 0.9], (6, 1))
        relation = relation_of_candidates(replace(PROBLEM, log_length_ratio=ratio))
        assert relation[0] == pytest.approx(np.zeros(4))
