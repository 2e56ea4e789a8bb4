"""The law of errors from verdicts, gaps included."""

import numpy as np
import pytest

from annotation.ensembles.budget import Budget
from annotation.ensembles.error_law import set_error
from annotation.ensembles.pairwise import MIN_JOINT, build_pairwise_ensemble
from annotation.ensembles.verdict_law import count_joint, law_of_verdicts
from annotation.exceptions import InvalidValueError
from tests.ensembles.worlds import family_law

NAMES = tuple(f"m{j}" for j in range(6))


def judge(n_queries, share, seed=0):
    """Verdicts on some comparisons; losses are errors, a third of the rest are draws."""
    rng = np.random.default_rng(seed)
    law, family = family_law(seed, n=6, across=0.0)
    wrong = law.sample(n_queries, rng)
    outcomes = np.where(wrong, 0, np.where(rng.random(wrong.shape) < 1 / 3, 1, 2)).astype(np.int8)
    known = rng.random(wrong.shape) < share
    return law, family, wrong, np.where(known, outcomes, -1).astype(np.int8)


def test_complete_verdicts_give_the_law_and_a_draw_is_no_error():
    law, _, wrong, outcomes = judge(10_000, 1.0)
    found = law_of_verdicts(outcomes, np.zeros(outcomes.shape))
    np.testing.assert_allclose(found.error, wrong.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(found.correlation, law.correlation, atol=0.08)
    assert found.n_queries == 10_000


def test_perfect_predictions_fill_gaps_perfectly():
    _, _, wrong, outcomes = judge(2000, 0.4)
    found = law_of_verdicts(outcomes, wrong.astype(float))
    complete = law_of_verdicts((~wrong * 2).astype(np.int8), np.zeros(wrong.shape))
    np.testing.assert_allclose(found.error, complete.error)
    np.testing.assert_allclose(found.correlation, complete.correlation, atol=0.02)
    assert found.n_queries == pytest.approx(2000 * 0.16, rel=0.15)


def test_posterior_draws_keep_correlations_that_means_lose(rng):
    """One unknown ease per query: its mean tells nothing, its draws tell that errors go together."""
    ease = rng.random((40, 1500, 1))
    draws = np.broadcast_to(np.where(ease < 0.3, 0.9, 0.1), (40, 1500, 2))
    nothing = np.full((1500, 2), -1, dtype=np.int8)
    assert law_of_verdicts(nothing, draws).correlation[0, 1] > 0.6
    assert abs(law_of_verdicts(nothing, draws.mean(axis=0)).correlation[0, 1]) < 0.2


def test_draws_are_no_further_queries():
    _, _, _, outcomes = judge(80, 1.0)
    once = law_of_verdicts(outcomes, np.zeros(outcomes.shape))
    often = law_of_verdicts(outcomes, np.zeros((25, *outcomes.shape)))
    assert 0.0 < once.shrinkage < 1.0
    assert often.shrinkage == pytest.approx(once.shrinkage)
    np.testing.assert_allclose(often.error, once.error)
    np.testing.assert_allclose(often.correlation, once.correlation, atol=1e-9)


def test_the_ensemble_picks_across_families_and_counts_joint_queries():
    _, family, _, outcomes = judge(1500, 0.6)
    result = build_pairwise_ensemble(outcomes, np.full(outcomes.shape, 0.25), NAMES, Budget(3))
    assert set(family[[step.candidate for step in result.steps]]) == {0, 1}
    np.testing.assert_array_equal(np.diag(result.n_joint), (outcomes >= 0).sum(axis=0))
    assert result.n_joint[0, 1] == ((outcomes[:, 0] >= 0) & (outcomes[:, 1] >= 0)).sum()
    assert result.is_enough
    assert result.floor.low <= result.floor.value <= result.floor.high
    assert result.gain.low <= result.gain.value <= result.gain.high
    assert result.gain.high < 1.0
    assert result.best == int(result.law.error.argmin())
    assert result.single.value == pytest.approx(1.0 - result.law.error.min())
    assert [sizes.gain.value for sizes in result.by_size] == pytest.approx(
        [sizes.accuracy.value - result.single.value for sizes in result.by_size]
    )
    for count, sizes in enumerate(result.by_size, start=1):
        chosen = result.law.pick([step.candidate for step in result.steps[:count]])
        assert sizes.accuracy.value == pytest.approx(
            1.0 - set_error(chosen.pattern_probabilities()), abs=2e-3
        )
        assert sizes.accuracy.low <= sizes.accuracy.value <= sizes.accuracy.high
    assert set(result.members) <= {step.candidate for step in result.steps}


def test_too_few_joint_queries_are_said():
    _, _, _, outcomes = judge(60, 0.3)
    result = build_pairwise_ensemble(outcomes, np.full(outcomes.shape, 0.25), NAMES, Budget(3))
    assert result.least_joint < MIN_JOINT
    assert not result.is_enough
    assert result.sentence.startswith("Not enough")


def test_joint_counts_by_hand():
    outcomes = np.array([[0, 1], [2, -1], [-1, -1], [0, 0]], dtype=np.int8)
    assert count_joint(outcomes).tolist() == [[3, 2], [2, 2]]


def test_bad_input_is_named():
    outcomes = np.zeros((4, 2), dtype=np.int8)
    with pytest.raises(InvalidValueError, match=r"shape \(4, 3\)"):
        law_of_verdicts(outcomes, np.zeros((4, 3)))
    with pytest.raises(InvalidValueError, match="from 0 to 1"):
        law_of_verdicts(outcomes, np.full((4, 2), 1.5))
    with pytest.raises(InvalidValueError, match="0 verdicts"):
        build_pairwise_ensemble(outcomes - 1, np.zeros((4, 2)), ("a", "b"), Budget(2))
    with pytest.raises(InvalidValueError, match="1 names for 2"):
        build_pairwise_ensemble(outcomes, np.zeros((4, 2)), ("a",), Budget(1))


def test_money_leaves_out_the_best_where_it_is_too_dear():
    _, _, _, outcomes = judge(600, 1.0)
    rates = (outcomes == 0).mean(axis=0)
    dear = int(rates.argmin())
    prices = tuple(9.0 if j == dear else 1.0 for j in range(6))
    result = build_pairwise_ensemble(outcomes, np.zeros(outcomes.shape), NAMES, Budget(3, 3.0, prices))
    assert dear not in {result.best, *(step.candidate for step in result.steps)}
    assert result.best == int(np.argsort(rates)[1])


def test_without_early_stop_every_step_is_a_member_and_progress_is_told():
    _, _, _, outcomes = judge(200, 1.0)
    told = []
    result = build_pairwise_ensemble(
        outcomes,
        np.zeros(outcomes.shape),
        NAMES,
        Budget(4),
        stop_early=False,
        progress=lambda fraction, words: told.append(fraction),
    )
    assert result.size == len(result.steps) == 4
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_a_gain_that_may_be_none_is_not_called_one():
    """Two equal, independent candidates: on two the best rule is one of them, so nothing is gained."""
    rng = np.random.default_rng(3)
    outcomes = np.where(rng.random((400, 2)) < 0.25, 0, 2).astype(np.int8)
    result = build_pairwise_ensemble(
        outcomes, np.zeros(outcomes.shape), NAMES[:2], Budget(2), stop_early=False
    )
    assert result.gain.value == pytest.approx(0.0, abs=2e-3)
    assert result.sentence.startswith("It is not certain")


def test_candidates_that_mostly_lose_are_no_members_however_informative():
    rng = np.random.default_rng(8)
    lost = rng.random((500, 5)) < np.array([0.3, 0.35, 0.97, 0.98, 0.4])
    outcomes = np.where(lost, 0, 2).astype(np.int8)
    result = build_pairwise_ensemble(outcomes, np.zeros(outcomes.shape), NAMES[:5], Budget(5))
    assert {step.candidate for step in result.steps} == {0, 1, 4}
    assert result.n_left_out == 2
    assert len(result.law.error) == 5


def test_where_all_mostly_lose_the_best_stays_alone():
    rng = np.random.default_rng(8)
    outcomes = np.where(rng.random((300, 4)) < np.array([0.9, 0.7, 0.95, 0.8]), 0, 2).astype(np.int8)
    result = build_pairwise_ensemble(outcomes, np.zeros(outcomes.shape), NAMES[:4], Budget(3))
    assert result.members == (1,)
    assert result.single.value == pytest.approx((outcomes[:, 1] != 0).mean(), abs=5e-3)
    assert result.sentence == (
        "No ensemble beats m1 here: every other candidate loses at least half of its comparisons."
    )


def test_of_equals_the_one_that_is_asked_is_called_the_best():
    """Nobody ever loses: whoever comes first is as good as the others, and the sentence names no other."""
    outcomes = np.full((60, 4), 2, dtype=np.int8)
    found = build_pairwise_ensemble(outcomes, np.zeros((60, 4)), ("a", "b", "c", "d"), Budget(3))
    assert found.members == (found.best,)
    assert f"No ensemble beats {found.candidates[found.best]} here" in found.sentence
