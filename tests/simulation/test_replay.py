"""One replay: what is asked, what is recorded, and what must come out at full budget."""

import dataclasses

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.formats.predictions import PredictionTable
from annotation.selection import STRATEGIES, make_strategy
from annotation.simulation.loading import labelled_table
from annotation.simulation.metrics import success_curve
from annotation.simulation.realizations import Realization, checkpoint_grid, draw_realization
from annotation.simulation.replay import TRACE_ARRAYS, ReplaySettings, make_problem, replay_realization
from annotation.simulation.synthetic import WORLDS, synthetic_table
from annotation.simulation.tables import gaps_to_best, pool_win_rates


def make_settings(strategy, budget, **more):
    verdicts = checkpoint_grid(budget)
    return ReplaySettings(strategy, verdicts, np.ones(verdicts.size, np.bool_), **more)


def whole(table, seed=3):
    return Realization(0, np.arange(table.n_queries), np.arange(table.n_candidates), seed)


def small(world="item-response", seed=0, n=8, m=4):
    return synthetic_table(world, seed, n_queries=n, n_candidates=m)


def with_holes(table, seed=0, share=0.4):
    outcomes = table.outcomes.copy()
    outcomes[np.random.default_rng(seed).random(outcomes.shape) < share] = -1
    return dataclasses.replace(table, outcomes=outcomes)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_full_budget_returns_the_best(strategy, world):
    table = small(world, n=6, m=5)
    trace = replay_realization(table, whole(table), make_settings(strategy, 30))
    assert trace.n_verdicts == 30
    assert trace.gaps[-1] == 0
    assert trace.queries[-1] == 6


def test_gaps_equal_those_of_a_strategy_driven_by_hand():
    table = small()
    trace = replay_realization(table, whole(table), make_settings("random", 32))
    strategy = make_strategy("random", make_problem(table), seed=3)
    rates = pool_win_rates(table.outcomes)
    for at in range(32):
        (asked,) = strategy.ask(1)
        strategy.tell(asked.query, asked.candidate, table.outcomes[asked.query, asked.candidate])
        estimate = strategy.estimate()
        assert trace.answers[at] == estimate.best
        assert trace.gaps[at] == pytest.approx(rates.max() - rates[estimate.best])
        assert trace.p_best[at] == estimate.p_best[estimate.best]
        inside = (estimate.win_rate_low <= rates + 1e-9) & (rates <= estimate.win_rate_high + 1e-9)
        assert trace.coverage[at] == pytest.approx(inside[:-1].mean())


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_cells_without_an_outcome_are_never_counted(strategy):
    table = with_holes(small(m=6))
    n_known = int((table.outcomes >= 0).sum())
    trace = replay_realization(table, whole(table), make_settings(strategy, table.outcomes.size))
    assert trace.n_verdicts == n_known
    # The pool ended early: the last answer is carried forward.
    assert np.all(trace.answers[n_known - 1 :] == trace.answers[-1])
    assert np.all(trace.queries[n_known - 1 :] == trace.queries[-1])
    assert trace.gaps[-1] == 0


@pytest.mark.parametrize("batch", [2, 5, 100])
def test_a_batch_spends_the_same_verdicts(batch):
    table = small()
    trace = replay_realization(table, whole(table), make_settings("llm_selector", 20, batch=batch))
    assert trace.n_verdicts == 20
    assert trace.n_asks == -(-20 // batch)


def test_estimates_are_taken_where_marked_only():
    table = small()
    verdicts = checkpoint_grid(10)
    marked = verdicts % 5 == 0
    trace = replay_realization(table, whole(table), ReplaySettings("random", verdicts, marked))
    assert np.array_equal(np.isnan(trace.p_best), ~marked)
    everywhere = replay_realization(table, whole(table), make_settings("random", 10))
    assert np.array_equal(trace.answers, everywhere.answers)


def test_the_same_seed_gives_the_same_trace():
    table = small(n=12)
    realization = draw_realization(4, 1, 7, table.outcomes.shape)
    first, second = (replay_realization(table, realization, make_settings("random", 28)) for _ in range(2))
    for name in TRACE_ARRAYS:
        assert np.array_equal(getattr(first, name), getattr(second, name), equal_nan=True)


def test_on_labelled_data_one_verdict_resolves_a_query(predictions):
    table = labelled_table(predictions, "hand")
    trace = replay_realization(table, whole(table), make_settings("random", table.n_queries))
    assert trace.n_verdicts == table.n_queries
    assert trace.queries.tolist() == list(range(1, table.n_queries + 1))
    assert trace.gaps[-1] == 0


@pytest.mark.parametrize("strategy", ["random", "llm_selector_query"])
def test_more_verdicts_help_on_average(strategy):
    table = synthetic_table("item-response", 9, n_queries=40, n_candidates=5)
    gaps = []
    for index in range(8):
        realization = draw_realization(0, index, 30, table.outcomes.shape)
        gaps.append(replay_realization(table, realization, make_settings(strategy, 150)).gaps)
    near = success_curve(np.array(gaps), 0.05)
    assert near[:20].mean() < near[-20:].mean()
    assert near[-1] == 1


def test_an_empty_batch_is_refused():
    with pytest.raises(InvalidValueError, match="batch 0"):
        make_settings("random", 5, batch=0)


def test_an_unknown_strategy_is_refused():
    table = small()
    with pytest.raises(InvalidValueError, match="'greedy'"):
        replay_realization(table, whole(table), make_settings("greedy", 5))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_short_way_to_an_answer_is_the_estimates(strategy):
    table = with_holes(small(n=10, m=5), share=0.2)
    verdicts = checkpoint_grid(50)
    short = ReplaySettings(strategy, verdicts, verdicts == 50)
    trace = replay_realization(table, whole(table), short)
    assert np.array_equal(
        trace.answers, replay_realization(table, whole(table), make_settings(strategy, 50)).answers
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_answers_are_entries_of_the_table_in_any_order(strategy):
    table = small(n=10, m=5, seed=4)
    order = np.array([3, 0, 4, 2, 1])
    shuffled = dataclasses.replace(whole(table), candidates=order)
    trace = replay_realization(table, shuffled, make_settings(strategy, 50))
    gaps = gaps_to_best(table.outcomes)
    assert np.allclose(trace.gaps, gaps[trace.answers])
    assert trace.gaps[-1] == 0
    moved = replay_realization(table.reorder(order), whole(table), make_settings(strategy, 50))
    assert np.array_equal(np.append(order, 5)[moved.answers], trace.answers)


def make_predictions(seed, n=120, m=8, n_classes=4):
    """One model is right in 9 of 10 cases, the others in 4 to 6; half of the questions are right with all."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes, n).astype(np.int16)
    accuracy = np.r_[np.linspace(0.4, 0.6, m - 1), 0.9]
    is_right = (rng.random((n, m)) < accuracy) | (np.arange(n) % 2 == 0)[:, None]
    wrong = (labels[:, None] + rng.integers(1, n_classes, (n, m))) % n_classes
    return PredictionTable(
        query_ids=tuple(f"q{i}" for i in range(n)),
        models=tuple(f"m{j}" for j in range(m)),
        classes=tuple("abcd"),
        labels=labels,
        predictions=np.where(is_right, labels[:, None], wrong).astype(np.int16),
        categories=("",) * n,
    )


@pytest.mark.parametrize("strategy", ["model_selector", "select_llm"])
def test_strategies_for_labels_see_the_choices(strategy):
    """Questions that all models answer alike teach nothing: whoever sees the choices asks few of them."""
    table = labelled_table(make_predictions(1), "hand")
    asked = {}
    for name in (strategy, "random"):
        made = make_strategy(name, make_problem(table), seed=5)
        asked[name] = []
        for _ in range(40):
            (suggestion,) = made.ask(1)
            row = table.outcomes[suggestion.query]
            made.tell_many(np.full(row.size, suggestion.query), np.arange(row.size), row)
            asked[name].append(suggestion.query)
    shares = {name: np.mean([q % 2 == 0 for q in queries]) for name, queries in asked.items()}
    assert shares[strategy] < shares["random"] / 2


@pytest.mark.parametrize("strategy", ["model_selector", "select_llm"])
def test_strategies_for_labels_beat_chance(strategy):
    gaps = {name: [] for name in (strategy, "random")}
    for seed in range(12):
        table = labelled_table(make_predictions(seed), "hand")
        for name, rows in gaps.items():
            rows.append(replay_realization(table, whole(table, seed), make_settings(name, 20)).gaps)
    right = {name: success_curve(np.array(rows)).mean() for name, rows in gaps.items()}
    assert right[strategy] > right["random"]


def test_answers_without_a_label_vote_for_nothing():
    predictions = make_predictions(0, n=6, m=3, n_classes=3)
    predictions = dataclasses.replace(predictions, classes=("-", "a", "b"))
    table = labelled_table(predictions, "hand", baseline="m2")
    shown = make_problem(table).predictions
    assert np.array_equal(shown == -1, predictions.predictions == 0)
    assert np.array_equal(shown[shown >= 0], predictions.predictions[predictions.predictions > 0])
