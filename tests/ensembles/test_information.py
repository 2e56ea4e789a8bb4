"""Information of discrete variables: by hand, by identity, by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.ensembles.information import (
    ESTIMATORS,
    bootstrap_information,
    conditional_mutual_information,
    entropy,
    joint_codes,
    mutual_information,
)
from annotation.exceptions import InvalidValueError

LOG2 = np.log(2)


def test_entropy_by_hand():
    assert entropy(np.array([1, 1]), "plug_in") == pytest.approx(LOG2)
    assert entropy(np.array([1, 1]), "plug_in", unit="bits") == pytest.approx(1.0)
    assert entropy(np.array([2, 2, 0]), "miller_madow") == pytest.approx(LOG2 + 1 / 8)
    p = np.array([1.5, 0.5]) / 2
    assert entropy(np.array([1, 0]), "dirichlet") == pytest.approx(-(p * np.log(p)).sum())


def test_a_copy_tells_everything_and_an_independent_variable_nothing():
    x, y = np.repeat([0, 1, 2], 4), np.tile([0, 1], 6)
    assert mutual_information(x, x, "plug_in") == pytest.approx(np.log(3))
    assert mutual_information(x, y, "plug_in") == pytest.approx(0.0, abs=1e-12)


def test_exclusive_or_is_pure_complementarity():
    x, z = np.tile([0, 0, 1, 1], 5), np.tile([0, 1, 0, 1], 5)
    y = x ^ z
    assert mutual_information(x, y, "plug_in") == pytest.approx(0.0, abs=1e-12)
    assert conditional_mutual_information(x, y, z, "plug_in") == pytest.approx(LOG2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=3, max_size=40))
def test_the_chain_rule_holds_for_the_plug_in(rows):
    x, y, z = np.array(rows).T
    joint = mutual_information(np.column_stack([x, z]), y, "plug_in")
    parts = mutual_information(z, y, "plug_in") + conditional_mutual_information(x, y, z, "plug_in")
    assert joint == pytest.approx(parts, abs=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_estimator_finds_the_information_of_a_binary_channel(estimator):
    y = np.tile([0, 1], 10_000)
    x = np.where(np.arange(20_000) // 2 % 5 == 0, 1 - y, y)
    expected = LOG2 + 0.2 * np.log(0.2) + 0.8 * np.log(0.8)
    assert mutual_information(x, y, estimator) == pytest.approx(expected, abs=1e-3)


def test_miller_madow_takes_off_the_bias_of_independent_variables(rng):
    plug_in, corrected = [], []
    for _ in range(60):
        x, y = rng.integers(6, size=(2, 200))
        plug_in.append(mutual_information(x, y, "plug_in"))
        corrected.append(mutual_information(x, y))
    assert np.mean(plug_in) == pytest.approx(25 / 400, rel=0.15)
    assert np.mean(corrected) < np.mean(plug_in) / 4


def test_missing_values_are_a_class_or_left_out():
    x, y = np.array([0, 0, 1, 1, -1, -1]), np.array([0, 0, 1, 1, 0, 1])
    assert mutual_information(x, y, "plug_in", missing="pairwise") == pytest.approx(LOG2)
    assert mutual_information(x, y, "plug_in", missing="class") == pytest.approx(2 / 3 * LOG2)


def test_the_bootstrap_interval_covers(rng):
    expected = LOG2 + 0.2 * np.log(0.2) + 0.8 * np.log(0.8)
    hits = 0
    for _ in range(40):
        y = rng.integers(2, size=150)
        x = np.where(rng.random(150) < 0.2, 1 - y, y)
        found = bootstrap_information(mutual_information, x, y, rng=rng, n_draws=100)
        assert found.low <= found.value <= found.high
        hits += found.low <= expected <= found.high
    assert hits >= 33


def test_joint_codes_number_distinct_rows():
    assert joint_codes(np.array([[1, 2], [1, 2], [0, 5]])).tolist() == [1, 1, 0]
    assert joint_codes(np.empty((3, 0), dtype=int)).tolist() == [0, 0, 0]


def test_bad_input_is_named():
    x = np.array([0, 1])
    with pytest.raises(InvalidValueError, match="estimator: 'magic'"):
        mutual_information(x, x, "magic")
    with pytest.raises(InvalidValueError, match="missing: 'ignore'"):
        mutual_information(x, x, missing="ignore")
    with pytest.raises(InvalidValueError, match="unit: 'hartleys'"):
        entropy(x, unit="hartleys")
    with pytest.raises(InvalidValueError, match="equally many"):
        mutual_information(x, np.array([0, 1, 2]))
    with pytest.raises(InvalidValueError, match="0 rows"):
        mutual_information(np.array([-1]), np.array([0]), missing="pairwise")
    with pytest.raises(InvalidValueError, match="0 counts"):
        entropy(np.zeros(3))


@pytest.mark.parametrize("column", [[3, -1, 3, 0, 7], [10**9, 4, 10**9], [0, 0, 0], [2, 5]])
def test_codes_of_one_column_are_the_ranks_of_its_values(column):
    expected = np.unique(column, return_inverse=True)[1]
    assert joint_codes(np.array(column)).tolist() == expected.tolist()
