"""Folders become tables: order, holes, judges, baselines."""

import numpy as np
import pytest

from annotation.exceptions import FileFormatError, InvalidValueError
from annotation.simulation.loading import labelled_table, load_table, worlds_of


def test_pairwise_outcomes_of_one_judge(pairwise_folder):
    table = load_table(pairwise_folder, "alice")
    assert table.query_ids == ("q2", "q1", "q3")
    assert table.candidates == ("ant", "bee")
    assert table.baseline == "cat"
    assert table.outcomes.tolist() == [[1, -1], [2, 0], [-1, 2]]
    assert table.categories == ("odd", "odd", "odd")
    assert (table.name, table.judge, table.is_labelled) == ("hand", "alice", False)


def test_another_judge_another_table(pairwise_folder):
    assert load_table(pairwise_folder, "bob").outcomes.tolist() == [[0]]


def test_several_judges_must_be_chosen_from(pairwise_folder):
    with pytest.raises(InvalidValueError, match="alice, bob"):
        load_table(pairwise_folder)


def test_a_single_judge_needs_no_name_and_texts_are_not_needed(pairwise_folder):
    (pairwise_folder / "outcomes.csv").write_text("query_id,model,outcome,judge\nq9,ant,win,carol\n")
    for name in ("queries.jsonl", "responses.jsonl"):
        (pairwise_folder / name).unlink()
    table = load_table(pairwise_folder)
    assert (table.judge, table.query_ids, table.baseline) == ("carol", ("q9",), "baseline")
    assert table.categories == ()


def test_outcomes_are_by_correctness_against_the_median(predictions):
    table = labelled_table(predictions, "hand")
    assert table.baseline == "d"
    assert table.candidates == ("a", "b", "c")
    # q1: d right. q2: d right. q3: d wrong. q4: d unknown, so the query is left out.
    assert table.outcomes.tolist() == [[1, 0, 0], [1, 0, 1], [2, 2, 1]]
    assert table.labels.tolist() == [0, 1, 1]
    assert table.choices[0].tolist() == [0, 1, 1, 0]
    assert table.is_labelled


def test_a_named_baseline_and_a_missing_choice(predictions):
    table = labelled_table(predictions, "hand", "a")
    assert table.candidates == ("b", "c", "d")
    assert table.outcomes[3].tolist() == [2, 1, -1]


def test_labelled_folder(tmp_path):
    (tmp_path / "predictions.csv").write_text("question_id,label,m1,m2,m3\n1,A,A,B,-\n2,B,A,B,\n")
    table = load_table(tmp_path)
    # Accuracies: m1 1/2, m2 1/2, m3 0/1 ('-' is a wrong answer): m1, the first of two equals, is the median.
    assert table.baseline == "m1"
    assert table.candidates == ("m2", "m3")
    assert table.outcomes.tolist() == [[0, 0], [2, -1]]


def test_refusals(tmp_path, pairwise_folder, predictions):
    with pytest.raises(FileFormatError, match="no such folder"):
        load_table(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileFormatError, match="neither"):
        load_table(tmp_path / "empty")
    with pytest.raises(InvalidValueError, match="baseline 'ant'"):
        load_table(pairwise_folder, "alice", "ant")
    with pytest.raises(InvalidValueError, match="'e'; allowed are a, b, c, d"):
        labelled_table(predictions, "hand", "e")
    (tmp_path / "predictions.csv").write_text("question_id,label,m1,m2\n1,A,A,B\n")
    with pytest.raises(InvalidValueError, match="judge 'bob'"):
        load_table(tmp_path, "bob")


def test_no_label_leaves_the_query_out(predictions):
    predictions.labels[:] = np.array([0, -1, 1, 1])
    assert labelled_table(predictions, "hand", "a").query_ids == ("q1", "q3", "q4")


def test_worlds_of_a_law_are_new_for_each_number_and_seed(pairwise_folder):
    make, again, other = (worlds_of("synthetic:few-queries", seed) for seed in (0, 0, 1))
    digests = [worlds(number).digest() for worlds in (make, other) for number in range(3)]
    assert len(set(digests)) == 6
    assert again(2).digest() == digests[2]
    assert worlds_of(str(pairwise_folder), 0) is None
