"""Alpha against values worked out by hand and the worked example of the literature."""

from fractions import Fraction

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.lookups.agreement import krippendorff_alpha, pair_agreements, verdict_alpha

STAR = np.nan
# Three coders, fifteen units, missing values: the example with alpha 0.691 (nominal) and 0.811 (interval).
CODERS = np.array(
    [
        [STAR, STAR, STAR, STAR, STAR, 3, 4, 1, 2, 1, 1, 3, 3, STAR, 3],
        [1, STAR, 2, 1, 3, 3, 4, 3, STAR, STAR, STAR, STAR, STAR, STAR, STAR],
        [STAR, STAR, 2, 1, 3, 4, 4, STAR, 2, 1, 1, 3, 3, STAR, 4],
    ]
).T


def test_example_nominal():
    # Coincidences: 26 values; off the diagonal 3 + 3 (1-3 once, 3-4 twice, each in both orders) = 6.
    # Margins 7, 4, 10, 5: D_e n (n - 1) = 26^2 - (49 + 16 + 100 + 25) = 486.
    expected = 1 - 25 * Fraction(6) / 486
    assert krippendorff_alpha(CODERS, "nominal").value == pytest.approx(float(expected), abs=1e-12)
    assert krippendorff_alpha(CODERS, "nominal").value == pytest.approx(0.691, abs=5e-4)


def test_example_interval():
    # Observed: one pair 1-3 (4, both orders: 8), two pairs 3-4 (1 each: 4) = 12. Expected: twice the sum over
    # grades of n_c n_k (c - k)^2 = 2 (28 + 280 + 315 + 40 + 80 + 50) = 1586.
    expected = 1 - 25 * Fraction(12) / 1586
    assert krippendorff_alpha(CODERS, "interval").value == pytest.approx(float(expected), abs=1e-12)
    assert krippendorff_alpha(CODERS, "interval").value == pytest.approx(0.811, abs=5e-4)


def test_three_annotators_weigh_a_unit_by_its_values():
    # Unit 1: 0, 0, 2 -> ordered pairs apart: 4 of distance 4, divided by m - 1 = 2: 8. Unit 2: 1, 1 -> 0.
    # Margins: 0 twice, 1 twice, 2 once. Across: 2 (2*2*1 + 2*1*4 + 2*1*1) = 28, n = 5.
    alpha = krippendorff_alpha([[0, 0, 2], [1, 1, STAR]])
    assert alpha.value == pytest.approx(1 - 4 * 8 / 28)
    assert alpha.n_units == 2


def test_perfect_agreement_is_one_with_a_tight_interval():
    alpha = krippendorff_alpha([[0, 0], [2, 2], [1, 1], [0, 0]])
    assert (alpha.value, alpha.low, alpha.high) == (1.0, 1.0, 1.0)


def test_independent_annotators_are_near_zero(rng):
    alpha = krippendorff_alpha(rng.integers(0, 3, size=(3000, 2)))
    assert abs(alpha.value) < 0.06
    assert alpha.low < alpha.value < alpha.high
    assert alpha.low < 0 < alpha.high


def test_interval_narrows_with_units(rng):
    truth = rng.integers(0, 3, size=1000)
    noisy = np.where(rng.random(1000) < 0.8, truth, rng.integers(0, 3, size=1000))
    table = np.column_stack([truth, noisy])
    few, many = krippendorff_alpha(table[:40]), krippendorff_alpha(table)
    assert many.high - many.low < (few.high - few.low) / 2


@pytest.mark.parametrize("table", [[[1, STAR], [STAR, 2]], [[1, 1], [1, 1]], np.empty((0, 2))])
def test_unknown_without_pairs_or_variation(table):
    assert krippendorff_alpha(table).value is None


def test_the_same_seed_gives_the_same_interval(rng):
    table = rng.integers(0, 3, size=(30, 2))
    assert krippendorff_alpha(table, seed=4) == krippendorff_alpha(table, seed=4)


def test_refuses_what_is_no_table():
    with pytest.raises(InvalidValueError, match=r"shape \(3,\)"):
        krippendorff_alpha([1, 2, 3])
    with pytest.raises(InvalidValueError, match="'ratio'"):
        krippendorff_alpha([[1, 2]], "ratio")


def test_verdicts_as_triples():
    triples = [(7, "ann", 0), (7, "bob", 0), (7, "cy", 2), (8, "ann", 1), (8, "bob", 1), (9, "ann", 2)]
    assert verdict_alpha(triples).value == pytest.approx(1 - 4 * 8 / 28)
    pairs = {(p.first, p.second): (p.n_shared, p.n_same) for p in pair_agreements(triples)}
    assert pairs == {("ann", "bob"): (2, 2), ("ann", "cy"): (1, 0), ("bob", "cy"): (1, 0)}
    assert pair_agreements(triples)[0].share == 1.0
