"""The Gaussian copula of errors against sampling, scipy and hand-computed cases."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from annotation.ensembles.error_law import ErrorLaw, fit_error_law, set_error, set_information
from annotation.ensembles.normal import normal_quantile
from annotation.exceptions import InvalidValueError
from tests.ensembles.worlds import family_law, independent_law


def equal_law(error, correlation, n):
    matrix = np.full((n, n), correlation)
    np.fill_diagonal(matrix, 1.0)
    return ErrorLaw(np.full(n, error), matrix)


def test_pattern_probabilities_are_scipys_orthants():
    law = ErrorLaw(np.array([0.2, 0.3, 0.1]), np.array([[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]]))
    patterns = law.pattern_probabilities(8192)
    assert patterns.sum() == pytest.approx(1.0)
    all_wrong = multivariate_normal.cdf(normal_quantile(law.error), cov=law.correlation)
    assert patterns[0b111] == pytest.approx(all_wrong, abs=2e-4)
    assert patterns[[1, 3, 5, 7]].sum() == pytest.approx(0.2, abs=2e-4)
    both = multivariate_normal.cdf(normal_quantile(law.error[:2]), cov=law.correlation[:2, :2])
    assert patterns[[3, 7]].sum() == pytest.approx(both, abs=2e-4)


def test_independent_errors_multiply():
    patterns = independent_law(0.2, 0.3).pattern_probabilities()
    np.testing.assert_allclose(patterns, [0.56, 0.14, 0.24, 0.06])


def test_samples_follow_the_law(rng):
    law, _ = family_law(1, n=4)
    wrong = law.sample(40_000, rng)
    np.testing.assert_allclose(wrong.mean(axis=0), law.error, atol=0.01)
    observed = np.bincount(wrong @ (1 << np.arange(4)), minlength=16) / len(wrong)
    np.testing.assert_allclose(law.pattern_probabilities(), observed, atol=0.01)


def test_information_of_one_candidate_is_the_binary_channels():
    h = -(0.2 * np.log(0.2) + 0.8 * np.log(0.8))
    assert set_information(np.array([0.8, 0.2])) == pytest.approx(np.log(2) - h)


def test_information_of_a_set_is_that_of_the_joint_table():
    """I(Y; X) written out over y and every pattern, for three correlated candidates."""
    patterns = equal_law(0.3, 0.5, 3).pattern_probabilities()
    joint = np.stack([patterns, patterns[::-1]]) / 2
    expected = (joint * np.log(joint / joint.sum(axis=0) / 0.5)).sum()
    assert set_information(patterns) == pytest.approx(expected)


def test_the_best_rule_on_three_independent_candidates_is_the_majority():
    patterns = equal_law(0.2, 0.0, 3).pattern_probabilities()
    assert set_error(patterns) == pytest.approx(3 * 0.2**2 * 0.8 + 0.2**3)


def test_the_law_is_found_again_from_its_sample(rng):
    law, _ = family_law(2, n=6)
    found = fit_error_law(law.sample(20_000, rng).astype(float))
    np.testing.assert_allclose(found.error, law.error, atol=0.015)
    np.testing.assert_allclose(found.correlation, law.correlation, atol=0.07)


def test_two_families_stay_apart_on_a_few_hundred_queries(rng):
    """Within .8, across .2: their difference must not be taken for noise."""
    is_same = np.equal.outer(np.arange(12) % 2, np.arange(12) % 2)
    correlation = np.where(is_same, 0.8, 0.2) + 0.2 * np.eye(12)
    law = ErrorLaw(np.linspace(0.1, 0.3, 12), correlation)
    found = fit_error_law(law.sample(200, rng).astype(float))
    pairs = np.triu_indices(12, 1)
    gap = found.correlation[pairs][is_same[pairs]].mean() - found.correlation[pairs][~is_same[pairs]].mean()
    assert gap > 0.4


def test_pairs_use_the_queries_known_for_both(rng):
    law, _ = family_law(3, n=4)
    wrong = law.sample(20_000, rng).astype(float)
    known = rng.random(wrong.shape) < 0.6
    found = fit_error_law(np.where(known, wrong, np.nan), weights=known)
    np.testing.assert_allclose(found.correlation, law.correlation, atol=0.08)
    assert found.n_queries == pytest.approx(20_000 * 0.36, rel=0.05)


@pytest.mark.parametrize("column", [0.0, 1.0])
def test_constant_and_identical_candidates_leave_a_finite_law(column, rng):
    same = rng.random(50) < 0.3
    wrong = np.column_stack([np.full(50, column), same, same]).astype(float)
    law = fit_error_law(wrong)
    assert np.isfinite(law.correlation).all()
    assert np.linalg.eigvalsh(law.correlation)[0] > 0
    assert law.correlation[1, 2] > 0.4
    assert np.isfinite(law.pattern_probabilities()).all()


def test_impossible_laws_are_refused():
    with pytest.raises(InvalidValueError, match="strictly between"):
        ErrorLaw(np.array([0.0, 0.5]), np.eye(2))
    with pytest.raises(InvalidValueError, match=r"shape \(3, 3\)"):
        ErrorLaw(np.array([0.1, 0.5]), np.eye(3))
    with pytest.raises(InvalidValueError, match="0 queries"):
        fit_error_law(np.zeros((0, 3)))
    with pytest.raises(InvalidValueError, match="13 members"):
        equal_law(0.2, 0.1, 13).pattern_probabilities()
