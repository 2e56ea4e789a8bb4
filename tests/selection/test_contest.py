"""The choice of the default strategy: who contests the first place, and on which query."""

import numpy as np
import pytest

from annotation.selection import MISSING, SelectionProblem, make_strategy
from annotation.selection.contest import Contest, ContestDraw, information
from annotation.selection.pool import PoolPrediction, predict_cells, predict_pool
from tests.selection.item_worlds import FULL, UNUSED, draw_world, half_told, sample_worlds
from tests.selection.worlds import play, win_rates


class TestContest:
    def test_information_is_the_regression_of_the_difference_on_the_outcome(self, rng):
        model, told, problem = half_told(rng, 25, 4, share=0.5)
        cells = predict_cells(model)
        pool = predict_pool(model, cells, told, problem.is_askable)
        is_unseen = told == MISSING
        gain = information(model, cells, pool, is_unseen / 25, Contest(1, 3))
        worlds = sample_worlds(model, told, rng, 30_000) / 2.0
        difference = (worlds * is_unseen).sum(axis=1) @ np.array([0, 1, 0, -1]) / 25
        queries = np.flatnonzero(is_unseen[:, 1])
        explained = [np.cov(difference, worlds[:, q, 1])[0, 1] ** 2 / worlds[:, q, 1].var() for q in queries]
        assert np.corrcoef(gain[queries, 0], explained)[0, 1] > 0.95
        assert gain[queries, 0].mean() == pytest.approx(np.mean(explained), rel=0.15)

    def test_the_settled_do_not_contest(self, rng):
        pool = PoolPrediction(
            np.array([0.9, 0.88, 0.1]), np.zeros(3), np.full(3, 0.5), np.diag([1e-3, 0.0, 1e-3]), **UNUSED
        )
        contests = ContestDraw(pool, np.array([True, False, True, False]), 0.0)
        drawn = [contests.draw(rng) for _ in range(20)]
        assert all({c.leader, c.challenger} & {0, 2} for c in drawn)

    def test_rounding_below_zero_in_a_settled_rate_is_nothing(self, rng):
        covariance = np.array([[1e-3, 0.0, 0.0], [0.0, -1e-8, 0.0], [0.0, 0.0, 1e-3]])
        pool = PoolPrediction(np.array([0.6, 0.5, 0.55]), np.zeros(3), np.full(3, 0.5), covariance, **UNUSED)
        contests = ContestDraw(pool, np.array([True, False, True, False]), 0.03)
        drawn = {(c.leader, c.challenger) for c in (contests.draw(rng) for _ in range(30))}
        assert {entry for contest in drawn for entry in contest} >= {0, 2}

    def test_a_little_known_rival_contests_before_a_near_equal(self, rng):
        pool = PoolPrediction(
            np.zeros(3), np.ones(3), np.array([0.800, 0.799, 0.6]), np.diag([1e-5, 1e-5, 1e-2]), **UNUSED
        )
        live = np.array([True, True, True, False])
        strict = {ContestDraw(pool, live, 0.0).draw(rng).challenger for _ in range(20)}
        tolerant = {ContestDraw(pool, live, 0.03).draw(rng).challenger for _ in range(20)}
        assert 2 in tolerant
        assert 2 not in strict


class TestStrategy:
    def test_spends_on_the_strong(self, rng):
        table, _, _ = draw_world(rng)
        strategy = make_strategy("item_response", SelectionProblem(FULL), seed=1)
        play(strategy, table, budget=160)
        counts = (strategy.outcomes != MISSING).sum(axis=0)
        order = np.argsort(-win_rates(table)[:-1])
        assert counts[order[:2]].mean() > 2 * counts[order[-4:]].mean()
        assert strategy.recommend() in order[:2]

    def test_asks_contenders_about_the_same_queries(self, rng):
        table, _, _ = draw_world(rng, ease_scale=2.0)
        strategy = make_strategy("item_response", SelectionProblem(FULL), seed=1)
        play(strategy, table, budget=120)
        told = strategy.outcomes != MISSING
        first, second = np.argsort(-told.sum(axis=0))[:2]
        both = (told[:, first] & told[:, second]).sum()
        by_chance = told[:, first].mean() * told[:, second].mean() * 60
        assert both > by_chance

    def test_common_share_asks_in_one_order(self, rng):
        table, _, _ = draw_world(rng)
        params = {"common_share": 1.0}
        strategy = make_strategy("item_response", SelectionProblem(FULL), seed=1, params=params)
        play(strategy, table, budget=80)
        told = strategy.outcomes != MISSING
        ranks = np.argsort(strategy._order)
        for candidate in range(8):
            asked = np.sort(ranks[told[:, candidate]])
            assert asked.tolist() == list(range(len(asked)))

    def test_for_an_ensemble_the_strong_are_judged_on_the_same_queries(self, rng):
        joint = {"best": 0, "ensemble": 0}
        problem = SelectionProblem(np.ones((100, 12), dtype=np.bool_))
        for seed in range(3):
            table, _, _ = draw_world(rng, 100, 12)
            strong = np.argsort(-win_rates(table)[:-1])[:5]
            for purpose in joint:
                strategy = make_strategy("item_response", problem, seed=seed, params={"purpose": purpose})
                play(strategy, table, budget=250)
                joint[purpose] += ((strategy.outcomes[:, strong] != MISSING).sum(axis=1) >= 4).sum()
        assert joint["ensemble"] > 1.25 * joint["best"]
