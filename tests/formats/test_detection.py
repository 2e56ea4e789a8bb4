import gzip
import os
from pathlib import Path

import pytest

from annotation.exceptions import FileFormatError, InvalidValueError
from annotation.formats.detection import FileFormat, detect_format, expand_paths, parse_format

SHARED = Path(os.environ.get("SELECTOR_DATA", "../shared/data"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"query_id": "q", "prompt": "p", "label": "x"}', FileFormat.QUERIES),
        ('{"query_id": "q", "model": "m", "response": "r"}', FileFormat.RESPONSES),
        ('{"query_id": "q", "prompt": "p", "model": "m", "response": "r"}', FileFormat.LONG_JSONL),
        ('{"query_id": "q", "turns": ["p"], "model": "m", "response_turns": ["r"]}', FileFormat.LONG_JSONL),
        ('{broken\n{"query_id": "q", "model": "m", "response": "r"}', FileFormat.RESPONSES),
        ("query_id,model,outcome,n_votes,judge\nq,m,win,1,j", FileFormat.OUTCOMES),
        ('\ufeff"query_id",prompt,model,response\r\n', FileFormat.LONG_CSV),
        ("query_id,model,response,unheard_of\n", FileFormat.LONG_CSV),
        ("query_id,model,response,label\n", FileFormat.LONG_CSV),
        ("question_id,label,small,large\n", FileFormat.PREDICTIONS),
        ("query_id,label,small,large\n", FileFormat.PREDICTIONS),
        (' \n[{"instruction": "i"}]', FileFormat.ALPACA_EVAL),
        ("PAR1....", FileFormat.LONG_PARQUET),
    ],
)
def test_formats_are_known_by_content_whatever_the_name(tmp_path, content, expected):
    path = tmp_path / "upload.bin"
    path.write_bytes(content.encode())
    assert detect_format(path) is expected
    path.write_bytes(gzip.compress(content.encode()))
    assert detect_format(path) is expected


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('{"id": 1, "completion": "x"}', "JSON lines with the keys 'id', 'completion'"),
        ("a;b;c\n", "neither JSON nor a known CSV; the first line has 'a;b;c'"),
        ("PK\x03\x04", "a zip archive or an Excel sheet"),
        ("{\n", "no line among the first is a JSON object"),
        ('{"instruction": "i", "output": "o", "generator": "g"}', "must be one JSON array"),
    ],
)
def test_an_unknown_format_lists_the_allowed_ones(tmp_path, content, found):
    path = tmp_path / "upload.bin"
    path.write_bytes(content.encode())
    with pytest.raises(FileFormatError) as caught:
        detect_format(path)
    assert found in caught.value.reason
    for allowed in ("responses.jsonl", "long rows as CSV", "Parquet", "AlpacaEval"):
        assert allowed in caught.value.reason


def test_a_damaged_gzip_is_refused(tmp_path):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(os.urandom(5000))[:-2000])
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        detect_format(path)


def test_a_format_can_be_named():
    assert parse_format("alpaca-eval") is FileFormat.ALPACA_EVAL
    with pytest.raises(
        InvalidValueError, match="no format 'xml'; allowed are queries, responses, outcomes, long-jsonl"
    ):
        parse_format("xml")


def test_a_folder_becomes_its_files_queries_first(tmp_path):
    for name in ("outcomes.csv", "queries.jsonl", "votes.csv"):
        (tmp_path / name).touch()
    with pytest.raises(FileFormatError, match="is not an evaluation folder"):
        expand_paths([tmp_path])
    (tmp_path / "responses.jsonl.gz").touch()
    sources = expand_paths([tmp_path, tmp_path / "more.csv"])
    names = ["queries.jsonl", "responses.jsonl.gz", "outcomes.csv", "more.csv"]
    assert [source.path.name for source in sources] == names


def test_a_folder_of_labels_gives_questions_and_predictions(tmp_path):
    (tmp_path / "predictions.csv.gz").touch()
    assert [source.path.name for source in expand_paths([tmp_path])] == ["predictions.csv.gz"]
    (tmp_path / "items.jsonl").touch()
    names = ["items.jsonl", "predictions.csv.gz"]
    assert [source.path.name for source in expand_paths([tmp_path])] == names


@pytest.mark.parametrize("name", ["jmle2026-medical", "mmlu-pro", "textclass-policy-en"])
def test_shared_folders_of_labels_are_known(name):
    if not (SHARED / name).is_dir():
        pytest.skip(f"shared data absent: {SHARED / name}")
    formats = [detect_format(source) for source in expand_paths([SHARED / name])]
    assert formats == [FileFormat.QUERIES, FileFormat.PREDICTIONS]


@pytest.mark.parametrize("name", ["alpacaeval1", "mtbench-human", "pandalm-human"])
def test_shared_folders_are_known(name):
    if not (SHARED / name).is_dir():
        pytest.skip(f"shared data absent: {SHARED / name}")
    formats = [detect_format(source) for source in expand_paths([SHARED / name])]
    assert formats == [FileFormat.QUERIES, FileFormat.RESPONSES, FileFormat.OUTCOMES]
