"""A claim must hold through the last tenth of the verdicts."""

import numpy as np
import pytest

from annotation.selection.stopping import closes_at, has_held, run_starts


def held_by_definition(verdicts, claims, target):
    """Look back from each place, one look after the other."""
    result = []
    for at, n in enumerate(verdicts):
        first = at
        while first > 0 and claims[first - 1] >= target:
            first -= 1
        result.append(bool(claims[at] >= target and 10 * (n - verdicts[first]) >= n))
    return result


def test_a_claim_that_drops_starts_anew():
    verdicts = np.arange(1, 31)
    claims = np.where(verdicts >= 10, 0.96, 0.5)
    assert np.flatnonzero(has_held(verdicts, claims, 0.95))[0] == 11  # after 12: two of twelve
    claims[11] = 0.94
    assert np.flatnonzero(has_held(verdicts, claims, 0.95))[0] == 14  # begun at 13, 15 - 13 >= 1.5


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_its_definition(seed):
    rng = np.random.default_rng(seed)
    verdicts = np.cumsum(rng.integers(1, 9, 60))
    claims = rng.choice([0.2, 0.8, 0.9], size=60, p=[0.1, 0.2, 0.7])
    assert has_held(verdicts, claims, 0.8).tolist() == held_by_definition(verdicts, claims, 0.8)


def test_unknown_claims_and_no_looks_do_not_stop():
    assert not has_held([10, 20, 30], [1.0, np.nan, 1.0], 0.9).any()
    assert has_held([], [], 0.9).size == 0
    assert run_starts([10, 20, 30], [1.0, np.nan, 1.0], 0.9).tolist() == pytest.approx(
        [10, np.nan, 30], nan_ok=True
    )


def test_a_claim_at_no_verdicts_at_all_holds():
    assert has_held([0, 1], [1.0, 1.0], 0.9).tolist() == [True, True]
    assert not has_held([1], [1.0], 0.9)[0]


@pytest.mark.parametrize("first", range(1, 200))
def test_closes_at_is_the_first_number_that_holds(first):
    verdicts = np.arange(first, first + 60)
    held = has_held(verdicts, np.ones(60), 0.9)
    assert verdicts[np.argmax(held)] == closes_at(first)
