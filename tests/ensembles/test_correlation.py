"""Latent correlations: estimated, shrunk, projected, factored."""

import numpy as np
import pytest

from annotation.ensembles.correlation import (
    MAX_CORRELATION,
    nearest_correlation,
    one_factor,
    shrink,
    tetrachoric,
    tetrachoric_variance,
)
from annotation.ensembles.normal import bivariate_cdf, normal_quantile


def test_tetrachoric_finds_the_correlation_that_made_the_joint_probability(rng):
    p, q, r = rng.uniform(0.1, 0.9, 200), rng.uniform(0.1, 0.9, 200), rng.uniform(-0.7, 0.95, 200)
    joint = bivariate_cdf(normal_quantile(p), normal_quantile(q), r)
    np.testing.assert_allclose(tetrachoric(p, q, joint), r, atol=1e-5)


def test_at_one_half_it_is_the_closed_form():
    """Sheppard: P(both below the median) = 1/4 + arcsin(r) / (2 pi)."""
    half = np.array([0.5])
    assert tetrachoric(half, half, np.array([0.375])) == pytest.approx(np.sin(0.125 * 2 * np.pi))


def test_a_joint_probability_out_of_reach_gives_the_end():
    p = np.array([0.3, 0.3])
    np.testing.assert_allclose(
        tetrachoric(p, p, np.array([0.4, -0.1])), [MAX_CORRELATION, -MAX_CORRELATION], atol=1e-3
    )


@pytest.mark.parametrize(
    ("first", "second", "r"), [(0.2, 0.2, 0.5), (0.1, 0.2, 0.3), (0.3, 0.4, -0.4), (0.1, 0.1, 0.9)]
)
def test_the_variance_is_that_of_repeated_samples(first, second, r, rng):
    """Four-fold tables of 2,000 queries, drawn 1,500 times; the margins are estimated from each of them."""
    both = float(bivariate_cdf(normal_quantile(first), normal_quantile(second), r))
    tables = rng.multinomial(2_000, [both, first - both, second - both, 1 - first - second + both], 1_500)
    shares = tables / 2_000
    found = tetrachoric(shares[:, 0] + shares[:, 1], shares[:, 0] + shares[:, 2], shares[:, 0])
    expected = tetrachoric_variance(*(np.array([value]) for value in (first, second, both, r)))[0]
    assert found.var() * 2_000 == pytest.approx(expected, rel=0.15)


def test_shrinkage_leaves_exact_correlations_and_flattens_noise():
    matrix = np.array([[1, 0.8, 0.2], [0.8, 1, 0.4], [0.2, 0.4, 1]])
    exact, intensity = shrink(matrix, np.zeros((3, 3)))
    np.testing.assert_allclose(exact, matrix)
    assert intensity == 0.0
    flat, intensity = shrink(matrix, np.full((3, 3), 0.5))
    assert intensity == 1.0
    np.testing.assert_allclose(flat[np.triu_indices(3, 1)], np.full(3, 1.4 / 3), atol=1e-9)


def test_a_pair_never_seen_together_gets_the_mean():
    matrix = np.array([[1, 0.6, 0.9], [0.6, 1, 0.4], [0.9, 0.4, 1]])
    variance = np.zeros((3, 3))
    variance[0, 2] = variance[2, 0] = np.inf
    shrunk, _ = shrink(matrix, variance)
    assert shrunk[0, 2] == shrunk[2, 0] == pytest.approx(0.5)
    assert shrunk[0, 1] == pytest.approx(0.6)


def test_the_nearest_correlation_matrix_is_highams():
    """The example of Higham 2002, section 4: the nearest to a tridiagonal matrix of ones."""
    near = nearest_correlation(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]]))
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    np.testing.assert_allclose(near, expected, atol=1e-4)
    assert np.linalg.eigvalsh(near)[0] > -1e-10


def test_a_correlation_matrix_stays_as_it_is():
    matrix = np.array([[1, 0.3], [0.3, 1]])
    np.testing.assert_array_equal(nearest_correlation(matrix), matrix)


def test_one_factor_recovers_its_loadings():
    loading = np.array([0.9, 0.7, 0.5, 0.3])
    matrix = np.outer(loading, loading)
    np.fill_diagonal(matrix, 1.0)
    np.testing.assert_allclose(one_factor(matrix), loading, atol=1e-6)


@pytest.mark.parametrize(("matrix", "expected"), [([[1.0]], [0.0]), ([[1, 0.49], [0.49, 1]], [0.7, 0.7])])
def test_one_factor_of_few_candidates(matrix, expected):
    np.testing.assert_allclose(one_factor(np.array(matrix)), expected)
