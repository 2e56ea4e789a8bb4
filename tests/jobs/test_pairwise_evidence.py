"""Draws of losses keep rates and what goes together."""

import numpy as np

from annotation.jobs.pairwise_evidence import predicted_losses


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_rates_of_a_known_world_come_back(rng):
    ability, ease = np.array([1.5, 0.0, -1.5]), rng.normal(scale=1.2, size=(600, 1))
    chance = sigmoid(-(ability + ease))
    lost = rng.random(chance.shape) < chance
    outcomes = np.where(rng.random(lost.shape) < 0.5, np.where(lost, 0, 2), -1).astype(np.int8)
    draws = predicted_losses(outcomes, rng)
    assert draws.shape[1:] == outcomes.shape
    assert ((draws > 0) & (draws < 1)).all()
    np.testing.assert_allclose(draws.mean(axis=(0, 1)), chance.mean(axis=0), atol=0.06)


def test_large_studies_get_fewer_draws(rng):
    outcomes = np.full((60_000, 30), -1, dtype=np.int8)
    outcomes[:50, :2] = rng.integers(0, 3, size=(50, 2))
    assert len(predicted_losses(outcomes, rng)) == 5
