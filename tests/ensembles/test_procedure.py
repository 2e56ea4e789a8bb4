"""The way from labels to a rule: what is chosen where the answer is known."""

import numpy as np
import pytest

from annotation.ensembles.answers import AnswerTable
from annotation.ensembles.budget import Budget
from annotation.ensembles.choosing import Trial
from annotation.ensembles.procedure import Procedure, choose_doubt, run_procedure
from tests.ensembles.worlds import draw_table, family_law, independent_law


def test_equals_join_and_one_giant_stands_alone():
    equals = run_procedure(draw_table(independent_law(*[0.25] * 6), 400), Procedure(budget=Budget(5)))[
        "mi", 5
    ]
    assert len(equals.members) == 5
    giant = draw_table(independent_law(0.01, *[0.45] * 5), 400)
    decision = run_procedure(giant, Procedure(budget=Budget(5)))["mi", 5]
    assert decision.rule == "single"
    assert decision.members == (0,)


def test_the_same_seed_decides_the_same():
    table = draw_table(family_law(3)[0], 150, n_options=4)
    first, second = (run_procedure(table, Procedure(("mi", "random"), Budget(3), seed=5)) for _ in range(2))
    for key, decision in first.items():
        assert decision.chosen == second[key].chosen
        assert decision.rule == second[key].rule
        np.testing.assert_array_equal(decision.predict(table.answers), second[key].predict(table.answers))


def test_a_named_rule_is_used_even_where_it_loses():
    giant = draw_table(independent_law(0.01, *[0.45] * 4), 200)
    decision = run_procedure(giant, Procedure(budget=Budget(3), rule="majority"))["mi", 3]
    assert (decision.rule, len(decision.members)) == ("majority", 3)


@pytest.mark.parametrize("kind", ["identical", "constant", "silent"])
def test_degenerate_candidates_are_survived(kind):
    table = draw_table(independent_law(0.2, 0.3, 0.3), 120, n_options=3)
    answers = table.answers.copy()
    answers[:, 1] = {"identical": answers[:, 0], "constant": 1, "silent": 3}[kind]
    odd = AnswerTable(table.options, table.candidates, table.labels, answers)
    for decision in run_procedure(odd, Procedure(("mi", "mrmr", "relevance"), Budget(3))).values():
        for rule in decision.fits:
            assert np.isfinite(decision.fits[rule][1].scores(answers[:, list(decision.fits[rule][0])])).all()
        accuracy = (decision.predict(answers) == odd.labels).mean()
        assert accuracy >= odd.accuracy.max() - 0.1


def test_all_the_same_candidate():
    table = draw_table(independent_law(0.2, 0.3), 120).pick([0, 0, 0])
    decision = run_procedure(table, Procedure(budget=Budget(3)))["mi", 3]
    np.testing.assert_array_equal(decision.predict(table.answers), table.answers[:, 0])


def test_a_label_class_that_is_rare_is_survived():
    table = draw_table(independent_law(0.1, 0.2, 0.3), 60, n_options=3)
    labels = np.where(np.arange(60) == 0, 2, np.arange(60) % 2)
    rare = AnswerTable(
        table.options, table.candidates, labels, np.where(table.answers == 2, 3, table.answers)
    )
    assert run_procedure(rare, Procedure(budget=Budget(2)))["mi", 2].chosen


def test_the_doubt_that_tells_more_about_held_out_labels_is_taken():
    procedure = Procedure(("mi",), Budget(2))
    assert procedure.lines == [("mi", 0.0), ("mi", 1.645)]
    assert Procedure(("accuracy",)).lines == [("accuracy", 0.0)]
    poor, good = (Trial([("pooled", {})], [np.ones(4)], [np.full(4, loss)]) for loss in (0.7, 0.6))
    assert choose_doubt("mi", procedure, {("mi", 0.0): {1: poor}, ("mi", 1.645): {1: good}}) == ("mi", 1.645)
    assert choose_doubt("mi", procedure, {("mi", 0.0): {1: good}, ("mi", 1.645): {1: poor}}) == ("mi", 0.0)
