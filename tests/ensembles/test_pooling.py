"""The log-linear pool: its likelihoods by hand, its fit against scipy's optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import softmax

from annotation.ensembles.answers import AnswerTable
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.pooling import (
    centre,
    cross_features,
    fit_likelihoods,
    fit_weights,
    log_prior,
    probabilities,
)
from annotation.exceptions import TooLargeError
from tests.ensembles.worlds import draw_table, family_law, independent_law


def test_likelihoods_by_hand():
    table = AnswerTable(("a", "b"), ("m",), np.array([0, 0, 1, 1]), np.array([[0], [1], [1], [2]]))
    found = fit_likelihoods(table, np.inf)
    np.testing.assert_allclose(np.exp(found.symmetric), [[3 / 6.5, 2 / 6.5, 1.5 / 6.5]])
    smoothed = np.exp(fit_likelihoods(table, 6.5).confusion)
    np.testing.assert_allclose(smoothed[0, 0], [(1 + 3) / 8.5, (1 + 2) / 8.5, 1.5 / 8.5])


@pytest.mark.parametrize("strength", [np.inf, 20.0])
def test_likelihoods_are_distributions(strength):
    table = draw_table(family_law(1)[0], 80, n_options=4)
    found = fit_likelihoods(table, strength)
    for j in range(12):
        np.testing.assert_allclose(np.exp(found.table(j, 4)).sum(axis=1), 1.0)


def test_the_fit_is_the_minimum_that_scipy_finds():
    table = draw_table(family_law(2, n=4)[0], 150, n_options=3)
    design = cross_features(table, 20.0, np.arange(150) % 5).design([0, 2, 3])
    weights, losses = fit_weights(design, table.labels, 3.0)

    def objective(w):
        utility = design @ w
        loss = np.log(np.exp(utility).sum(axis=1)) - utility[np.arange(150), table.labels]
        return loss.sum() + 1.5 * ((w - centre(3)) ** 2).sum()

    best = minimize(objective, np.zeros(4), method="BFGS")
    np.testing.assert_allclose(weights, best.x, atol=1e-3)
    assert losses.sum() + 1.5 * ((weights - centre(3)) ** 2).sum() == pytest.approx(best.fun, abs=1e-6)


def test_features_of_a_query_do_not_see_its_label():
    table = draw_table(family_law(3, n=4)[0], 60)
    fold = np.arange(60) % 5
    flipped = table.labels.copy()
    flipped[fold == 2] = 1 - flipped[fold == 2]
    other = AnswerTable(table.options, table.candidates, flipped, table.answers)
    first, second = (cross_features(t, 20.0, fold) for t in (table, other))
    np.testing.assert_array_equal(first.answers[fold == 2], second.answers[fold == 2])
    assert not np.array_equal(first.answers[fold != 2], second.answers[fold != 2])


def test_a_copy_shares_the_weight_of_its_original():
    table = draw_table(independent_law(0.2, 0.3), 2000)
    double = table.pick([0, 1, 0])
    weights, _ = fit_weights(Evidence(double).features(np.inf).design([0, 1, 2]), table.labels, 1.0)
    alone, _ = fit_weights(Evidence(table).features(np.inf).design([0, 1]), table.labels, 1.0)
    assert weights[1] == pytest.approx(weights[3])
    assert weights[1] + weights[3] == pytest.approx(alone[1], abs=0.05)


def test_the_prior_is_the_centred_log_frequency():
    np.testing.assert_allclose(
        log_prior(np.array([0, 0, 0, 1]), 2), np.log(3.5 / 1.5) / 2 * np.array([1, -1])
    )


def test_features_beyond_memory_are_refused(monkeypatch):
    monkeypatch.setattr("annotation.ensembles.pooling.MAX_CELLS", 100)
    with pytest.raises(TooLargeError, match="60 x 2 x 4"):
        cross_features(draw_table(family_law(3, n=4)[0], 60), 20.0, np.arange(60) % 5)


@pytest.mark.parametrize("n_options", [1, 2, 4, 7, 8, 21])
def test_probabilities_are_the_softmax_whatever_the_number_of_options(n_options, rng):
    design, weights = rng.normal(size=(50, n_options, 3)), rng.normal(size=3)
    np.testing.assert_allclose(probabilities(design, weights), softmax(design @ weights, axis=1), rtol=1e-12)
