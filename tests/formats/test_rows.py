import gzip
import json
import threading
from pathlib import Path

import pytest

from annotation.exceptions import FileFormatError
from annotation.formats import csv_rows, rows
from annotation.formats.records import as_source, raise_problem


def write(tmp_path: Path, content: bytes | str, name: str = "rows.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return as_source(path)


def read_json(source):
    problems = []
    return list(rows.read_json_rows(source, problems.append)), problems


def read_csv(source, **kwargs):
    problems = []
    return list(csv_rows.read_csv_rows(source, problems.append, **kwargs)), problems


def test_a_broken_line_costs_no_other_line(tmp_path):
    source = write(tmp_path, '{"a": 1}\n{"a": \n\n{"a": 3}')
    found, problems = read_json(source)
    assert [(row.line, row.values) for row in found] == [(1, {"a": 1}), (4, {"a": 3})]
    assert [(problem.file, problem.line) for problem in problems] == [(source.name, 2)]
    assert "the line is not JSON" in problems[0].reason
    assert problems[0].value == "'{\"a\": '"


def test_left_alone_the_first_problem_raises_with_file_and_line(tmp_path):
    source = write(tmp_path, '{"a": 1}\nx\n')
    with pytest.raises(FileFormatError, match="the line is not JSON") as caught:
        list(rows.read_json_rows(source, raise_problem))
    assert (caught.value.file, caught.value.line) == (source.name, 2)


def test_a_byte_that_is_not_utf8_is_named(tmp_path):
    found, problems = read_json(write(tmp_path, b'{"a": "ok"}\n{"a": "caf\xe9"}\n{"a": "end"}\n'))
    assert [row.line for row in found] == [1, 3]
    assert problems[0].line == 2
    assert problems[0].reason.startswith("byte 11 of the line (0xe9) is not UTF-8")


@pytest.mark.parametrize("text", ["1", "true", "[1]", '"a"', "null"])
def test_a_line_that_is_no_object_is_refused(tmp_path, text):
    found, problems = read_json(write(tmp_path, text + "\n"))
    assert not found
    assert "must be a JSON object" in problems[0].reason


def test_nesting_without_end_and_endless_numbers_are_problems_of_a_row(tmp_path):
    text = "[" * 200_000 + "\n" + '{"a": ' + "9" * 5000 + "}\n" + '{"a": 1}\n'
    found, problems = read_json(write(tmp_path, text))
    assert [row.line for row in found] == [3]
    assert [problem.line for problem in problems] == [1, 2]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, content):
    source = write(tmp_path, content)
    if content:
        assert read_json(source) == ([], [])
        with pytest.raises(FileFormatError, match="has no header"):
            read_csv(source)
    else:
        for read in (read_json, read_csv):
            with pytest.raises(FileFormatError, match="the file is empty"):
                read(source)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match="cannot be opened: No such file"):
        read_json(as_source(tmp_path / "none.jsonl"))


def test_utf16_is_recognised(tmp_path):
    with pytest.raises(FileFormatError, match="UTF-16: save it as UTF-8"):
        read_json(write(tmp_path, '{"a": 1}'.encode("utf-16")))


def test_gzip_is_known_by_its_content(tmp_path):
    packed = write(tmp_path, gzip.compress(b'{"a": 1}\n'), "rows.jsonl")
    assert read_json(packed)[0][0].values == {"a": 1}
    with pytest.raises(FileFormatError, match=r"is called \.gz but is not gzip: it begins with b'\{\"a\""):
        read_json(write(tmp_path, '{"a": 1}', "rows.jsonl.gz"))


def test_a_truncated_gzip_is_refused_with_its_line(tmp_path):
    text = "".join(json.dumps({"a": index * 7919 % 10007}) + "\n" for index in range(20_000)).encode()
    source = write(tmp_path, gzip.compress(text)[:-2000], "rows.jsonl.gz")
    with pytest.raises(FileFormatError, match="damaged or cut off") as caught:
        read_json(source)
    assert caught.value.line > 1
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        read_json(write(tmp_path, gzip.compress(text)[:12], "rows.jsonl.gz"))


def test_files_are_closed_when_a_reader_is_left_early(tmp_path):
    source = write(tmp_path, gzip.compress(b'{"a": 1}\n{"a": 2}\n'), "rows.jsonl.gz")
    reader = rows.read_json_rows(source, raise_problem)
    assert next(reader).values == {"a": 1}
    reader.close()
    assert threading.active_count() >= 1
    source.path.unlink()


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "MAX_ROW_BYTES", 2**20)
    source = write(tmp_path, '{"a": 1}\n{"a": "' + "x" * 2**20 + '"}\n')
    with pytest.raises(FileFormatError, match="the line is longer than 1 MiB") as caught:
        read_json(source)
    assert caught.value.line == 2


def test_a_response_of_100_kb_is_read(tmp_path):
    text = "é" * 50_000
    found, problems = read_json(write(tmp_path, json.dumps({"a": text}) + "\n"))
    assert not problems
    assert found[0].values["a"] == text
    found, problems = read_csv(write(tmp_path, f'a,b\n"{text}{text}{text}",2\n', "rows.csv"))
    assert not problems
    assert found[0].values["a"] == text * 3


def test_csv_with_mark_windows_newlines_and_newlines_in_cells(tmp_path):
    content = '\ufeffid,text\r\n1,"two\r\nlines, ""quoted"""\r\n2,é\r\n'
    found, problems = read_csv(write(tmp_path, content, "rows.csv"))
    assert not problems
    assert [(row.line, dict(row.values)) for row in found] == [
        (2, {"id": "1", "text": 'two\r\nlines, "quoted"'}),
        (4, {"id": "2", "text": "é"}),
    ]


def test_ten_thousand_csv_rows_with_windows_newlines(tmp_path):
    content = "id,text\r\n" + "".join(f'{n},"a {n}\r\nb"\r\n' for n in range(10_000))
    found, problems = read_csv(write(tmp_path, content, "rows.csv"))
    assert not problems
    assert len(found) == 10_000
    assert found[-1].line == 2 + 2 * 9999
    assert found[-1].values == {"id": "9999", "text": "a 9999\r\nb"}


def test_csv_rows_that_do_not_fit_are_refused_alone(tmp_path):
    content = b'id,text\n1,a\n2,b,c\n3\n4,"x"y\n5,caf\xe9\n6,"two\nlines \xff"\n7,g\n'
    found, problems = read_csv(write(tmp_path, content, "rows.csv"))
    assert [row.values["id"] for row in found] == ["1", "7"]
    assert [(problem.line, problem.reason[:30]) for problem in problems] == [
        (3, "the row has 3 cells, the heade"),
        (4, "the row has 1 cells, the heade"),
        (5, "the row is not CSV: ',' expect"),
        (6, "byte 6 of the line (0xe9) is n"),
        (8, "byte 7 of the line (0xff) is n"),
    ]


def test_a_quote_that_is_never_closed_is_told_where_it_opens(tmp_path):
    found, problems = read_csv(write(tmp_path, 'id,text\n1,a\n2,"b\n3,c\n', "rows.csv"))
    assert [row.values["id"] for row in found] == ["1"]
    assert [problem.line for problem in problems] == [3]
    assert "unexpected end of data" in problems[0].reason


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,id,text", "the header repeats 'id'"),
        ("id,words", "the header lacks text; it has id, words"),
    ],
)
def test_headers_are_checked(tmp_path, header, message):
    with pytest.raises(FileFormatError, match=message):
        read_csv(write(tmp_path, header + "\n1,2,3\n", "rows.csv"), required=("id", "text"))
