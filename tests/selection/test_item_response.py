"""The item-response model and its predictions of the pool."""

from dataclasses import replace

import numpy as np
import pytest

from annotation.selection import MISSING, Outcome, SelectionProblem
from annotation.selection.ease_moments import EaseMoments
from annotation.selection.item_response import NODES, ItemResponse, _inverse, fit_outcomes
from annotation.selection.pool import PoolPrediction, predict_cells, predict_pool
from annotation.selection.win_rate_curve import win_rate_curve
from tests.selection.item_worlds import CURVE, FULL, UNUSED, draw_world, half_told, sample_worlds


def log_marginal(table, parameters, ability_scale, counts):
    """The log posterior by Gauss-Hermite quadrature with many nodes, written from the definition."""
    ability, scale, cut = parameters[:-2], np.exp(parameters[-2]), np.exp(parameters[-1])
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    eta = ability[:, None] + scale * nodes
    not_loss, win = 1 / (1 + np.exp(-eta - cut)), 1 / (1 + np.exp(-eta + cut))
    by_outcome = np.stack([1 - not_loss, not_loss - win, win])
    total = 0.0
    for row, count in zip(table, counts, strict=True):
        seen = np.flatnonzero(row != MISSING)
        likelihood = (by_outcome[row[seen], seen] ** count[seen, None]).prod(axis=0)
        total += np.log((likelihood * weights).sum() / weights.sum())
    n = len(ability)
    prior = np.linalg.inv(ability_scale**2 * (np.eye(n) + 1.0))
    total -= 0.5 * ability @ prior @ ability
    return total - 0.5 * ((np.log(scale / 1.5) / 0.5) ** 2 + np.log(cut / 0.3) ** 2)


class TestFit:
    @pytest.mark.parametrize("ease_scale", [0.7, 1.5, 3.0])
    def test_recovers_abilities_and_scales(self, rng, ease_scale):
        table, ability, _ = draw_world(rng, 200, 12, ease_scale=ease_scale)
        model = fit_outcomes(SelectionProblem(np.ones(table.shape, dtype=np.bool_)), table)
        # The mean of all eases cannot be told from that of all abilities.
        assert (model.ability - ability).std() < 0.4
        assert model.ease_scale == pytest.approx(ease_scale, rel=0.15)
        assert model.cut == pytest.approx(0.5, abs=0.1)

    def test_win_rates_near_one_do_not_inflate_the_scale_of_eases(self, rng):
        ability, ease = np.full(3, 4.5), rng.normal(0, 1.5, 400)
        latent = ability + ease[:, None] + rng.logistic(size=(400, 3))
        table = np.where(latent > 0, Outcome.WIN, Outcome.LOSS).astype(np.int8)
        model = fit_outcomes(SelectionProblem(np.ones(table.shape, dtype=np.bool_)), table)
        assert 0.9 < model.ease_scale < 2.5

    @pytest.mark.parametrize("has_copies", [False, True])
    def test_fit_and_covariance_are_those_of_the_marginal_likelihood(self, rng, has_copies):
        model, told, _ = half_told(rng, 15, 4)
        if has_copies:
            told = draw_world(rng, 20, 4)[0][:, [0, 0, 0, 1, 2]]
            model = fit_outcomes(SelectionProblem(np.ones(told.shape, dtype=np.bool_)), told)
            model.fit(100)
            assert model.counts.min() < 0.7
        step, n = 1e-3, len(model.parameters)
        units = step * np.eye(n)

        def value(*moves):
            return log_marginal(told, model.parameters + sum(moves), model.prior.scale, model.counts)

        slope = [(value(u) - value(-u)) / (2 * step) for u in units]
        assert np.array(slope) == pytest.approx(np.zeros(n), abs=1e-3)
        hessian = [
            [(value(u, v) - value(u, -v) - value(-u, v) + value(-u, -v)) / (4 * step**2) for v in units]
            for u in units
        ]
        assert np.linalg.inv(model.covariance) == pytest.approx(-np.array(hessian), abs=1e-3)

    def test_verdict_by_verdict_agrees_with_at_once(self, rng):
        table, _, _ = draw_world(rng)
        walked, told = ItemResponse(FULL), np.full_like(table, MISSING)
        for query, candidate in rng.permutation(np.argwhere(FULL))[:200]:
            walked.add(np.array([query]), np.array([candidate]), table[query, candidate : candidate + 1])
            told[query, candidate] = table[query, candidate]
        at_once = fit_outcomes(SelectionProblem(FULL), told)
        assert walked.parameters == pytest.approx(at_once.parameters, abs=0.05)
        spread, expected = np.sqrt(walked.covariance.diagonal()), np.sqrt(at_once.covariance.diagonal())
        assert spread == pytest.approx(expected, rel=0.05)

    @pytest.mark.parametrize("lost", [2.5, 1e6])
    def test_far_from_the_mode_the_covariance_stays_positive(self, lost):
        prior, complete = 0.1 * np.eye(3), np.diag([1.0, 2.0, 3.0])
        exact = _inverse(prior, complete, 0.5 * np.eye(3))
        assert exact == pytest.approx(np.diag(1.0 / np.array([0.6, 1.6, 2.6])))
        assert (np.linalg.eigvalsh(_inverse(prior, complete, lost * np.eye(3))) > 0).all()
        # Even what is complete may be negative there.
        assert (np.linalg.eigvalsh(_inverse(prior, -complete, lost * np.eye(3))) > 0).all()

    def test_rows_renewed_one_by_one_are_those_of_all(self, rng):
        model, _, _ = half_told(rng, 20, 4)
        moments = EaseMoments(20, len(NODES), 4)
        for query in rng.permutation(20):
            state = (model.law, model.shift, model.posterior, model._told, model._weights)
            moments.renew(np.array([0, query]), *state)
        assert moments.score_score == pytest.approx(model.moments.score_score, abs=1e-6)
        assert moments.score_slope == pytest.approx(model.moments.score_slope, abs=1e-4)
        assert moments.slope_slope == pytest.approx(model.moments.slope_slope, abs=1e-3)

    @pytest.mark.parametrize("scale", [0.7, 1.5])
    def test_learns_the_scale_of_abilities(self, rng, scale):
        ability = rng.normal(0, scale, 40)
        latent = ability + rng.normal(0, 1, (150, 1)) + rng.logistic(size=(150, 40))
        table = np.where(latent > 0, Outcome.WIN, Outcome.LOSS).astype(np.int8)
        model = fit_outcomes(SelectionProblem(np.ones(table.shape, dtype=np.bool_)), table)
        # Forty candidates fix the logarithm of the scale to one part in 80, the prior guess to one in 16.
        expected = np.exp((80 * np.log(ability.std()) + 16 * np.log(2.0)) / 96)
        assert model.prior.scale == pytest.approx(expected, rel=0.15)

    @pytest.mark.parametrize("sign", [-1.0, 1.0])
    def test_lengths_that_go_with_ability_make_up_for_missing_verdicts(self, rng, sign):
        table, ability, _ = draw_world(rng, 60, 40)
        length = sign * 0.3 * ability + rng.normal(0, 0.3, table.shape)
        told = np.full_like(table, MISSING)
        told[:4] = table[:4]
        problem = SelectionProblem(np.ones(table.shape, dtype=np.bool_))
        knowing = fit_outcomes(replace(problem, log_length_ratio=length), told)
        ignorant = fit_outcomes(problem, told)
        assert knowing.prior.explained > 0.7
        off = [np.corrcoef(model.ability, ability)[0, 1] for model in (knowing, ignorant)]
        assert off[0] > off[1] + 0.05

    def test_samples_of_probabilities_average_to_the_predictions(self, rng):
        model, _, _ = half_told(rng, 40, 5)
        losses = model.sample_probabilities(Outcome.LOSS, 1500, rng)
        wins = model.sample_probabilities(Outcome.WIN, 1500, rng)
        score = predict_cells(model).score
        assert 0.5 * (1 + wins.mean(axis=0) - losses.mean(axis=0)) == pytest.approx(score, abs=0.05)
        # The ease is common: comparisons of one query go up and down together.
        together = np.corrcoef(losses[:, 0].T)
        assert together[np.triu_indices(5, 1)].mean() > 0.3


class TestPool:
    def test_mean_and_covariance_by_sampling_the_model(self, rng):
        model, told, problem = half_told(rng, 40, 5)
        pool = predict_pool(model, predict_cells(model), told, problem.is_askable)
        worlds = sample_worlds(model, told, rng, 4000)
        rates = np.where(told == MISSING, worlds, told).mean(axis=1) / 2
        assert pool.win_rate[:-1] == pytest.approx(rates.mean(axis=0), abs=0.01)
        assert np.sqrt(pool.covariance.diagonal()) == pytest.approx(rates.std(axis=0), rel=0.1)
        assert np.corrcoef(pool.covariance.ravel(), np.cov(rates.T).ravel())[0, 1] > 0.97
        sampled = pool.sample(rng, 8000)[:, :-1]
        assert sampled.mean(axis=0) == pytest.approx(rates.mean(axis=0), abs=0.015)

    def test_samples_stay_inside_what_is_possible(self, rng):
        pool = PoolPrediction(
            np.array([0.5, 0.2, 0.4]),
            np.array([0.3, 0.8, 0.0]),
            np.array([0.99, 0.5, 0.5]),
            0.04 * np.eye(3),
            **UNUSED,
        )
        samples = pool.sample(rng, 500)
        assert (samples >= [0.5, 0.2, 0.4, 0.5]).all()
        assert (samples <= [0.8, 1.0, 0.4, 0.5]).all()


class TestWinRateCurve:
    def test_is_the_mean_score_of_a_candidate_of_that_ability(self, rng):
        model, _, _ = half_told(rng, 40, 5)
        curve = win_rate_curve(model)
        assert curve.rate_at(model.ability) == pytest.approx(
            predict_cells(model).score.mean(axis=0), abs=1e-3
        )
        assert curve.ability_at(curve.rate_at(model.ability)) == pytest.approx(model.ability, abs=1e-3)
        step = 0.05
        slope = (curve.rate_at(model.ability + step) - curve.rate_at(model.ability - step)) / (2 * step)
        assert curve.slope_at(model.ability) == pytest.approx(slope, rel=0.02)

    def test_one_loss_does_not_end_the_hope_of_a_little_known_candidate(self):
        # Ability 1 +- 1.5 against a settled leader of ability 4: two sd, as on the scale of abilities.
        rate = CURVE.rate_at(np.array([1.0, 4.0]))
        slope = CURVE.slope_at(np.array([1.0]))[0]
        pool = PoolPrediction(
            np.array([0.0, rate[1]]),
            np.array([1.0, 0.0]),
            np.array([rate[0], 0.5]),
            np.diag([(1.5 * slope) ** 2, 0.0]),
            chance=np.zeros(2),
            n_unseen=np.array([400, 0]),
            by_parameter=np.zeros((2, 4)),
            curve=CURVE,
        )
        samples = pool.sample(np.random.default_rng(1), 40_000)
        assert (samples[:, 0] > samples[:, 1]).mean() == pytest.approx(0.0228, abs=0.004)
