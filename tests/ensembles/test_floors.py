"""The error floor: formula, limits, Monte Carlo, estimate."""

import numpy as np
import pytest
from scipy.stats import norm

import annotation.ensembles as ensembles
from annotation.ensembles.error_law import ErrorLaw
from annotation.ensembles.floors import error_floor, estimate_floor, law_floor
from annotation.exceptions import InvalidValueError


def test_the_formula():
    assert ensembles.error_floor(0.2, 0.5) == pytest.approx(norm.cdf(norm.ppf(0.2) / np.sqrt(0.5)))
    assert error_floor(0.2, 0.5) == pytest.approx(0.117, abs=5e-4)


@pytest.mark.parametrize(
    ("error", "correlation", "floor"),
    [
        (0.2, 0.0, 0.0),
        (0.2, 1e-9, 0.0),
        (0.2, 1.0, 0.2),
        (0.5, 0.0, 0.5),
        (0.7, 0.0, 1.0),
        (0.0, 0.5, 0.0),
        (1.0, 0.5, 1.0),
    ],
)
def test_the_limits(error, correlation, floor):
    assert error_floor(error, correlation) == pytest.approx(floor, abs=1e-12)


@pytest.mark.parametrize(("error", "correlation"), [(-0.1, 0.5), (0.2, 1.1), (float("nan"), 0.5)])
def test_values_outside_their_range_are_refused(error, correlation):
    with pytest.raises(InvalidValueError, match="from 0 to 1"):
        error_floor(error, correlation)


def test_the_majority_of_many_comes_near_the_floor(rng):
    """Monte Carlo of the one-factor model with 1001 members."""
    rho, error, n = 0.4, 0.25, 20_000
    factor = rng.standard_normal(n)
    given = norm.cdf((norm.ppf(error) - np.sqrt(rho) * factor) / np.sqrt(1 - rho))
    is_wrong = rng.binomial(1001, given) > 500
    assert is_wrong.mean() == pytest.approx(error_floor(error, rho), abs=0.01)


def test_the_floor_of_an_equal_law_is_the_formula():
    matrix = np.full((5, 5), 0.5)
    np.fill_diagonal(matrix, 1.0)
    floor, error, rho = law_floor(ErrorLaw(np.full(5, 0.2), matrix))
    assert (floor, error, rho) == pytest.approx((error_floor(0.2, 0.5), 0.2, 0.5), abs=1e-6)


def test_the_estimate_brackets_the_truth(rng):
    matrix = np.full((4, 4), 0.5)
    np.fill_diagonal(matrix, 1.0)
    law = ErrorLaw(np.full(4, 0.25), matrix)
    found = estimate_floor(law.sample(3000, rng).astype(float), rng, n_draws=60)
    assert found.low <= found.value <= found.high
    assert found.low - 0.01 < error_floor(0.25, 0.5) < found.high + 0.01
    assert found.high - found.low < 0.1


def test_one_candidate_is_its_own_floor():
    assert law_floor(ErrorLaw(np.array([0.3]), np.eye(1))) == pytest.approx((0.3, 0.3, 1.0))
