import gzip
import json
from pathlib import Path

import pytest

from annotation.exceptions import FileFormatError
from annotation.formats import alpaca_eval, json_array
from annotation.formats.records import QueryRecord, as_source


def write(tmp_path: Path, content: str | bytes, name: str = "model_outputs.json"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return as_source(path)


def elements(n: int, generator: str = "m1") -> list[dict]:
    return [
        {"instruction": f"Do {index}.", "output": f"Done {index} ✓", "generator": generator, "dataset": "d"}
        for index in range(n)
    ]


def test_elements_become_queries_and_responses(tmp_path):
    query, response, *_ = alpaca_eval.read_model_outputs(write(tmp_path, json.dumps(elements(3), indent=2)))
    assert (query.turns, query.category, query.line) == (("Do 0.",), "d", 2)
    assert (response.query_id, response.model, response.turns) == (query.query_id, "m1", ("Done 0 ✓",))


def test_files_are_joined_on_the_instruction(tmp_path):
    one = write(tmp_path, json.dumps(elements(3)), "one.json")
    two = write(tmp_path, json.dumps(elements(3, "m2")[::-1]), "two.json")
    ids = [
        {
            record.query_id
            for record in alpaca_eval.read_model_outputs(source)
            if isinstance(record, QueryRecord)
        }
        for source in (one, two)
    ]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 3


def test_a_study_may_know_the_instruction_by_another_name(tmp_path):
    source = write(tmp_path, json.dumps(elements(1)))
    _, response = alpaca_eval.read_model_outputs(source, find_query_id={"Do 0.": "mine"}.__getitem__)
    assert response.query_id == "mine"


def test_a_bad_element_costs_no_other(tmp_path):
    content = elements(4)
    del content[1]["output"]
    content[2]["generator"] = 7.5
    problems = []
    source = write(tmp_path, json.dumps(content, indent=0))
    records = list(alpaca_eval.read_model_outputs(source, on_problem=problems.append))
    assert len(records) == 4
    # With indent=0 an element of four keys takes six lines, one of three keys five.
    assert [(problem.line, problem.reason) for problem in problems] == [
        (8, "output must be text, not null"),
        (13, "generator must be text, not a number"),
    ]


@pytest.mark.parametrize("chunk", [1, 7, 2**16])
@pytest.mark.parametrize("indent", [None, 1])
def test_the_array_is_read_in_pieces_of_any_size(tmp_path, monkeypatch, chunk, indent):
    monkeypatch.setattr(json_array, "_CHUNK_BYTES", chunk)
    content = [*elements(20), {"é" * 40: ["]", "}", '"', "\\", {"a": []}]}]
    text = json.dumps(content, indent=indent, ensure_ascii=False)
    for source in (write(tmp_path, text), write(tmp_path, gzip.compress(text.encode()), "packed.json.gz")):
        assert [row.values for row in json_array.read_array_rows(source)] == content


def test_an_object_longer_than_a_chunk(tmp_path):
    content = [{"a": "x" * 300_000}, {"a": "y\n" * 100_000}]
    assert [row.values for row in json_array.read_array_rows(write(tmp_path, json.dumps(content)))] == content


def test_an_empty_array_has_no_rows(tmp_path):
    assert list(json_array.read_array_rows(write(tmp_path, "\ufeff [ ]\n"))) == []


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('{"a": 1}', 1, "must be a JSON array"),
        ("  \n", 2, "must be a JSON array .* the end of the file"),
        ('[\n{"a": 1}\n', 3, "a comma or ] is missing before .*the end of the file"),
        ('[{"a": 1} {"a": 2}]', 1, "a comma or ] is missing before"),
        ('[\n{"a": 1},\n{"a": \n', 4, "the object that starts on line 3 is not JSON"),
        ('[\n{"a": 1,,}]', 2, "the object that starts on line 2 is not JSON"),
        ('[\n{"a": 1},\n5]', 3, "must be an object"),
        ('[{"a": 1}] x', 1, "text after the array"),
        ('[{"a": ' + "[" * 100_000, 1, "not JSON"),
    ],
)
def test_a_broken_array_is_refused_with_its_line(tmp_path, content, line, message):
    with pytest.raises(FileFormatError, match=message) as caught:
        list(json_array.read_array_rows(write(tmp_path, content)))
    assert caught.value.line == line


def test_bytes_that_are_not_utf8_are_named(tmp_path):
    with pytest.raises(FileFormatError, match="byte 0xe9 is not UTF-8") as caught:
        list(json_array.read_array_rows(write(tmp_path, b'[\n{"a": "x"},\n{"a": "caf\xe9"}]')))
    assert caught.value.line == 3
    with pytest.raises(FileFormatError, match="not UTF-8"):
        list(json_array.read_array_rows(write(tmp_path, b'[{"a": "x"}]\xc3')))


def test_a_truncated_gzip_is_refused(tmp_path):
    packed = gzip.compress(json.dumps(elements(20_000)).encode())
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        list(json_array.read_array_rows(write(tmp_path, packed[:-500], "m.json.gz")))
