"""Strategies by name, their parameters, the problem's checks."""

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.selection import (
    DEFAULT_STRATEGY,
    STRATEGIES,
    Parameter,
    SelectionProblem,
    learns_from_judges,
    list_near_copies,
    make_strategy,
    validate_params,
)
from annotation.selection.parameters import validate_against

ASKABLE = np.ones((4, 3), dtype=np.bool_)


class TestRegistry:
    def test_the_default_exists(self):
        assert DEFAULT_STRATEGY in STRATEGIES

    def test_unknown_names_are_refused_with_the_known_ones(self):
        with pytest.raises(InvalidValueError, match=r"'best', must be one of .*random, "):
            make_strategy("best", SelectionProblem(ASKABLE), seed=1)

    def test_defaults_are_filled_in(self):
        assert validate_params("random")["delta"] == 0.01
        assert validate_params("random", {"delta": 0})["delta"] == 0.0

    def test_near_copies_are_listed_closest_first(self, rng):
        table = rng.integers(0, 3, size=(60, 6)).astype(np.int8)
        table[:, 4] = table[:, 1]
        table[:, 3] = np.where(rng.random(60) < 0.8, table[:, 0], table[:, 3])
        problem = SelectionProblem(np.ones(table.shape, dtype=np.bool_))
        queries, candidates = np.nonzero(table >= 0)
        listed = {}
        for name in ("item_response", "random"):
            strategy = make_strategy(name, problem, seed=1)
            strategy.tell_many(queries, candidates, table[queries, candidates])
            listed[name] = list_near_copies(strategy)
        assert [pair[:2] for pair in listed["item_response"]] == [(1, 4), (0, 3)]
        assert listed["item_response"][0][2] > listed["item_response"][1][2] > 0.5
        assert listed["random"] == []

    def test_a_handful_of_equal_verdicts_makes_no_near_copies(self):
        problem = SelectionProblem(np.ones((12, 3), dtype=np.bool_))
        strategy = make_strategy("item_response", problem, seed=1)
        outcomes = np.column_stack([[2, 0] * 6, [2, 0] * 6, [0, 1, 2, 1] * 3])
        for query, row in enumerate(outcomes):
            strategy.tell_many(np.full(3, query), np.arange(3), row)
            n_found = len(list_near_copies(strategy))
            assert n_found == 0 or query >= 9
        assert n_found == 1

    @pytest.mark.parametrize("value", [-0.1, 0.6, "0.01", None, True, float("nan")])
    def test_bad_values_are_refused(self, value):
        with pytest.raises(InvalidValueError, match=r"delta: .*, must be a number from 0 to 0.5"):
            make_strategy("random", SelectionProblem(ASKABLE), seed=1, params={"delta": value})

    def test_unknown_parameters_are_refused(self):
        with pytest.raises(InvalidValueError, match=r"random: unknown parameter 'budget', allowed: delta"):
            validate_params("random", {"budget": 3})


class TestParameter:
    def test_words(self):
        rule = Parameter("rule", "a", "", choices=("a", "b"))
        assert validate_against([rule], {"rule": "b"}, owner="x") == {"rule": "b"}
        with pytest.raises(InvalidValueError, match="'c', must be one of a, b"):
            rule.validate("c")

    def test_truths(self):
        flag = Parameter("flag", True, "")
        assert flag.validate(False) is False
        with pytest.raises(InvalidValueError, match="must be true or false"):
            flag.validate(1)

    def test_whole_numbers(self):
        count = Parameter("count", 3, "", low=1, high=9)
        assert count.validate(4.0) == 4
        with pytest.raises(InvalidValueError, match="a whole number from 1 to 9"):
            count.validate(4.5)


class TestProblem:
    def test_counts(self):
        problem = SelectionProblem(ASKABLE)
        assert (problem.n_queries, problem.n_candidates, problem.n_entries) == (4, 3, 4)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"is_askable": np.ones(4, dtype=np.bool_)}, "is_askable"),
            ({"is_askable": np.ones((4, 3))}, "is_askable"),
            ({"is_askable": np.ones((4, 0), dtype=np.bool_)}, "n_candidates: 0"),
            (
                {"weak_outcomes": np.ones((4, 3, 2), dtype=np.int8)},
                r"weak_outcomes: shape \(4, 3, 2\), must be \(4, 4, any\)",
            ),
            ({"weak_outcomes": np.ones((4, 4, 2))}, "must be int8"),
            ({"weak_outcomes": np.full((4, 4, 2), 3, dtype=np.int8)}, "values from 3 to 3"),
            ({"weak_scores": np.ones((4, 4, 2))}, "weak_scores"),
            ({"log_length_ratio": np.ones((4, 4))}, "log_length_ratio"),
        ],
    )
    def test_refuses_what_does_not_fit(self, given, message):
        with pytest.raises(InvalidValueError, match=message):
            SelectionProblem(**{"is_askable": ASKABLE, **given})


@pytest.mark.parametrize(
    ("name", "learns"), [("item_response", True), ("llm_selector", False), ("random", False), ("gone", False)]
)
def test_which_strategies_learn_from_judges(name, learns):
    assert learns_from_judges(name) is learns
