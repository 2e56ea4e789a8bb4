import csv
import json
import sys
from pathlib import Path

import pytest

from annotation.exceptions import FileFormatError
from annotation.formats import long_rows
from annotation.formats.records import QueryRecord, ResponseRecord, as_source

ROWS = [
    {"query_id": "q1", "prompt": "One?", "model": "m1", "response": "1", "category": "c"},
    {
        "query_id": "q2",
        "turns": ["A?", "B?"],
        "model": "m1",
        "response_turns": ["a", "b"],
        "reference": "ref",
        "metadata": {"source": "me"},
    },
    {
        "query_id": "q3",
        "prompt": "Which?",
        "model": "m1",
        "response": " B ",
        "label": "B",
        "options": ["x", "y"],
    },
]


def write_jsonl(path: Path, rows: list[dict]):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return as_source(path)


def write_csv(path: Path, rows: list[dict]):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        for row in rows:
            writer.writerow({k: v if isinstance(v, str) else json.dumps(v) for k, v in row.items()})
    return as_source(path)


def check_records(records):
    first, response, turns, turns_response, labelled, answer = records
    assert isinstance(first, QueryRecord)
    assert isinstance(response, ResponseRecord)
    assert (first.query_id, first.turns, first.category) == ("q1", ("One?",), "c")
    assert (response.query_id, response.model, response.turns, response.label) == ("q1", "m1", ("1",), "")
    assert (turns.turns, turns.reference, turns.metadata) == (("A?", "B?"), "ref", {"source": "me"})
    assert turns_response.turns == ("a", "b")
    assert (labelled.label, labelled.options) == ("B", ("x", "y"))
    assert (answer.turns, answer.label) == ((" B ",), "B")


def test_json_lines(tmp_path):
    source = write_jsonl(tmp_path / "rows.jsonl", ROWS)
    records = list(long_rows.read_long_jsonl(source))
    check_records(records)
    assert [record.line for record in records] == [1, 1, 2, 2, 3, 3]


def test_csv(tmp_path):
    check_records(list(long_rows.read_long_csv(write_csv(tmp_path / "rows.csv", ROWS))))


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [{name: row.get(name) for name in long_rows.LONG_COLUMNS} for row in ROWS]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    records = list(long_rows.read_long_parquet(as_source(tmp_path / "rows.parquet")))
    check_records(records)
    assert records[-1].line == 3


def test_parquet_with_an_unknown_column_or_broken(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([{"query_id": "q", "model": "m", "completion": "x"}]), path)
    with pytest.raises(FileFormatError, match="unknown column 'completion'; allowed are query_id, prompt"):
        list(long_rows.read_long_parquet(as_source(path)))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(FileFormatError, match="is not readable Parquet"):
        list(long_rows.read_long_parquet(as_source(path)))


def test_parquet_without_pyarrow_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FileFormatError, match="install the extra 'columnar'"):
        list(long_rows.read_long_parquet(as_source(tmp_path / "rows.parquet")))


def test_an_unknown_key_costs_its_row(tmp_path):
    source = write_jsonl(tmp_path / "rows.jsonl", [ROWS[0], ROWS[0] | {"completion": "x"}, ROWS[0]])
    problems = []
    records = list(long_rows.read_long_jsonl(source, on_problem=problems.append))
    assert [record.line for record in records] == [1, 1, 3, 3]
    assert problems[0].line == 2
    assert problems[0].reason == (
        "unknown column 'completion'; allowed are query_id, prompt, turns, model, response, response_turns, "
        "category, reference, label, options, metadata"
    )


def test_a_lacking_column_refuses_the_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([{"query_id": "q", "response": "x"}]), path)
    with pytest.raises(FileFormatError, match="the header lacks model; it has query_id, response"):
        list(long_rows.read_long_parquet(as_source(path)))


def test_an_unknown_column_refuses_the_csv_even_without_rows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("query_id,model,answer\n")
    with pytest.raises(FileFormatError, match="unknown column 'answer'"):
        list(long_rows.read_long_csv(as_source(path)))


def test_an_unknown_column_refuses_the_csv(tmp_path):
    source = write_csv(tmp_path / "rows.csv", [ROWS[0] | {"completion": "x"}])
    with pytest.raises(FileFormatError, match=r"rows.csv:1: unknown column 'completion'; allowed are"):
        list(long_rows.read_long_csv(source))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model": None}, "model is empty"),
        ({"model": "m" * 201}, "model has 201 characters, at most 200 are allowed"),
        ({"response": True}, "response must be text, not true or false"),
        ({"response": 3}, "response must be text, not a number"),
        ({"response": "a\x00"}, "response has a NUL character at position 2"),
        ({"prompt": 3}, "prompt must be text, not a number"),
        ({"query_id": 1.5}, "query_id must be text, not a number"),
        ({"category": "c" * 101}, "category has 101 characters, at most 100 are allowed"),
        ({"metadata": "x"}, "metadata is not JSON"),
    ],
)
def test_bad_values_cost_their_row(tmp_path, change, reason):
    source = write_jsonl(tmp_path / "rows.jsonl", [ROWS[0] | change, ROWS[0]])
    problems = []
    records = list(long_rows.read_long_jsonl(source, on_problem=problems.append))
    assert len(records) == 2
    assert [problem.line for problem in problems] == [1]
    assert problems[0].reason.startswith(reason)


def test_rows_without_a_prompt_add_responses(tmp_path):
    rows = [{"query_id": "q1", "model": "m2", "response": ""}]
    records = list(long_rows.read_long_jsonl(write_jsonl(tmp_path / "rows.jsonl", rows)))
    assert records == [ResponseRecord("q1", "m2", ("",), file=str(tmp_path / "rows.jsonl"), line=1)]
