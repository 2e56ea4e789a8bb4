"""Predictions files as records of an import."""

import pytest

from annotation.exceptions import FileFormatError
from annotation.formats.label_rows import read_label_rows
from annotation.formats.merge_report import Change
from annotation.formats.merging import Merger
from annotation.formats.records import QueryRecord, ResponseRecord, as_source


def write(tmp_path, text):
    path = tmp_path / "predictions.csv"
    path.write_text(text, encoding="utf-8")
    return as_source(path)


def test_a_row_is_a_query_and_a_response_per_candidate(tmp_path):
    source = write(tmp_path, "question_id,category,label,small,large\n7,law,B,-,B\n8,,,A,\n")
    records = list(read_label_rows(source))
    assert records == [
        QueryRecord("7", (), "law", label="B", file=source.name, line=2),
        ResponseRecord("7", "small", ("-",), label="-", file=source.name, line=2),
        ResponseRecord("7", "large", ("B",), label="B", file=source.name, line=2),
        QueryRecord("8", (), file=source.name, line=3),
        ResponseRecord("8", "small", ("A",), label="A", file=source.name, line=3),
    ]


def test_a_text_column_is_the_query(tmp_path):
    source = write(tmp_path, 'query_id,text,small\nq,"Good, or bad?",good\n')
    query, response = read_label_rows(source)
    assert query.turns == ("Good, or bad?",)
    assert response.model == "small"


def test_bad_rows_are_told_and_the_others_read(tmp_path):
    problems = []
    source = write(tmp_path, f"question_id,label,small\n1,-,A\n2,B,{'x' * 101}\n3,C,C\n")
    records = list(read_label_rows(source, on_problem=problems.append))
    assert [record.query_id for record in records] == ["3", "3"]
    assert [problem.line for problem in problems] == [2, 3]
    assert "must name one" in problems[0].reason


def test_a_file_without_candidates_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match="names no model"):
        list(read_label_rows(write(tmp_path, "question_id,label\n1,A\n")))


def query(turns=(), label=""):
    return QueryRecord("q", turns, label=label, file="f", line=1)


def test_texts_and_labels_that_were_missing_are_added():
    merger = Merger()
    merger.know_query("q", [])
    assert merger.add_query(query(("Why?",))) is Change.COMPLETED
    assert merger.add_query(query(label="A")) is Change.COMPLETED
    assert merger.add_query(query(("Why?",), "A")) is Change.DUPLICATED
    assert merger.find_by_text(["Why?"]) == "q"
    report = merger.finish()
    assert (report.queries_completed, report.n_labels, report.without_text) == (1, 1, 0)
    assert report.has_changes


def test_another_label_is_a_conflict_unless_replaced():
    merger = Merger()
    merger.know_query("q", ["Why?"], "A")
    assert merger.add_query(query(label="B")) is Change.CONFLICT
    assert "'A'" in merger.report.problems[0].reason
    merger = Merger(is_replacing=True)
    merger.know_query("q", ["Why?"], "A")
    assert merger.add_query(query(label="B")) is Change.COMPLETED


def test_a_row_without_text_or_label_changes_nothing():
    merger = Merger()
    merger.know_query("q", ["Why?"], "A")
    assert merger.add_query(query()) is Change.UNCHANGED
    assert not merger.finish().has_changes
