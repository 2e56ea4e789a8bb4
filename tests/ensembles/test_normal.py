"""The bivariate normal against scipy's."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from annotation.ensembles.normal import SMALL, bivariate_cdf, bivariate_density, normal_cdf, normal_quantile


@pytest.mark.parametrize("correlation", [-0.97, -0.4, 0.0, 0.3, 0.8, 0.99])
def test_the_bivariate_cdf_is_scipys(correlation, rng):
    bounds = rng.normal(size=(20, 2)) * 1.5
    expected = [multivariate_normal.cdf(x, cov=[[1, correlation], [correlation, 1]]) for x in bounds]
    np.testing.assert_allclose(bivariate_cdf(bounds[:, 0], bounds[:, 1], correlation), expected, atol=1e-7)


def test_perfect_correlation_leaves_the_smaller_event():
    np.testing.assert_allclose(
        bivariate_cdf([0.3, -1.0], [0.5, 1.0], 1.0), normal_cdf([0.3, -1.0]), atol=1e-4
    )


def test_the_density_is_the_slope_of_the_cdf():
    slope = (bivariate_cdf(0.3, -0.7, 0.5 + 1e-5) - bivariate_cdf(0.3, -0.7, 0.5 - 1e-5)) / 2e-5
    assert slope == pytest.approx(bivariate_density(0.3, -0.7, 0.5), rel=1e-6)


def test_quantiles_invert_the_cdf_and_end_infinite():
    assert normal_quantile(normal_cdf(1.3)) == pytest.approx(1.3)
    assert normal_quantile([0.0, 1.0]).tolist() == [-np.inf, np.inf]


def test_small_and_large_arrays_round_alike(rng):
    a, b, r = rng.normal(size=SMALL + 1), rng.normal(size=SMALL + 1), rng.uniform(-1, 1, size=SMALL + 1)
    in_parts = [bivariate_cdf(a[part], b[part], r[part]) for part in (slice(None, 200), slice(200, None))]
    np.testing.assert_array_equal(bivariate_cdf(a, b, r), np.concatenate(in_parts))
