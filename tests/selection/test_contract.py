"""What every strategy must do, whatever it is."""

from dataclasses import fields, replace

import numpy as np
import pytest

from annotation.exceptions import ConflictError, InvalidValueError
from annotation.selection import MISSING, STRATEGIES, Outcome, SelectionProblem, make_strategy
from tests.selection.worlds import make_problem, make_table, play, win_rates


def assert_sound(estimate, problem):
    """Shapes, ranges, no NaN where none is allowed."""
    for field in fields(estimate):
        value = getattr(estimate, field.name)
        if isinstance(value, np.ndarray):
            assert value.shape == (problem.n_entries,), field.name
            if field.name != "raw_win_rate":
                assert not np.isnan(value).any(), field.name
    assert 0 <= estimate.best < problem.n_entries
    assert estimate.p_best.sum() == pytest.approx(1.0)
    assert np.exp(estimate.log_posterior).sum() == pytest.approx(1.0)
    assert (estimate.p_near_best >= estimate.p_best - 1e-9).all()
    assert (estimate.p_near_best <= 1 + 1e-9).all()
    assert (estimate.win_rate_low <= estimate.win_rate + 1e-12).all()
    assert (estimate.win_rate <= estimate.win_rate_high + 1e-12).all()
    assert (estimate.win_rate_low >= 0).all()
    assert (estimate.win_rate_high <= 1).all()
    assert estimate.win_rate[-1] == estimate.win_rate_low[-1] == estimate.win_rate_high[-1] == 0.5
    assert 0 <= estimate.entropy <= np.log(problem.n_entries) + 1e-9
    assert estimate.method.strip()


@pytest.mark.parametrize("name", list(STRATEGIES))
class TestStrategyContract:
    def test_names_itself_for_people(self, name):
        cls = STRATEGIES[name]
        assert cls.name == name
        assert cls.grain in ("pair", "query")
        assert cls.label.strip()
        assert cls.description.strip()

    def test_says_truly_whether_weak_judges_matter(self, name):
        rng = np.random.default_rng(11)
        table = make_table(12, 4)
        paths = []
        for _ in range(6):
            weak = rng.integers(0, 3, (12, 5, 3)).astype(np.int8)
            weak[:, -1] = Outcome.DRAW
            problem = replace(make_problem(table), weak_outcomes=weak)
            paths.append(tuple(play(make_strategy(name, problem, seed=1), table)))
        assert (len(set(paths)) > 1) == STRATEGIES[name].uses_weak_judges

    def test_asks_every_comparison_once_then_nothing(self, name):
        table = make_table(6, 4)
        strategy = make_strategy(name, make_problem(table), seed=1)
        path = play(strategy, table)
        assert len(path) == table.size
        assert len(set(path)) == table.size
        assert strategy.ask(3) == []

    def test_full_pool_finds_the_best_for_sure(self, name):
        table = make_table(25, 4, seed=3)
        truth = win_rates(table)
        strategy = make_strategy(name, make_problem(table), seed=1)
        play(strategy, table)
        estimate = strategy.estimate()
        assert_sound(estimate, strategy.problem)
        assert estimate.best == strategy.recommend() == np.argmax(truth)
        assert estimate.p_best[estimate.best] == pytest.approx(1.0)
        assert estimate.win_rate == pytest.approx(truth)
        assert estimate.raw_win_rate == pytest.approx(truth)
        assert estimate.win_rate_high - estimate.win_rate_low == pytest.approx(np.zeros(5), abs=1e-12)

    def test_same_seed_same_path(self, name):
        table = make_table(8, 4)
        first, second = (make_strategy(name, make_problem(table), seed=7) for _ in range(2))
        assert play(first, table, budget=20) == play(second, table, budget=20)
        assert first.estimate().p_best.tolist() == second.estimate().p_best.tolist()

    def test_another_seed_another_path(self, name):
        table = make_table(8, 4)
        problem = SelectionProblem(np.ones(table.shape, dtype=np.bool_))
        first, second = (make_strategy(name, problem, seed=seed) for seed in (1, 2))
        assert play(first, table, budget=20) != play(second, table, budget=20)

    def test_rebuilt_from_verdicts_in_any_order_it_goes_on_the_same(self, name):
        table = make_table(8, 4)
        walked = make_strategy(name, make_problem(table), seed=5)
        path = play(walked, table, budget=13)
        rebuilt, again = (make_strategy(name, make_problem(table), seed=5) for _ in range(2))
        queries, candidates = np.array(path).T
        rebuilt.tell_many(queries, candidates, table[queries, candidates])
        again.tell_many(queries[::-1], candidates[::-1], table[queries, candidates][::-1])
        assert rebuilt.estimate().p_best.tolist() == again.estimate().p_best.tolist()
        assert [(s.query, s.candidate) for s in rebuilt.ask(9)] == [
            (s.query, s.candidate) for s in again.ask(9)
        ]
        # A strategy that fits as it goes may be a step of its fit apart.
        assert rebuilt.estimate().win_rate == pytest.approx(walked.estimate().win_rate, abs=0.03)

    def test_before_any_verdict(self, name):
        problem = make_problem(make_table(6, 4))
        strategy = make_strategy(name, problem, seed=1)
        assert_sound(strategy.estimate(), problem)
        assert np.isnan(strategy.estimate().raw_win_rate[:-1]).all()

    def test_no_queries(self, name):
        problem = SelectionProblem(np.zeros((0, 3), dtype=np.bool_))
        strategy = make_strategy(name, problem, seed=1)
        assert strategy.ask(2) == []
        assert_sound(strategy.estimate(), problem)

    def test_nothing_askable(self, name):
        problem = SelectionProblem(np.zeros((4, 3), dtype=np.bool_))
        strategy = make_strategy(name, problem, seed=1)
        assert strategy.ask() == []
        assert_sound(strategy.estimate(), problem)

    def test_one_candidate(self, name):
        table = make_table(6, 1)
        strategy = make_strategy(name, make_problem(table), seed=1)
        assert len(play(strategy, table, budget=4)) == 4
        assert_sound(strategy.estimate(), strategy.problem)

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_all_outcomes_equal(self, name, outcome):
        table = np.full((10, 3), outcome, dtype=np.int8)
        strategy = make_strategy(name, make_problem(table), seed=1)
        for _ in range(6):
            play(strategy, table, budget=5)
            assert_sound(strategy.estimate(), strategy.problem)
        truth = win_rates(table)
        assert truth[strategy.estimate().best] == truth.max()

    def test_ties_at_the_top_share_the_probability(self, name):
        column = make_table(12, 1)
        table = np.repeat(column, 3, axis=1)
        table[:, 2] = Outcome.LOSS
        table[:6, :2] = Outcome.WIN
        strategy = make_strategy(name, make_problem(table), seed=1)
        play(strategy, table)
        assert strategy.estimate().p_best == pytest.approx([0.5, 0.5, 0.0, 0.0])

    def test_a_candidate_identical_to_the_baseline_needs_no_verdict(self, name):
        table = make_table(10, 3)
        table[:, 1] = Outcome.DRAW
        askable = np.ones(table.shape, dtype=np.bool_)
        askable[:, 1] = False
        strategy = make_strategy(name, make_problem(table, is_askable=askable), seed=1)
        strategy.tell_many(np.arange(10), np.full(10, 1), table[:, 1])
        path = play(strategy, table)
        assert len(path) == 20
        estimate = strategy.estimate()
        assert estimate.win_rate[1] == 0.5
        assert estimate.win_rate == pytest.approx(win_rates(table))

    def test_never_asks_what_may_not_be_asked(self, name, rng):
        table = make_table(9, 4)
        askable = rng.random(table.shape) < 0.5
        strategy = make_strategy(name, make_problem(table, is_askable=askable), seed=1)
        path = play(strategy, table, batch=3)
        assert {(int(q), int(c)) for q, c in np.argwhere(askable)} == set(path)

    def test_pending_counts_as_asked(self, name):
        table = make_table(5, 4)
        strategy = make_strategy(name, make_problem(table), seed=1)
        asked = [(s.query, s.candidate) for _ in range(5) for s in strategy.ask(3)]
        assert len(set(asked)) == 15
        assert len(strategy.ask(100)) == 5
        assert strategy.ask() == []

    def test_released_comparisons_come_back(self, name):
        table = make_table(2, 2)
        strategy = make_strategy(name, make_problem(table), seed=1)
        strategy.ask(4)
        strategy.release(1, 0)
        strategy.release(1, 0)
        assert [(s.query, s.candidate) for s in strategy.ask(4)] == [(1, 0)]

    def test_told_out_of_order_is_the_same_knowledge(self, name, rng):
        table = make_table(8, 3)
        cells = np.argwhere(np.ones(table.shape))[rng.permutation(table.size)[:14]]
        forth, back = (make_strategy(name, make_problem(table), seed=2) for _ in range(2))
        for q, c in cells:
            forth.tell(int(q), int(c), table[q, c])
        queries, candidates = cells[::-1].T
        back.tell_many(queries, candidates, table[queries, candidates])
        assert back.estimate().win_rate == pytest.approx(forth.estimate().win_rate, abs=0.03)

    def test_telling_again_changes_nothing(self, name):
        strategy = make_strategy(name, make_problem(make_table(6, 3)), seed=1)
        strategy.tell(2, 1, Outcome.WIN)
        before = strategy.estimate()
        strategy.tell(2, 1, Outcome.WIN)
        strategy.tell_many([2, 2], [1, 1], [Outcome.WIN, Outcome.WIN])
        assert strategy.n_told == 1
        assert strategy.estimate().p_best.tolist() == before.p_best.tolist()

    def test_a_contradiction_is_refused_and_changes_nothing(self, name):
        strategy = make_strategy(name, make_problem(make_table(6, 3)), seed=1)
        strategy.tell(2, 1, Outcome.WIN)
        with pytest.raises(ConflictError, match=r"\(2, 1\) already has outcome 2, was told 0"):
            strategy.tell_many([0, 2], [0, 1], [Outcome.WIN, Outcome.LOSS])
        with pytest.raises(ConflictError):
            strategy.tell_many([3, 3], [0, 0], [Outcome.WIN, Outcome.LOSS])
        assert strategy.n_told == 1
        assert np.count_nonzero(strategy.outcomes != MISSING) == 1

    @pytest.mark.parametrize(
        ("query", "candidate", "outcome"), [(6, 0, 0), (-1, 0, 0), (0, 3, 0), (0, 0, 3), (0, 0, -1)]
    )
    def test_what_does_not_exist_is_refused(self, name, query, candidate, outcome):
        strategy = make_strategy(name, make_problem(make_table(6, 3)), seed=1)
        with pytest.raises(InvalidValueError, match="must be from 0 to"):
            strategy.tell(query, candidate, outcome)

    def test_a_negative_number_is_refused(self, name):
        strategy = make_strategy(name, make_problem(make_table(6, 3)), seed=1)
        with pytest.raises(InvalidValueError, match="n: -1"):
            strategy.ask(-1)

    def test_two_copies_of_a_candidate_stay_alike(self, name):
        table = make_table(40, 3)
        table = np.column_stack([table, table[:, 2]])
        problem = SelectionProblem(np.ones(table.shape, dtype=np.bool_))
        strategy = make_strategy(name, problem, seed=1)
        queries, candidates = np.nonzero(np.ones((20, 4)))
        strategy.tell_many(queries, candidates, table[queries, candidates])
        estimate = strategy.estimate()
        assert estimate.win_rate[2] == pytest.approx(estimate.win_rate[3])
        assert estimate.p_best[2] == pytest.approx(estimate.p_best[3], abs=0.06)
