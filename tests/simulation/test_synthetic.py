"""Each synthetic world has the property that it is there for."""

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.simulation.synthetic import JUDGE_ACCURACIES, WORLDS, synthetic_table
from annotation.simulation.tables import pool_win_rates


@pytest.mark.parametrize("world", WORLDS)
def test_same_seed_same_table(world):
    table = synthetic_table(world, 5)
    again = synthetic_table(world, 5)
    assert np.array_equal(table.outcomes, again.outcomes)
    assert np.array_equal(table.weak_outcomes, again.weak_outcomes)
    assert table.digest() != synthetic_table(world, 6).digest()
    assert np.all(table.weak_outcomes[:, -1] == 1)


def test_sizes_can_be_given():
    assert synthetic_table("item-response", 0, n_queries=7, n_candidates=3).outcomes.shape == (7, 3)
    assert synthetic_table("few-queries", 0).outcomes.shape == (13, 58)


def test_judges_are_as_good_as_they_say():
    table = synthetic_table("item-response", 1)
    agreement = (table.weak_outcomes[:, :-1] == table.outcomes[..., None]).mean(axis=(0, 1))
    assert agreement == pytest.approx(JUDGE_ACCURACIES, abs=0.03)


def test_draws_are_heavy():
    assert (synthetic_table("draw-heavy", 2).outcomes == 1).mean() > 0.6


def test_the_baseline_beats_all():
    rates = pool_win_rates(synthetic_table("baseline-beats-all", 3).outcomes)
    assert rates[:-1].max() < 0.5


def test_two_thirds_never_win():
    outcomes = synthetic_table("never-win", 4).outcomes
    assert (~(outcomes == 2).any(axis=0)).sum() == 23


def test_near_duplicates_agree():
    outcomes = synthetic_table("near-duplicates", 5).outcomes
    assert (outcomes[:, 0] == outcomes[:, 1]).mean() > 0.9
    assert (outcomes[:, 0] == outcomes[:, 3]).mean() < 0.9


def test_dependent_queries_repeat_each_other():
    outcomes = synthetic_table("dependent-queries", 6).outcomes
    same = (outcomes[:, None] == outcomes[None]).mean(axis=2)
    nearest = np.sort(same, axis=1)[:, -2]
    assert np.median(nearest) > 0.75
    independent = synthetic_table("item-response", 6).outcomes
    same = (independent[:, None] == independent[None]).mean(axis=2)
    assert np.median(np.sort(same, axis=1)[:, -2]) < np.median(nearest)


def test_adversarial_ease_misleads_where_outcomes_are_even():
    outcomes = synthetic_table("adversarial-ease", 7).outcomes.astype(float) / 2
    evenness = np.abs(outcomes.mean(axis=1) - 0.5)
    even = outcomes[evenness < 0.15].mean(axis=0)
    rest = outcomes[evenness > 0.25].mean(axis=0)
    assert np.corrcoef(even, rest)[0, 1] < 0


def test_unknown_worlds_are_refused_with_the_known_ones():
    with pytest.raises(InvalidValueError, match="'flat'; allowed are item-response"):
        synthetic_table("flat", 0)
