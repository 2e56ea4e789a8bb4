"""Draws of losses keep rates and what goes together."""

import numpy as np
import pytest

from annotation.jobs.pairwise_evidence import draw_losses, predicted_losses
from annotation.selection import SelectionProblem
from annotation.selection.item_response import fit_outcomes
from annotation.selection.pool import CellPrediction, predict_cells


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_certain_predictions_are_drawn_as_they_are(rng):
    # P(win) .5, P(draw) .2, P(loss) .3: score .6; second moment .55, so its variance is .55 - .36.
    whole = np.full((3, 2), 1.0)
    cells = CellPrediction(0.6 * whole, 0.19 * whole, whole, 0.0 * whole)
    np.testing.assert_allclose(draw_losses(cells, 5, rng), 0.3)


def test_draws_average_to_the_marginal_rate(rng):
    whole = np.full((4000, 1), 1.0)
    cells = CellPrediction(0.7 * whole, 0.21 * whole, whole, 2.0 * whole)
    assert draw_losses(cells, 20, rng).mean() == pytest.approx(0.3, abs=0.01)


def test_what_is_unknown_about_a_query_is_common_to_its_comparisons(rng):
    whole = np.full((500, 2), 1.0)
    cells = CellPrediction(0.5 * whole, 0.25 * whole, whole, 3.0 * whole)
    draws = draw_losses(cells, 10, rng).reshape(-1, 2)
    np.testing.assert_allclose(draws[:, 0], draws[:, 1])
    assert draws.std() > 0.2


def test_rates_of_a_known_world_come_back(rng):
    ability, ease = np.array([1.5, 0.0, -1.5]), rng.normal(scale=1.2, size=(600, 1))
    chance = sigmoid(-(ability + ease))
    lost = rng.random(chance.shape) < chance
    outcomes = np.where(rng.random(lost.shape) < 0.5, np.where(lost, 0, 2), -1).astype(np.int8)
    draws = predicted_losses(outcomes, rng)
    assert draws.shape[1:] == outcomes.shape
    assert ((draws > 0) & (draws < 1)).all()
    np.testing.assert_allclose(draws.mean(axis=(0, 1)), chance.mean(axis=0), atol=0.06)
    model = fit_outcomes(SelectionProblem(is_askable=outcomes < 0), outcomes)
    scores = predict_cells(model).score
    assert np.corrcoef(draws.mean(axis=0).ravel(), scores.ravel())[0, 1] < -0.98


def test_large_studies_get_fewer_draws(rng):
    outcomes = np.full((60_000, 30), -1, dtype=np.int8)
    outcomes[:50, :2] = rng.integers(0, 3, size=(50, 2))
    assert len(predicted_losses(outcomes, rng)) == 5
