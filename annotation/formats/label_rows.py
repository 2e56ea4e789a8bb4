"""Labelled studies as records: one row per query, one column per candidate, the right label beside them."""

from collections.abc import Iterator

from annotation.exceptions import FileFormatError
from annotation.formats.csv_rows import read_csv_rows
from annotation.formats.fields import FieldError, build_records, get_short, get_text
from annotation.formats.predictions import TEXT_COLUMNS, list_model_columns
from annotation.formats.query_files import get_query_id
from annotation.formats.records import (
    MAX_LABEL_LENGTH,
    MAX_NAME_LENGTH,
    ProblemHandler,
    QueryRecord,
    ResponseRecord,
    SourceFile,
    raise_problem,
)
from annotation.formats.rows import Row


def read_label_rows(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[QueryRecord | ResponseRecord]:
    """Read a predictions file into queries and responses.

    Parameters
    ----------
    source
        The file, plain or gzip: ``question_id`` or ``query_id``, optional ``label``, ``category`` and one of
        ``prompt``, ``question``, ``text``; all other columns that do not describe the
        query are candidates.
    on_problem
        Called for each refused row.

    Yields
    ------
    QueryRecord or ResponseRecord
        Per row the query, without turns where the file has no text, then a response per candidate that
        answered: its label is its text; ``-`` stands for a response without a usable label.

    Raises
    ------
    FileFormatError
        If the file cannot be read, has no identifier of queries, or names no candidate.
    """
    models = list_model_columns(source)
    too_long = [model for model in models if len(model) > MAX_NAME_LENGTH]
    if too_long:
        message = f"the column {too_long[0][:60]!r}… is longer than {MAX_NAME_LENGTH} characters"
        raise FileFormatError(message, file=source.name, line=1)

    def build(row: Row) -> list[QueryRecord | ResponseRecord]:
        return list(_records_of(source, row, models))

    for records in build_records(source, read_csv_rows(source, on_problem), build, on_problem):
        yield from records


def _records_of(
    source: SourceFile, row: Row, models: tuple[str, ...]
) -> Iterator[QueryRecord | ResponseRecord]:
    query_id = get_query_id(row)
    text = next((text for name in TEXT_COLUMNS if (text := get_text(row.values, name))), "")
    label = get_short(row.values, "label", limit=MAX_LABEL_LENGTH)
    if label == "-":
        raise FieldError("label '-' means that there is no usable answer: a right label must name one", label)
    category = get_short(row.values, "category", limit=MAX_LABEL_LENGTH)
    yield QueryRecord(
        query_id, (text,) if text else (), category, "", (), label, file=source.name, line=row.line
    )
    for model in models:
        choice = get_short(row.values, model, limit=MAX_LABEL_LENGTH)
        if choice:
            yield ResponseRecord(query_id, model, (choice,), choice, file=source.name, line=row.line)
