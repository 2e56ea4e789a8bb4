"""Which format a file has, told by its content first and its name second."""

import csv
import json
import zlib
from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from pathlib import Path

from annotation.exceptions import FileFormatError, InvalidValueError
from annotation.formats.alpaca_eval import MODEL_OUTPUT_KEYS, read_model_outputs
from annotation.formats.evaluation import find_file, folder_kind
from annotation.formats.label_rows import read_label_rows
from annotation.formats.long_rows import LONG_COLUMNS, read_long_csv, read_long_jsonl, read_long_parquet
from annotation.formats.query_files import read_query_file, read_response_file
from annotation.formats.records import QueryRecord, ResponseRecord, SourceFile, as_source
from annotation.formats.rows import open_bytes

_START_BYTES = 2**20
_FOLDER_FILES: dict[str, tuple[tuple[str, ...], ...]] = {
    "pairwise": (("queries.jsonl",), ("responses.jsonl",), ("outcomes.csv",)),
    "labelled": (("questions.jsonl", "items.jsonl"), ("predictions.csv",)),
}
_PARQUET_MAGIC = b"PAR1"
_ZIP_MAGIC = b"PK\x03\x04"
_QUERY_TEXTS = {"prompt", "turns", "question", "text"}


class FileFormat(StrEnum):
    """The formats that are understood; the value is what a person writes after ``--format``."""

    QUERIES = "queries"
    RESPONSES = "responses"
    OUTCOMES = "outcomes"
    LONG_JSONL = "long-jsonl"
    LONG_CSV = "long-csv"
    LONG_PARQUET = "long-parquet"
    ALPACA_EVAL = "alpaca-eval"
    PREDICTIONS = "predictions"


_DESCRIPTIONS = {
    FileFormat.QUERIES: "queries.jsonl: query_id, prompt | turns",
    FileFormat.RESPONSES: "responses.jsonl: query_id, model, response",
    FileFormat.OUTCOMES: "outcomes.csv: query_id, model, outcome, judge",
    FileFormat.LONG_JSONL: "long rows as JSON lines: query_id, prompt | turns, model, response",
    FileFormat.LONG_CSV: "long rows as CSV: the same columns",
    FileFormat.LONG_PARQUET: "long rows as Parquet: the same columns",
    FileFormat.ALPACA_EVAL: "AlpacaEval model_outputs.json: instruction, output, generator",
    FileFormat.PREDICTIONS: "predictions.csv: question_id, label, one column of labels per candidate",
}

RecordReader = Callable[..., Iterator[QueryRecord | ResponseRecord]]

READERS: dict[FileFormat, RecordReader] = {
    FileFormat.QUERIES: read_query_file,
    FileFormat.RESPONSES: read_response_file,
    FileFormat.LONG_JSONL: read_long_jsonl,
    FileFormat.LONG_CSV: read_long_csv,
    FileFormat.LONG_PARQUET: read_long_parquet,
    FileFormat.ALPACA_EVAL: read_model_outputs,
    FileFormat.PREDICTIONS: read_label_rows,
}
"""The reader of each format that holds queries or responses."""


def parse_format(name: str) -> FileFormat:
    """Turn what a person wrote after ``--format`` into a format.

    Raises
    ------
    InvalidValueError
        If there is no such format; the message lists them.
    """
    try:
        return FileFormat(name)
    except ValueError as error:
        allowed = ", ".join(FileFormat)
        raise InvalidValueError(f"no format {name!r}; allowed are {allowed}") from error


def detect_format(file: SourceFile | Path | str) -> FileFormat:
    """Find out which format a file has.

    Parameters
    ----------
    file
        The file, plain or gzip.

    Returns
    -------
    FileFormat
        What its first mebibyte looks like.

    Raises
    ------
    FileFormatError
        If it looks like none of them; the message lists what was found and what is allowed.
    """
    source = as_source(file)
    start = _read_start(source)
    if start.startswith(_PARQUET_MAGIC):
        return FileFormat.LONG_PARQUET
    if start.startswith(_ZIP_MAGIC):
        raise _unknown(source, "the file is a zip archive or an Excel sheet: unpack it, or save it as CSV")
    text = start.decode(errors="replace").lstrip()
    if text.startswith("["):
        return FileFormat.ALPACA_EVAL
    if text.startswith("{") or ".jsonl" in source.name:
        return _detect_json_lines(source, text)
    return _detect_csv(source, text)


def _read_start(source: SourceFile) -> bytes:
    with open_bytes(source) as stream:
        try:
            return stream.read(_START_BYTES)
        except (EOFError, OSError, zlib.error) as error:
            message = f"the gzip data is damaged or cut off: {error}"
            raise FileFormatError(message, file=source.name) from error


def _unknown(source: SourceFile, found: str) -> FileFormatError:
    allowed = "; ".join(_DESCRIPTIONS.values())
    return FileFormatError(f"{found}. Allowed are: {allowed}", file=source.name)


def _detect_json_lines(source: SourceFile, text: str) -> FileFormat:
    keys = _first_keys(text)
    if keys is None:
        raise _unknown(source, "no line among the first is a JSON object")
    is_response = "model" in keys and bool({"response", "response_turns"} & set(keys))
    has_text = bool(_QUERY_TEXTS & set(keys))
    if is_response:
        return FileFormat.LONG_JSONL if has_text else FileFormat.RESPONSES
    if has_text and "model" not in keys:
        return FileFormat.QUERIES
    if set(MODEL_OUTPUT_KEYS) <= set(keys):
        raise _unknown(source, "AlpacaEval's model outputs must be one JSON array […], not JSON lines")
    raise _unknown(source, f"JSON lines with the keys {_listed(keys)}")


def _first_keys(text: str) -> Collection[str] | None:
    """Keys of the first line that is a JSON object: a broken first line must not hide the format."""
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return list(value)
    return None


def _detect_csv(source: SourceFile, text: str) -> FileFormat:
    header = [cell.strip() for cell in next(csv.reader(text.splitlines()[:1]), list[str]())]
    names = set(header)
    if {"query_id", "model", "outcome", "judge"} <= names:
        return FileFormat.OUTCOMES
    is_wide = bool({"question_id", "query_id"} & names) and not {"model", "response"} & names
    if is_wide and ("label" in names or Path(source.name).name.startswith("predictions")):
        return FileFormat.PREDICTIONS
    if "query_id" in names and len(names & set(LONG_COLUMNS)) >= 2:
        return FileFormat.LONG_CSV
    raise _unknown(source, f"neither JSON nor a known CSV; the first line has {_listed(header)}")


def _listed(names: Collection[str]) -> str:
    return ", ".join(repr(name[:40]) for name in list(names)[:12]) or "nothing"


def expand_paths(paths: list[Path]) -> list[SourceFile]:
    """Replace each folder by the evaluation files in it.

    Parameters
    ----------
    paths
        Files and folders.

    Returns
    -------
    list of SourceFile
        Files in the order given; of a folder its queries, responses and outcomes, or its questions and
        predictions.

    Raises
    ------
    FileFormatError
        If a path is absent, or a folder has the files of neither kind.
    """
    sources: list[SourceFile] = []
    for path in paths:
        if not path.is_dir():
            sources.append(as_source(path))
        else:
            found = (find_file(path, *names) for names in _FOLDER_FILES[folder_kind(path)])
            sources.extend(source for source in found if source)
    return sources
