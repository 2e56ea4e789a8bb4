"""The item-response model, its predictions and the choice built on it."""

import numpy as np
import pytest

from annotation.selection import MISSING, Outcome, SelectionProblem, make_strategy
from annotation.selection.contest import Contest, ContestDraw, information
from annotation.selection.item_response import ItemResponse, fit_outcomes
from annotation.selection.ordered_logit import Scales, cut_step, likelihood_terms
from annotation.selection.pool import PoolPrediction, predict_cells, predict_pool
from tests.selection.worlds import play, win_rates

FULL = np.ones((60, 8), dtype=np.bool_)


def draw_world(rng, n_queries=60, n_candidates=8, cut=0.5, ease_scale=1.0):
    ability, ease = rng.normal(0, 1.5, n_candidates), rng.normal(0, ease_scale, n_queries)
    latent = ability + ease[:, None] + rng.logistic(size=(n_queries, n_candidates))
    return ((latent > -cut).astype(np.int8) + (latent > cut)).astype(np.int8), ability, ease


class TestLikelihood:
    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_derivatives_are_those_of_the_ordered_logit(self, outcome):
        def log_probability(x):
            lower, upper = 1 / (1 + np.exp(-x - 0.7)), 1 / (1 + np.exp(-x + 0.7))
            return np.log([1 - lower, lower - upper, upper][outcome])

        eta, step = np.array([-2.0, -0.3, 0.0, 1.7]), 1e-4
        told = np.full(4, outcome, dtype=np.int8)
        slope, weight = likelihood_terms(eta, np.zeros(4), told, 0.7)
        values = [[log_probability(x + k * step) for x in eta] for k in (-1, 0, 1)]
        below, here, above = np.array(values)
        assert slope == pytest.approx((above - below) / (2 * step), abs=1e-6)
        assert weight == pytest.approx(-(above - 2 * here + below) / step**2, abs=1e-5)

    def test_slope_averages_over_the_predictor(self, rng):
        eta, variance = 0.8, 2.0
        samples = rng.normal(eta, np.sqrt(variance), 400_000)
        exact = np.mean(1 / (1 + np.exp(samples - 0.5)))
        slope, _ = likelihood_terms(
            np.array([eta]), np.array([variance]), np.array([Outcome.WIN], dtype=np.int8), 0.5
        )
        assert slope[0] == pytest.approx(exact, abs=0.01)

    def test_cut_goes_to_the_likeliest(self, rng):
        eta = rng.normal(0, 1, 20_000)
        latent = eta + rng.logistic(size=len(eta))
        told = ((latent > -1.3).astype(np.int8) + (latent > 1.3)).astype(np.int8)
        scales = Scales()
        for _ in range(50):
            scales = cut_step(scales, eta, np.zeros(len(eta)), told)
        assert scales.cut == pytest.approx(1.3, abs=0.05)


class TestFit:
    def test_recovers_abilities_and_eases(self, rng):
        table, ability, ease = draw_world(rng, 200, 12)
        model = fit_outcomes(SelectionProblem(np.ones(table.shape, dtype=np.bool_)), table, 30)
        assert np.corrcoef(model.ability, ability)[0, 1] > 0.98
        assert np.corrcoef(model.ease, ease)[0, 1] > 0.8
        # The mean of all eases cannot be told from that of all abilities.
        error = model.ability - ability
        assert error.std() < 0.35
        assert model.scales.ease == pytest.approx(1.0, abs=0.3)
        assert model.scales.cut == pytest.approx(0.5, abs=0.1)

    def test_slopes_vanish_at_the_fit(self, rng):
        table, _, _ = draw_world(rng)
        model = ItemResponse(60, 8)
        queries, candidates = np.nonzero(FULL)
        model.add(queries, candidates, table[queries, candidates])
        model.fit(60)
        before = model.ability.copy()
        model.fit(1)
        assert model.ability == pytest.approx(before, abs=1e-6)

    def test_covariance_is_the_inverse_of_the_whole_system(self, rng):
        table, _, _ = draw_world(rng, 10, 4)
        model = fit_outcomes(SelectionProblem(np.ones((10, 4), dtype=np.bool_)), table)
        weights = model.pull * model.precision[:, None]
        whole = np.zeros((14, 14))
        whole[:4, :4] = np.diag(weights.sum(axis=0)) + np.linalg.inv(
            model.scales.ability**2 * np.eye(4) + 2.0**2
        )
        whole[:4, 4:], whole[4:, :4] = weights.T, weights
        whole[4:, 4:] = np.diag(model.precision)
        inverse = np.linalg.inv(whole)
        assert model.covariance == pytest.approx(inverse[:4, :4])
        assert model.ease_variance() == pytest.approx(inverse.diagonal()[4:])
        expected = inverse.diagonal()[4:, None] + inverse.diagonal()[:4] + 2 * inverse[4:, :4]
        assert model.predictor_variance() == pytest.approx(expected)

    def test_verdict_by_verdict_agrees_with_at_once(self, rng):
        table, _, _ = draw_world(rng)
        walked = ItemResponse(60, 8)
        for query, candidate in rng.permutation(np.argwhere(FULL))[:200]:
            walked.add(np.array([query]), np.array([candidate]), table[query, candidate : candidate + 1])
            walked.fit(learn=True)
        told = np.full_like(table, MISSING)
        queries, candidates, outcomes = walked._told
        told[queries, candidates] = outcomes
        at_once = fit_outcomes(SelectionProblem(FULL), told, 60)
        assert walked.ability == pytest.approx(at_once.ability, abs=0.05)


class TestPool:
    def test_variance_and_mean_by_sampling_the_model(self, rng):
        table, _, _ = draw_world(rng, 40, 5)
        told = np.where(rng.random(table.shape) < 0.6, table, MISSING).astype(np.int8)
        problem = SelectionProblem(np.ones(table.shape, dtype=np.bool_))
        model = fit_outcomes(problem, told)
        pool = predict_pool(model, predict_cells(model), told, problem.is_askable)
        draws = []
        root = np.linalg.cholesky(model.covariance)
        for _ in range(4000):
            shift = root @ rng.standard_normal(5)
            ease = model.ease - model.pull @ shift + rng.standard_normal(40) / np.sqrt(model.precision)
            latent = model.ability + shift + ease[:, None] + rng.logistic(size=told.shape)
            cut = model.scales.cut
            new = (latent > -cut).astype(int) + (latent > cut)
            draws.append(np.where(told == MISSING, new, told).mean(axis=0) / 2)
        draws = np.array(draws)
        assert pool.win_rate[:-1] == pytest.approx(draws.mean(axis=0), abs=0.01)
        assert np.sqrt(pool.covariance.diagonal()) == pytest.approx(draws.std(axis=0), rel=0.15)
        assert np.corrcoef(pool.covariance.ravel(), np.cov(draws.T).ravel())[0, 1] > 0.97
        sampled = pool.sample(rng, 8000)[:, :-1]
        assert sampled.mean(axis=0) == pytest.approx(draws.mean(axis=0), abs=0.015)

    def test_samples_stay_inside_what_is_possible(self, rng):
        pool = PoolPrediction(
            np.array([0.5, 0.2, 0.4]), np.array([0.3, 0.8, 0.0]), np.array([0.99, 0.5, 0.5]), 0.04 * np.eye(3)
        )
        samples = pool.sample(rng, 500)
        assert (samples >= [0.5, 0.2, 0.4, 0.5]).all()
        assert (samples <= [0.8, 1.0, 0.4, 0.5]).all()


class TestContest:
    def make(self, rng):
        table, _, _ = draw_world(rng, 30, 4)
        told = np.where(rng.random(table.shape) < 0.5, table, MISSING).astype(np.int8)
        problem = SelectionProblem(np.ones(table.shape, dtype=np.bool_))
        model = fit_outcomes(problem, told)
        return model, told

    def test_information_is_the_regression_of_the_difference_on_the_outcome(self, rng):
        model, told = self.make(rng)
        cells, is_unseen = predict_cells(model), told == MISSING
        gain = information(model, cells, is_unseen, np.full(4, 30), Contest(1, 3))
        root = np.linalg.cholesky(model.covariance)
        n = 40_000
        shift = rng.standard_normal((n, 4)) @ root.T
        ease = -shift @ model.pull.T + rng.standard_normal((n, 30)) / np.sqrt(model.precision)
        noise = rng.standard_normal((n, 30, 4)) * np.sqrt(cells.chance)
        outcome = cells.slope * (shift[:, None, :] + ease[:, :, None]) + noise
        difference = (outcome * is_unseen).sum(axis=1) @ np.array([0, 1, 0, -1]) / 30
        query = int(np.flatnonzero(is_unseen[:, 1])[0])
        y = outcome[:, query, 1]
        explained = np.cov(difference, y)[0, 1] ** 2 / y.var()
        assert gain[query, 0] == pytest.approx(explained, rel=0.1)

    def test_the_settled_do_not_contest(self, rng):
        pool = PoolPrediction(
            np.array([0.9, 0.88, 0.1]), np.zeros(3), np.full(3, 0.5), np.diag([1e-3, 0.0, 1e-3])
        )
        contests = ContestDraw(pool, np.array([True, False, True, False]), 0.0)
        drawn = [contests.draw(rng) for _ in range(20)]
        assert all({c.leader, c.challenger} & {0, 2} for c in drawn)

    def test_a_little_known_rival_contests_before_a_near_equal(self, rng):
        pool = PoolPrediction(
            np.zeros(3), np.ones(3), np.array([0.800, 0.799, 0.6]), np.diag([1e-5, 1e-5, 1e-2])
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
