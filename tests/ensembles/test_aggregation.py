"""Rules on answers small enough to count by hand, and against their definitions."""

import numpy as np
import pytest

from annotation.ensembles.aggregation import RULES, FittedRule, fit_rule, log_losses, variants_of
from annotation.ensembles.answers import AnswerTable
from annotation.ensembles.evidence import Evidence
from annotation.exceptions import InvalidValueError
from tests.ensembles.worlds import draw_table, family_law, independent_law


def fit(table, members, rule, place=0):
    return fit_rule(Evidence(table), members, variants_of(rule)[place])


def test_majority_breaks_ties_by_accuracy():
    table = draw_table(independent_law(0.1, 0.3, 0.4, 0.45), 400, n_options=4)
    rule = fit(table, [0, 1, 2, 3], "majority")
    assert rule.predict(np.array([[0, 1, 1, 2], [0, 1, 2, 3], [0, 1, 0, 1], [4, 2, 1, 1]])).tolist() == [
        1,
        0,
        0,
        1,
    ]


def test_answers_that_name_no_option_are_no_votes():
    table = draw_table(independent_law(0.1, 0.3, 0.4), 200, n_options=3)
    for name in ("majority", "weighted", "map", "pooled"):
        assert fit(table, [0, 1, 2], name).predict(np.array([[3, 2, 3]])).tolist() == [2]


def test_without_any_vote_the_most_frequent_option_is_named():
    labels = np.array([0] * 10 + [2] * 30)
    table = AnswerTable(("a", "b", "c"), ("m", "n"), labels, np.column_stack([labels, labels]))
    for name in RULES:
        members = [0] if name == "single" else [0, 1]
        assert fit(table, members, name).predict(np.full((1, len(members)), 3)).tolist() == [2]


def test_weights_are_log_odds():
    table = draw_table(independent_law(0.2, 0.4), 5000, n_options=3)
    expected = [np.log(0.8 * 2 / 0.2), np.log(0.6 * 2 / 0.4)]
    np.testing.assert_allclose(fit(table, [0, 1], "weighted").weights, expected, atol=0.1)


def test_map_is_bayes_under_the_true_law():
    """Binary truth: the likelier of an error pattern and its complement."""
    law, _ = family_law(7, n=4)
    rule = fit(draw_table(law, 50_000), [0, 1, 2, 3], "map")
    p = law.pattern_probabilities()
    index = np.flatnonzero(np.abs(np.log(p / p[::-1])) > 0.15)
    answers = (index[:, None] >> np.arange(4)) & 1
    expected = np.where(p[index] > p[15 - index], 0, 1)
    assert rule.predict(answers).tolist() == expected.tolist()


@pytest.mark.parametrize("place", range(4))
def test_the_pool_predicts_the_likeliest_option_of_its_probabilities(place):
    table = draw_table(family_law(8, n=4)[0], 600, n_options=3)
    rule = fit(table, [0, 1, 3], "pooled", place)
    answers = table.answers[:, [0, 1, 3]]
    losses = np.stack([log_losses(rule, answers, np.full(600, y)) for y in range(3)])
    np.testing.assert_allclose(np.exp(-losses).sum(axis=0), 1.0)
    assert np.array_equal(rule.predict(answers), losses.argmin(axis=0))


def test_learnt_rules_keep_to_the_strong_member_that_majority_outvotes():
    law = independent_law(0.05, 0.45, 0.45, 0.45, 0.45)
    labelled, test = draw_table(law, 1000, 1), draw_table(law, 4000, 2)

    def accuracy(name):
        return (fit(labelled, range(5), name).predict(test.answers) == test.labels).mean()

    assert accuracy("majority") < 0.8
    assert min(accuracy(name) for name in ("weighted", "map", "pooled")) > 0.93


def test_confusions_help_where_classes_are_confused_one_way(rng):
    """A candidate that always answers b for c tells b from a, and c from a, but not b from c."""
    labels = rng.integers(3, size=1500)
    blind = np.where(labels == 2, 1, labels)
    noisy = np.where(rng.random(1500) < 0.3, rng.integers(3, size=1500), labels)
    table = AnswerTable(("a", "b", "c"), ("m", "n"), labels, np.column_stack([blind, noisy]))

    def accuracy(place):
        return (fit(table, [0, 1], "pooled", place).predict(table.answers) == labels).mean()

    settings = [dict(variant[1]) for variant in variants_of("pooled")]
    symmetric = next(i for i, s in enumerate(settings) if np.isinf(s["strength"]))
    confused = next(i for i, s in enumerate(settings) if not np.isinf(s["strength"]))
    assert accuracy(confused) > accuracy(symmetric) + 0.05


def test_a_rule_without_numbers_names_its_bias():
    assert FittedRule("single", np.array([0.0, 1.0])).predict(np.zeros((2, 1), dtype=int)).tolist() == [1, 1]


def test_an_unknown_rule_is_named():
    with pytest.raises(InvalidValueError, match="rule: 'oracle'"):
        variants_of("oracle")
