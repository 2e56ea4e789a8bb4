"""Near copies are found by their verdicts, and count as one."""

import numpy as np
import pytest

from annotation.selection import MISSING, SelectionProblem
from annotation.selection.item_response import LOG_WEIGHTS, fit_outcomes
from annotation.selection.near_copies import (
    CHANCE,
    SHARES,
    count_verdicts,
    predict_left_out,
    shared_outcomes,
)
from tests.selection.item_worlds import draw_world, half_told


def one_hot(told):
    return np.stack([told == v for v in range(3)], axis=1)


def copied_world(rng, n_queries=120, n_families=5, n_copies=3, changed=0.04):
    """Families of candidates that agree on all but a few queries."""
    table, _, _ = draw_world(rng, n_queries, n_families, ease_scale=1.2)
    copies = np.repeat(table, n_copies, axis=1)
    other = rng.integers(0, 3, size=copies.shape)
    return np.where(rng.random(copies.shape) < changed, other, copies).astype(np.int8)


def full_problem(table):
    return SelectionProblem(np.ones(table.shape, dtype=np.bool_))


class TestPredictLeftOut:
    def test_is_the_prediction_of_a_posterior_without_the_verdict(self, rng):
        model, told, _ = half_told(rng, 12, 4)
        predicted = predict_left_out(one_hot(told), model.counts, model.posterior, model.law)
        for query, candidate in np.argwhere(told != MISSING):
            joint = LOG_WEIGHTS.copy()
            for other in np.flatnonzero(told[query] != MISSING):
                if other != candidate:
                    joint += model.counts[query, other] * model.law.log_p[told[query, other], other]
            weight = np.exp(joint - joint.max())
            p = np.exp(model.law.log_p[told[query, candidate], candidate])
            assert predicted[query, candidate] == pytest.approx(weight @ p / weight.sum(), rel=1e-6)
        assert (predicted[told == MISSING] == 1.0).all()


class TestSharedOutcomes:
    def test_is_the_posterior_by_bayes_pair_by_pair(self, rng):
        told = rng.integers(-1, 3, size=(9, 4)).astype(np.int8)
        predicted = np.where(told == MISSING, 1.0, rng.uniform(0.2, 0.9, told.shape))
        found = shared_outcomes(one_hot(told), predicted)
        for first in range(4):
            for second in range(4):
                chances = []
                for share in (0.0, *SHARES):
                    likelihood = 1.0
                    for a, b, p, q in zip(
                        told[:, first],
                        told[:, second],
                        predicted[:, first],
                        predicted[:, second],
                        strict=True,
                    ):
                        if MISSING not in (a, b):
                            either = [1 - share + share / x if a == b else 1 - share for x in (p, q)]
                            likelihood *= np.sqrt(either[0] * either[1])
                    chances.append(likelihood * (CHANCE / len(SHARES) if share else 1 - CHANCE))
                expected = 0.0 if first == second else SHARES @ chances[1:] / np.sum(chances)
                assert found[first, second] == pytest.approx(expected, rel=1e-9)

    def test_copies_are_told_from_candidates_that_are_merely_alike(self, rng):
        table = copied_world(rng)
        found = fit_outcomes(full_problem(table), table).shared_outcomes
        is_copy = np.kron(np.eye(5), np.ones((3, 3))).astype(bool) & ~np.eye(15, dtype=bool)
        assert found[is_copy].min() > 0.8
        assert found[~is_copy].max() < 0.1

    def test_candidates_that_win_nearly_always_are_no_copies(self, rng):
        table = np.where(rng.random((200, 4)) < 0.97, 2, 0).astype(np.int8)
        assert fit_outcomes(full_problem(table), table).shared_outcomes.max() < 0.05

    def test_nothing_told(self):
        shares = shared_outcomes(np.zeros((5, 3, 2), dtype=np.bool_), np.ones((5, 2)))
        assert shares[0, 1] == shares[1, 0] == pytest.approx(CHANCE * SHARES.mean())


def test_copies_count_together_as_one():
    shares = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    told = np.array([[True, True, True], [True, False, True], [False, False, False]])
    assert count_verdicts(told, shares).tolist() == [[0.5, 0.5, 1.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]


def test_copies_change_little_for_the_others(rng):
    """Taken for independent, two copies more would count as two verdicts more on every query."""
    table = copied_world(rng, n_families=6, n_copies=1)
    copied = table[:, [0, 0, 0, 1, 2, 3, 4, 5]]
    alone, among = (fit_outcomes(full_problem(t), t) for t in (table, copied))
    assert among.ease_scale == pytest.approx(alone.ease_scale, rel=0.1)
    assert among.ability[3:] == pytest.approx(alone.ability[1:], abs=0.1)
    spread = [np.sqrt(model.covariance.diagonal()) for model in (alone, among)]
    assert spread[1][3:8] == pytest.approx(spread[0][1:6], rel=0.1)
    # What the copies tell of their own ability is discounted too, but not given up.
    assert spread[0][0] < spread[1][0] < 1.8 * spread[0][0]


def test_copies_do_not_inflate_the_scale_of_eases(rng):
    table = copied_world(rng)
    assert fit_outcomes(full_problem(table), table).ease_scale == pytest.approx(1.2, rel=0.35)
