"""A fitted ensemble survives its JSON and refuses what does not fit."""

import json

import numpy as np
import pytest

from annotation.ensembles.aggregation import RULES, fit_rule, variants_of
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.fitted import FittedEnsemble, read_ensemble
from annotation.exceptions import InvalidValueError
from tests.ensembles.worlds import draw_table, family_law


def make(rule="pooled", place=0):
    table = draw_table(family_law(9, n=4)[0], 300, n_options=3)
    members = [1] if rule == "single" else [0, 2, 3]
    fitted = fit_rule(Evidence(table), members, variants_of(rule)[place])
    names = tuple(table.candidates[j] for j in members)
    return (
        table,
        members,
        FittedEnsemble(names, table.options, fitted, {"seed": 7, "data_hash": table.data_hash()}),
    )


@pytest.mark.parametrize(("rule", "place"), [*((rule, 0) for rule in RULES), ("pooled", 2)])
def test_reading_gives_the_same_predictions(rule, place):
    table, members, ensemble = make(rule, place)
    again = read_ensemble(ensemble.to_json())
    names = [*table.options, "-"]
    labels = {table.candidates[j]: [names[x] for x in table.answers[:, j]] for j in range(4)}
    expected = [table.options[i] for i in ensemble.rule.predict(table.answers[:, members])]
    assert again.predict(labels) == expected
    assert (again.members, again.provenance["seed"]) == (ensemble.members, 7)
    assert again.to_json() == ensemble.to_json()


def test_unknown_labels_count_as_no_answer():
    _, _, ensemble = make()
    columns = {"m0": ["a", "a"], "m2": ["zebra", "-"], "m3": ["", "-"]}
    first, second = ensemble.predict(columns)
    assert first == second


def test_no_queries_give_no_labels():
    assert make()[2].predict({"m0": [], "m2": [], "m3": []}) == []


def test_missing_and_uneven_columns_are_named():
    ensemble = make()[2]
    with pytest.raises(InvalidValueError, match="no labels of m2, m3"):
        ensemble.predict({"m0": ["a"]})
    with pytest.raises(InvalidValueError, match="equally many"):
        ensemble.predict({"m0": ["a"], "m2": ["a", "b"], "m3": ["a"]})


def changed(**changes):
    content = json.loads(make()[2].to_json())
    for key, value in changes.items():
        content[key] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not an ensemble"),
        (changed(format="other"), "not an ensemble"),
        (changed(version=99), "version 99"),
        (changed(rule="oracle"), "rule: 'oracle'"),
        (changed(parameters={}), "parameters"),
        (changed(parameters={"bias": [0, 0, 0]}), "do not fit"),
        (changed(parameters={"bias": [0, 0], "weights": [1, 1, 1]}), "do not fit"),
        (changed(parameters={"bias": [0, 0, 0], "weights": [1, None, 1]}), "finite"),
        (changed(parameters={"bias": [0, 0, 0], "weights": ["x", 1, 1]}), "parameters"),
        (json.dumps({"format": "llm-selector ensemble", "version": 1}), "lacks members"),
    ],
)
def test_documents_that_are_none_are_refused(text, message):
    with pytest.raises(InvalidValueError, match=message):
        read_ensemble(text)


def test_it_is_small():
    assert len(make("pooled", 2)[2].to_json()) < 5_000
    assert np.isfinite(make("map")[2].rule.patterns).all()
