"""One build holds all that a page shows, and its figures fit together."""

import numpy as np
import pytest

from annotation.ensembles import Budget, BuildOptions, build_ensemble, read_ensemble
from annotation.ensembles.answers import AnswerTable
from annotation.exceptions import InvalidValueError
from tests.ensembles.worlds import draw_table, family_law, independent_law


@pytest.fixture(scope="module")
def world():
    return draw_table(family_law(1, n=8, across=0.0)[0], 300, n_options=3)


@pytest.fixture(scope="module")
def result(world):
    told = []
    found = build_ensemble(
        world, BuildOptions(budget=Budget(4), n_validations=1), lambda *step: told.append(step)
    )
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    return found


def test_steps_size_and_members_agree(result):
    assert [step.candidate for step in result.steps][: result.size] == list(result.members)
    assert len(result.steps) == 4
    assert result.correlation.shape == (4, 4)
    np.testing.assert_allclose(np.diag(result.correlation), 1.0)


def test_validation_has_every_size_and_pairs_with_the_best_single(result):
    checked = result.validation
    assert list(checked.by_size) == [1, 2, 3, 4]
    for size in checked.by_size:
        gain = checked.by_size[size].value - checked.single.value
        assert checked.gain_by_size[size].value == pytest.approx(gain)
        over = checked.by_size[size].value - checked.top_k_by_size[size].value
        assert checked.gain_over_top_k_by_size[size].value == pytest.approx(over)
    assert checked.gain_by_size[4].value > 0.02


def test_the_document_predicts_as_the_result_says(world, result):
    ensemble = read_ensemble(result.ensemble.to_json())
    assert ensemble.members == tuple(world.candidates[j] for j in result.members)
    assert ensemble.provenance["data_hash"] == world.data_hash()
    labels = {
        name: [world.options[x] for x in column]
        for name, column in zip(world.candidates, world.answers.T, strict=True)
    }
    hits = np.mean(np.array(ensemble.predict(labels)) == np.array(world.options)[world.labels])
    assert hits == pytest.approx(result.expected[result.rule], abs=0.05)


def test_a_lone_giant_is_said_to_need_no_ensemble():
    table = draw_table(independent_law(0.02, 0.45, 0.45), 200)
    result = build_ensemble(table, BuildOptions(budget=Budget(3), n_validations=1))
    assert result.members == (0,)
    assert result.sentence == "No ensemble beats m0 here: asking it alone is what the labels support."


def test_without_validation_nothing_is_claimed():
    table = draw_table(independent_law(0.2, 0.3), 60)
    result = build_ensemble(table, BuildOptions(budget=Budget(2), n_validations=0))
    assert result.validation is None
    assert result.sentence == "Not validated."
    assert not result.is_enough


def test_too_few_labels_to_hold_some_back_are_said_to_be():
    result = build_ensemble(draw_table(independent_law(0.2, 0.3), 24), BuildOptions(budget=Budget(1)))
    assert result.validation is None
    assert result.sentence == "Not validated: that takes 25 labels, and there are 24."


def test_money_is_kept_everywhere():
    table = draw_table(independent_law(0.1, 0.3, 0.3, 0.3), 120)
    prices = (5.0, 1.0, 1.0, 0.0)
    result = build_ensemble(table, BuildOptions(budget=Budget(4, 2.0, prices), n_validations=1))
    assert sum(prices[j] for j in result.members) <= 2.0
    assert 0 not in {step.candidate for step in result.steps}
    assert list(result.validation.by_size) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("n", "options", "message"),
    [
        (10, BuildOptions(budget=Budget(2)), "10 labels"),
        (60, BuildOptions(budget=Budget(9)), "size: 9"),
        (60, BuildOptions(budget=Budget(2), rule="oracle"), "rule: 'oracle'"),
        (60, BuildOptions(budget=Budget(2), objective="luck"), "objective: 'luck'"),
        (60, BuildOptions(budget=Budget(2), estimator="best"), "estimator: 'best'"),
    ],
)
def test_what_cannot_be_built_is_refused(n, options, message):
    with pytest.raises(InvalidValueError, match=message):
        build_ensemble(draw_table(independent_law(0.2, 0.3, 0.3), n), options)


def test_one_class_only_is_refused():
    table = AnswerTable(("a", "b"), ("m", "n"), np.zeros(40, dtype=int), np.zeros((40, 2), dtype=int))
    with pytest.raises(InvalidValueError, match="all 40 labels are 'a'"):
        build_ensemble(table, BuildOptions(budget=Budget(2)))


def test_candidates_that_are_never_wrong_give_finite_figures():
    table = draw_table(independent_law(0.2, 0.3), 60)
    perfect = AnswerTable(table.options, table.candidates, table.labels, np.column_stack([table.labels] * 2))
    result = build_ensemble(perfect, BuildOptions(budget=Budget(2), n_validations=1))
    figures = [result.floor.value, result.floor.low, result.floor.high, result.validation.single.value]
    terms = [(s.gain, s.noise, s.relevance, s.redundancy, s.complementarity) for s in result.steps]
    assert np.isfinite(figures).all()
    assert np.isfinite(terms).all()
