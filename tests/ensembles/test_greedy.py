"""Which members each objective chooses, in worlds with a known answer."""

from itertools import combinations

import numpy as np
import pytest

from annotation.ensembles.budget import Budget
from annotation.ensembles.error_law import ErrorLaw, set_error
from annotation.ensembles.estimators import choose_by_law
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.gains import CopulaGains, PooledGains, TableGains
from annotation.ensembles.greedy import OBJECTIVES, choose_members, criteria_of_labels, criteria_of_law
from annotation.exceptions import InvalidValueError, TooLargeError
from tests.ensembles.worlds import draw_table, family_law, independent_law


def choose(law, objective="mi", budget=None, seed=0):
    rng = np.random.default_rng(seed)
    estimator = CopulaGains(law, 1024)
    return choose_members(objective, estimator, criteria_of_law(law), budget or Budget(3), rng)


def test_greedy_equals_exhaustive_on_independent_candidates():
    law = independent_law(0.3, 0.1, 0.25, 0.2, 0.4)
    for mine, best in zip(choose(law), choose(law, "exhaustive"), strict=True):
        assert set(mine) == set(best)
    assert set(choose(law)[-1]) == {1, 2, 3}


def test_a_near_duplicate_is_not_chosen_second():
    correlation = np.eye(3)
    correlation[0, 1] = correlation[1, 0] = 0.98
    law = ErrorLaw(np.array([0.2, 0.205, 0.3]), correlation)
    assert choose(law, budget=Budget(2))[1] == (0, 2)
    assert set(choose(law, "accuracy", Budget(2))[1]) == {0, 1}
    assert choose(law, "mrmr", Budget(2))[1] == (0, 2)
    table = draw_table(law, 3000)
    for estimator in (TableGains(Evidence(table)), PooledGains(Evidence(table))):
        criteria = criteria_of_labels(Evidence(table))
        assert choose_members("mi", estimator, criteria, Budget(2), np.random.default_rng(0))[1][1] == 2


def best_error(law, size):
    """By brute force over all sets."""
    estimator = CopulaGains(law, 1024)
    return min(estimator.error(members) for members in combinations(range(12), size))


def test_it_picks_across_families_and_comes_near_the_best_error():
    near, gap = [], []
    for seed in range(20):
        law, family = family_law(seed)
        members = choose(law)[-1]
        assert set(family[list(members)]) == {0, 1}
        best, mine = best_error(law, 3), CopulaGains(law, 1024).error(members)
        near.append(mine <= 1.01 * best)
        gap.append(CopulaGains(law, 1024).error(choose(law, "accuracy")[-1]) / best - 1)
    assert np.mean(near) >= 0.95
    assert np.mean(gap) > 0.02


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_keeps_every_size(objective):
    sets = choose(independent_law(0.3, 0.1, 0.25, 0.2), objective)
    assert [len(members) for members in sets] == [1, 2, 3]
    assert all(len(set(members)) == len(members) for members in sets)


def test_relevance_and_accuracy_take_the_best_and_random_follows_its_seed():
    law = independent_law(0.3, 0.1, 0.25, 0.2)
    assert choose(law, "accuracy")[-1] == choose(law, "relevance")[-1] == (1, 3, 2)
    assert choose(law, "random", seed=1) == choose(law, "random", seed=1)
    assert len({choose(law, "random", seed=seed)[-1] for seed in range(10)}) > 3


def test_money_buys_the_best_rate_and_never_less_than_the_best_single():
    law = independent_law(0.05, 0.3, 0.3)
    cheap = choose(law, budget=Budget(3, 2.0, (2.0, 1.0, 1.0)))
    assert cheap[-1] == (0,)
    rich = choose(law, budget=Budget(3, 4.0, (2.0, 1.0, 1.0)))
    assert set(rich[-1]) == {0, 1, 2}


def test_a_candidate_for_nothing_joins_first():
    law = independent_law(0.1, 0.2, 0.3)
    assert choose(law, budget=Budget(3, 1.0, (1.0, 0.5, 0.0)))[-1][:1] in ((2,), (0,))
    sets = choose(law, budget=Budget(3, 0.0, (1.0, 0.5, 0.0)))
    assert sets == [(2,)]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_no_set_costs_more_than_there_is(objective):
    prices = np.array([3.0, 1.0, 2.0, 1.5])
    for members in choose(independent_law(0.1, 0.3, 0.2, 0.25), objective, Budget(4, 3.2, tuple(prices))):
        assert prices[list(members)].sum() <= 3.2


def test_exhaustive_refuses_politely():
    law = ErrorLaw(np.full(40, 0.2), np.eye(40))
    with pytest.raises(TooLargeError, match="sets of up to 5 of 40 candidates"):
        choose(law, "exhaustive", Budget(5))


def test_an_unknown_objective_is_named():
    with pytest.raises(InvalidValueError, match="objective: 'luck'"):
        choose(independent_law(0.1, 0.2), "luck", Budget(2))


def test_with_doubt_a_gain_within_noise_goes_to_the_more_accurate():
    """Twelve alike candidates and 60 labels: gains differ by luck, so doubt keeps to the accurate."""
    law, _ = family_law(0, error=(0.2, 0.2001), within=0.3, across=0.3)
    mean = dict.fromkeys((0.0, 1.645, 100.0), 0.0)
    for seed in range(10):
        evidence = Evidence(draw_table(law, 60, seed))
        args = PooledGains(evidence), criteria_of_labels(evidence), Budget(3), np.random.default_rng(0)
        for doubt in mean:
            mean[doubt] += evidence.accuracy[list(choose_members("mi", *args, doubt=doubt)[-1])].mean() / 10
        top = evidence.accuracy[evidence.by_accuracy[:3]].mean()
        members = choose_members("mi", *args, doubt=100.0)[-1]
        assert evidence.accuracy[list(members)].mean() == pytest.approx(top)
    assert mean[0.0] < mean[1.645] <= mean[100.0]


def test_choice_by_law_checks_the_budget():
    law = independent_law(0.3, 0.1, 0.2)
    assert choose_by_law(law, Budget(2))[-1] == (1, 2)
    with pytest.raises(InvalidValueError, match="size: 4"):
        choose_by_law(law, Budget(4))


def test_the_error_of_a_pair_is_that_of_its_better_half():
    patterns = independent_law(0.1, 0.3).pattern_probabilities()
    assert set_error(patterns) == pytest.approx(0.1)
