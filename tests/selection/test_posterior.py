"""The posterior and its entropies, against hand computation and brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.exceptions import InvalidValueError
from annotation.selection import (
    MISSING,
    NoiseModel,
    Outcome,
    expected_entropy,
    expected_pair_entropy,
    update_posterior,
)

UNIFORM_4 = np.log(np.full(4, 0.25))


def brute_entropy(p):
    return -sum(x * math.log(x) for x in p if x > 0)


def brute_posterior(p, outcomes, rates):
    weights = [x * (1.0 if o == MISSING else rates[o]) for x, o in zip(p, outcomes, strict=True)]
    return [w / sum(weights) for w in weights]


@st.composite
def beliefs(draw, n_entries):
    weights = draw(
        st.lists(st.sampled_from([0.0, 1e-12, 0.1, 1.0, 7.5]), min_size=n_entries, max_size=n_entries)
    )
    weights[draw(st.integers(0, n_entries - 1))] = 1.0
    return np.array(weights) / np.sum(weights)


@st.composite
def noise_models(draw):
    shares = np.array([draw(st.floats(0.01, 1.0)) for _ in range(3)])
    shares /= shares.sum()
    return NoiseModel(loss=float(shares[0]), draw=float(shares[1]))


@st.composite
def entropy_cases(draw):
    n_queries, n_entries, n_judges = (draw(st.integers(1, 4)) for _ in range(3))
    seed = draw(st.integers(0, 2**32 - 1))
    low = draw(st.sampled_from([MISSING, 0]))
    weak = np.random.default_rng(seed).integers(low, 3, (n_queries, n_entries, n_judges)).astype(np.int8)
    if draw(st.booleans()):
        weak[:] = Outcome.DRAW
    weights = draw(st.none() | st.lists(st.floats(0.1, 3.0), min_size=n_judges, max_size=n_judges))
    return draw(beliefs(n_entries)), weak, draw(noise_models()), weights


def log_of(p):
    with np.errstate(divide="ignore"):
        return np.log(p)


class TestNoiseModel:
    def test_default_is_the_paper_s(self):
        noise = NoiseModel()
        assert (noise.loss, noise.draw, noise.win) == pytest.approx((0.2, 0.4, 0.4))
        assert np.exp(noise.log_likelihood).sum() == pytest.approx(1.0)

    @pytest.mark.parametrize(
        ("loss", "draw"), [(0.0, 0.4), (0.4, 0.0), (0.6, 0.4), (-0.1, 0.5), (math.nan, 0.1)]
    )
    def test_refuses_rates_not_above_zero(self, loss, draw):
        with pytest.raises(InvalidValueError, match="above 0"):
            NoiseModel(loss=loss, draw=draw)


class TestUpdatePosterior:
    def test_one_all_win_query_by_hand(self):
        # Three candidates and the baseline, rates (.2, .4, .4): weights .4, .2, .2, .4, sum 1.2.
        told = np.array([Outcome.WIN, Outcome.LOSS, Outcome.LOSS, Outcome.DRAW], dtype=np.int8)
        p = np.exp(update_posterior(UNIFORM_4, told, NoiseModel()))
        assert p == pytest.approx([1 / 3, 1 / 6, 1 / 6, 1 / 3])

    def test_partial_update_by_hand(self):
        # Only the first candidate is judged, a loss: its factor is .2 / (1/3) = .6, the others' are 1.
        told = np.array([Outcome.LOSS, MISSING, MISSING, MISSING], dtype=np.int8)
        p = np.exp(update_posterior(UNIFORM_4, told, NoiseModel()))
        assert p == pytest.approx([0.6 / 3.6, 1 / 3.6, 1 / 3.6, 1 / 3.6])

    def test_background_by_hand(self):
        # A win is no news when others win as often: factor .4 / .8 = .5.
        told = np.array([Outcome.WIN, MISSING], dtype=np.int8)
        p = update_posterior(np.log([0.5, 0.5]), told, NoiseModel(), background=np.array([0.1, 0.1, 0.8]))
        assert np.exp(p) == pytest.approx([1 / 3, 2 / 3])

    def test_parts_of_a_query_give_the_whole(self, rng):
        told = rng.integers(0, 3, 4).astype(np.int8)
        whole = update_posterior(UNIFORM_4, told, NoiseModel())
        parts = UNIFORM_4
        for j in rng.permutation(4):
            one = np.full(4, MISSING, dtype=np.int8)
            one[j] = told[j]
            parts = update_posterior(parts, one, NoiseModel())
        assert parts == pytest.approx(whole, abs=1e-12)

    def test_a_ruled_out_entry_stays_ruled_out(self):
        told = np.array([Outcome.WIN, Outcome.LOSS], dtype=np.int8)
        assert update_posterior(np.array([-np.inf, 0.0]), told, NoiseModel()).tolist() == [-np.inf, 0.0]

    @pytest.mark.parametrize("told", [[0, 1], [0, 1, 2, 3], [0, 1, 2, -2]])
    def test_refuses_bad_outcomes(self, told):
        with pytest.raises(InvalidValueError, match="outcomes"):
            update_posterior(UNIFORM_4, np.array(told, dtype=np.int8), NoiseModel())

    @pytest.mark.parametrize("background", [[0.5, 0.5], [0.0, 0.5, 0.5]])
    def test_refuses_bad_background(self, background):
        told = np.zeros(4, dtype=np.int8)
        with pytest.raises(InvalidValueError, match="background"):
            update_posterior(UNIFORM_4, told, NoiseModel(), background=np.array(background))


class TestExpectedEntropy:
    @settings(max_examples=200, deadline=None)
    @given(entropy_cases())
    def test_closed_form_equals_brute_force(self, case):
        p, weak, noise, weights = case
        rates = np.exp(noise.log_likelihood)
        n_queries, _, n_judges = weak.shape
        by_judge = [
            [brute_entropy(brute_posterior(p, weak[i, :, judge], rates)) for judge in range(n_judges)]
            for i in range(n_queries)
        ]
        expected = np.average(by_judge, axis=1, weights=weights)
        given_weights = None if weights is None else np.array(weights)
        assert expected_entropy(log_of(p), weak, noise, given_weights) == pytest.approx(expected, abs=1e-12)

    def test_a_judge_of_weight_zero_is_not_heard(self, rng):
        weak = rng.integers(0, 3, (6, 4, 2)).astype(np.int8)
        alone = expected_entropy(UNIFORM_4, weak[:, :, :1], NoiseModel())
        muted = expected_entropy(UNIFORM_4, weak, NoiseModel(), np.array([2.0, 0.0]))
        assert muted == pytest.approx(alone, abs=1e-15)

    def test_no_queries(self):
        assert expected_entropy(UNIFORM_4, np.zeros((0, 4, 2), dtype=np.int8), NoiseModel()).shape == (0,)

    @pytest.mark.parametrize("weights", [[1.0], [-1.0, 2.0], [0.0, 0.0]])
    def test_refuses_bad_weights(self, weights):
        with pytest.raises(InvalidValueError, match="weights"):
            expected_entropy(UNIFORM_4, np.zeros((3, 4, 2), dtype=np.int8), NoiseModel(), np.array(weights))

    def test_refuses_shapes_that_differ(self):
        with pytest.raises(InvalidValueError, match="log_posterior"):
            expected_entropy(UNIFORM_4, np.zeros((3, 5, 2), dtype=np.int8), NoiseModel())
        with pytest.raises(InvalidValueError, match="n_judges"):
            expected_entropy(UNIFORM_4, np.zeros((3, 4, 0), dtype=np.int8), NoiseModel())


class TestExpectedPairEntropy:
    @settings(max_examples=100, deadline=None)
    @given(st.data())
    def test_closed_form_equals_brute_force(self, data):
        n_candidates = data.draw(st.integers(1, 4))
        p = data.draw(beliefs(n_candidates + 1))
        noise = data.draw(noise_models())
        seed = data.draw(st.integers(0, 2**32 - 1))
        probability = np.random.default_rng(seed).dirichlet(np.ones(3), size=(3, n_candidates))
        expected = np.zeros((3, n_candidates))
        for i in range(3):
            for j in range(n_candidates):
                for outcome in Outcome:
                    told = np.full(n_candidates + 1, MISSING, dtype=np.int8)
                    told[j] = outcome
                    after = np.exp(update_posterior(log_of(p), told, noise))
                    expected[i, j] += probability[i, j, outcome] * brute_entropy(after)
        assert expected_pair_entropy(log_of(p), probability, noise) == pytest.approx(expected, abs=1e-12)

    def test_refuses_shapes_that_differ(self):
        with pytest.raises(InvalidValueError, match="log_posterior"):
            expected_pair_entropy(UNIFORM_4, np.full((2, 4, 3), 1 / 3), NoiseModel())
