"""Strategies of labelled studies, against hand computation and brute force."""

import numpy as np
import pytest

from annotation.selection import Outcome, SelectionProblem, make_strategy
from annotation.selection.labelled import is_right
from tests.selection.worlds import play

# Three candidates and the baseline (last) on four queries with the labels 0, 1, 2; -1 gave no answer.
PREDICTIONS = np.array([[0, 1, 0, 0], [1, 1, 0, 2], [2, 2, 2, 2], [0, 1, -1, 2]])
TRUTH = np.array([0, 1, 2, 1])


def outcomes_of(predictions, truth):
    right = (predictions == truth[:, None]).astype(int)
    return (1 + right[:, :-1] - right[:, -1:]).astype(np.int8)


OUTCOMES = outcomes_of(PREDICTIONS, TRUTH)


def make_problem():
    return SelectionProblem(np.ones((4, 3), dtype=np.bool_), predictions=PREDICTIONS)


class TestIsRight:
    def test_recovers_who_was_right_where_it_tells_candidates_apart(self):
        expected = TRUTH[:, None] == PREDICTIONS
        expected[2] = False  # all right: the same factor for all
        assert (is_right(OUTCOMES) == expected).all()


class TestModelSelector:
    def test_posterior_by_hand(self):
        strategy = make_strategy("model_selector", make_problem(), seed=1, params={"error_rate": 0.25})
        strategy.tell_many([0, 0, 0], [0, 1, 2], OUTCOMES[0])
        # gamma = 3: entries 0, 2 and the baseline were right: 3, 1, 3, 3 of 10.
        assert np.exp(strategy.estimate().log_posterior) == pytest.approx([0.3, 0.1, 0.3, 0.3])

    def test_expected_entropy_by_brute_force(self):
        strategy = make_strategy("model_selector", make_problem(), seed=1, params={"error_rate": 0.25})
        strategy.tell_many([0, 0, 0], [0, 1, 2], OUTCOMES[0])
        p = np.array([0.3, 0.1, 0.3, 0.3])
        expected = {}
        for query in (1, 2, 3):
            entropies = []
            for label in range(3):
                after = p * np.where(PREDICTIONS[query] == label, 3.0, 1.0)
                after /= after.sum()
                entropies.append(-(after * np.log(after)).sum())
            expected[query] = np.mean(entropies)
        suggestion = strategy.ask()[0]
        assert suggestion.query == min(expected, key=expected.get)
        assert suggestion.expected_entropy == pytest.approx(min(expected.values()), abs=1e-12)

    def test_an_unfinished_query_changes_nothing(self):
        strategy = make_strategy("model_selector", make_problem(), seed=1)
        strategy.tell(0, 0, Outcome.DRAW)
        assert np.exp(strategy.estimate().log_posterior) == pytest.approx(np.full(4, 0.25))


class TestSelectLLM:
    def test_posterior_by_hand(self):
        strategy = make_strategy("select_llm", make_problem(), seed=1, params={"temperature": 1 / np.log(2)})
        strategy.tell_many([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], OUTCOMES[:2].ravel())
        # Right answers 2, 1, 1, 1, a factor of 2 each.
        assert np.exp(strategy.estimate().log_posterior) == pytest.approx([0.4, 0.2, 0.2, 0.2])

    def test_asks_where_the_posterior_is_divided_most(self):
        # Squared masses at the start: 10/16, 6/16, 1, 3/16 (no answer votes for nothing).
        strategy = make_strategy("select_llm", make_problem(), seed=1)
        suggestion = strategy.ask()[0]
        assert suggestion.query == 3
        assert suggestion.score == pytest.approx(-3 / 16)


@pytest.mark.parametrize("name", ["model_selector", "select_llm"])
def test_finds_the_best_of_a_labelled_pool(name, rng):
    truth = rng.integers(0, 4, 60)
    accuracy = np.array([0.4, 0.55, 0.9, 0.5])
    wrong = (truth[:, None] + rng.integers(1, 4, (60, 4))) % 4
    predictions = np.where(rng.random((60, 4)) < accuracy, truth[:, None], wrong)
    problem = SelectionProblem(np.ones((60, 3), dtype=np.bool_), predictions=predictions)
    strategy = make_strategy(name, problem, seed=1)
    play(strategy, outcomes_of(predictions, truth), budget=60)
    assert strategy.recommend() == 2
    assert np.argmax(strategy.estimate().log_posterior) == 2
