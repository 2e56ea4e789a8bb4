"""LLM Selector's two grains."""

import numpy as np
import pytest

from annotation.selection import (
    NoiseModel,
    Outcome,
    SelectionProblem,
    expected_entropy,
    make_strategy,
    update_posterior,
)
from tests.selection.worlds import make_problem, make_table, play


def paper_posterior(table, noise):
    """Query by query with the baseline's draw, straight from the definition."""
    log_posterior = np.log(np.full(table.shape[1] + 1, 1 / (table.shape[1] + 1)))
    for row in table:
        log_posterior = update_posterior(log_posterior, np.append(row, Outcome.DRAW).astype(np.int8), noise)
    return log_posterior


@pytest.mark.parametrize("name", ["llm_selector", "llm_selector_query"])
class TestPosterior:
    def test_complete_queries_give_the_paper_s(self, name):
        table = make_table(7, 4)
        strategy = make_strategy(name, make_problem(table), seed=1)
        play(strategy, table)
        expected = paper_posterior(table, NoiseModel())
        assert strategy.estimate().log_posterior == pytest.approx(expected, abs=1e-12)

    def test_two_copies_stay_equal(self, name):
        table = make_table(6, 3)
        table = np.column_stack([table, table[:, 1]])
        strategy = make_strategy(name, make_problem(table), seed=1)
        for query in range(4):
            strategy.tell_many([query] * 4, range(4), table[query])
            log_posterior = strategy.estimate().log_posterior
            assert log_posterior[1] == log_posterior[3]

    def test_entropy_falls_to_that_of_the_posterior(self, name):
        strategy = make_strategy(name, make_problem(make_table(4, 3)), seed=1)
        assert strategy.estimate().entropy == pytest.approx(np.log(4))


class TestWholeQueries:
    def test_finishes_a_query_before_the_next(self):
        table = make_table(6, 4)
        path = play(make_strategy("llm_selector_query", make_problem(table), seed=1), table)
        queries = [q for q, _ in path]
        assert queries == [q for q in dict.fromkeys(queries) for _ in range(4)]

    def test_begins_with_the_smallest_expected_entropy(self):
        problem = make_problem(make_table(12, 4))
        first = make_strategy("llm_selector_query", problem, seed=1).ask()[0]
        uniform = np.log(np.full(5, 0.2))
        expected = expected_entropy(uniform, problem.weak_outcomes, NoiseModel())
        assert expected[first.query] == expected.min()
        assert first.expected_entropy == pytest.approx(expected.min())

    def test_answers_by_raw_win_rate_of_complete_queries(self):
        strategy = make_strategy(
            "llm_selector_query", SelectionProblem(np.ones((4, 2), dtype=np.bool_)), seed=1
        )
        strategy.tell_many([0, 0, 1, 2], [0, 1, 0, 0], [2, 1, 0, 0])
        assert strategy.recommend() == 0
        strategy.tell(1, 1, Outcome.WIN)
        assert strategy.recommend() == 1

    def test_the_baseline_can_be_the_answer(self):
        table = np.zeros((4, 3), dtype=np.int8)
        strategy = make_strategy("llm_selector_query", make_problem(table), seed=1)
        play(strategy, table, budget=3)
        assert strategy.recommend() == 3


class TestSingleComparisons:
    def test_suggests_the_smallest_entropy_by_brute_force(self):
        problem = make_problem(make_table(5, 3))
        strategy = make_strategy("llm_selector", problem, seed=1)
        strategy.tell(0, 2, Outcome.WIN)
        log_posterior = strategy.estimate().log_posterior
        rates = np.exp(NoiseModel().log_likelihood)
        expected = {}
        for q, c in np.argwhere(strategy.is_free):
            votes = 1 + np.bincount(problem.weak_outcomes[q, c], minlength=3)
            is_best = np.exp(log_posterior[c])
            probability = is_best * rates + (1 - is_best) * votes / votes.sum()
            expected[q, c] = 0.0
            for outcome in Outcome:
                told = np.full(4, -1, dtype=np.int8)
                told[c] = outcome
                p = np.exp(update_posterior(log_posterior, told, NoiseModel()))
                expected[q, c] -= probability[outcome] * (p * np.log(p)).sum()
        suggestion = strategy.ask()[0]
        assert suggestion.expected_entropy == pytest.approx(min(expected.values()), abs=1e-11)
        assert expected[suggestion.query, suggestion.candidate] == pytest.approx(min(expected.values()))

    def test_a_batch_supposes_its_own_outcomes(self):
        table = np.full((20, 4), Outcome.LOSS, dtype=np.int8)
        strategy = make_strategy("llm_selector", make_problem(table, n_judges=9), seed=1)
        assert len({s.candidate for s in strategy.ask(8)}) > 1
