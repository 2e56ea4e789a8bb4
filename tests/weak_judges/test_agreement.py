import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.weak_judges import judge_agreement


def test_counts_skip_whatever_is_missing_on_either_side() -> None:
    weak = np.array([[[2, 0], [1, -1], [1, 1]], [[0, 0], [2, 2], [1, 1]]], dtype=np.int8)
    outcomes = np.array([[2, 1], [-1, 0]], dtype=np.int8)
    measured = judge_agreement(weak, outcomes)
    assert measured.n_compared.tolist() == [3, 2]
    assert measured.n_agreed.tolist() == [2, 0]
    assert measured.agreement.tolist() == [2 / 3, 0]


def test_nothing_compared_leaves_everything_open() -> None:
    measured = judge_agreement(np.ones((2, 3, 1), np.int8), np.full((2, 2), -1, np.int8))
    assert np.isnan(measured.agreement).all()
    assert (measured.low.tolist(), measured.high.tolist()) == ([0.0], [1.0])


@pytest.mark.parametrize(("n_agreed", "n"), [(0, 5), (3, 7), (9, 10), (40, 40), (500, 1000)])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_interval_is_that_of_scipy(n_agreed: int, n: int, confidence: float) -> None:
    from scipy.stats import binomtest

    weak = np.ones((n, 2, 1), np.int8)
    outcomes = np.where(np.arange(n) < n_agreed, 1, 2).astype(np.int8)[:, np.newaxis]
    measured = judge_agreement(weak, outcomes, confidence)
    expected = binomtest(n_agreed, n).proportion_ci(confidence, method="wilson")
    assert (measured.low[0], measured.high[0]) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_shapes_and_confidence_are_checked() -> None:
    weak = np.ones((2, 3, 1), np.int8)
    with pytest.raises(InvalidValueError, match=r"got \(2, 3, 1\) and \(2, 3\)"):
        judge_agreement(weak, np.ones((2, 3), np.int8))
    with pytest.raises(InvalidValueError, match=r"1\.5"):
        judge_agreement(weak, np.ones((2, 2), np.int8), confidence=1.5)
