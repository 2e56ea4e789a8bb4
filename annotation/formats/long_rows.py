"""Long rows: one response per row, the query's text beside it, as JSON lines, CSV or Parquet.

A row without ``prompt`` and ``turns`` adds a response to a query that is known already.
"""

from collections.abc import Iterator

from annotation.exceptions import FileFormatError
from annotation.formats.csv_rows import check_columns, describe_unknown, read_csv_rows
from annotation.formats.fields import (
    FieldError,
    build_records,
    get_mapping,
    get_name,
    get_reference,
    get_short,
    get_texts,
    get_turns,
)
from annotation.formats.records import (
    MAX_LABEL_LENGTH,
    MAX_NAME_LENGTH,
    ProblemHandler,
    QueryRecord,
    ResponseRecord,
    SourceFile,
    raise_problem,
)
from annotation.formats.rows import Row, read_json_rows

LONG_COLUMNS = (
    "query_id",
    "prompt",
    "turns",
    "model",
    "response",
    "response_turns",
    "category",
    "reference",
    "label",
    "options",
    "metadata",
)
"""The columns a long row may have. ``turns``, ``response_turns`` and ``options`` are lists of texts and
``metadata`` is an object; in CSV they are written as JSON."""

_PARQUET_BATCH = 500


def read_long_jsonl(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[QueryRecord | ResponseRecord]:
    """Read long rows written as JSON lines.

    Parameters
    ----------
    source
        The file, plain or gzip.
    on_problem
        Called for each refused row; a row with an unknown key is one.

    Yields
    ------
    QueryRecord or ResponseRecord
        Per row its query, where the row has the text, and its response.

    Raises
    ------
    FileFormatError
        If the file cannot be read.
    """
    yield from _build(source, read_json_rows(source, on_problem), on_problem)


def read_long_csv(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[QueryRecord | ResponseRecord]:
    """Read long rows written as CSV; see `read_long_jsonl`.

    Raises
    ------
    FileFormatError
        If the file cannot be read, or its header lacks a column or has an unknown one.
    """
    rows = read_csv_rows(source, on_problem, required=("query_id", "model"), allowed=LONG_COLUMNS)
    yield from _build(source, rows, on_problem)


def read_long_parquet(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[QueryRecord | ResponseRecord]:
    """Read long rows written as Parquet; lines are row numbers from 1.

    Raises
    ------
    FileFormatError
        If pyarrow is absent (the extra ``columnar``), or the file cannot be read or has an unknown column.
    """
    yield from _build(source, _read_parquet_rows(source), on_problem)


def _read_parquet_rows(source: SourceFile) -> Iterator[Row]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        message = "Parquet needs pyarrow: install the extra 'columnar' (pip install 'llm-selector[columnar]')"
        raise FileFormatError(message, file=source.name) from error
    n_rows = 0
    try:
        with parquet.ParquetFile(source.path) as table:
            check_columns(
                source, table.schema_arrow.names, required=("query_id", "model"), allowed=LONG_COLUMNS
            )
            for batch in table.iter_batches(batch_size=_PARQUET_BATCH):
                for values in batch.to_pylist():
                    n_rows += 1
                    yield Row(n_rows, values)
    except (pyarrow.ArrowException, OSError) as error:
        raise FileFormatError(
            f"is not readable Parquet: {error}", file=source.name, line=n_rows + 1
        ) from error


def _build(
    source: SourceFile, rows: Iterator[Row], on_problem: ProblemHandler
) -> Iterator[QueryRecord | ResponseRecord]:
    for pair in build_records(source, rows, lambda row: _records_of(source, row), on_problem):
        yield from pair


def _records_of(source: SourceFile, row: Row) -> list[QueryRecord | ResponseRecord]:
    values = row.values
    unknown = [name for name in values if name not in LONG_COLUMNS]
    if unknown:
        raise FieldError(describe_unknown(unknown, LONG_COLUMNS))
    query_id = get_name(values, "query_id", limit=MAX_NAME_LENGTH)
    model = get_name(values, "model", limit=MAX_NAME_LENGTH)
    label = get_short(values, "label", limit=MAX_LABEL_LENGTH)
    options = get_texts(values, "options")
    turns = get_turns(values, "response", "response_turns")
    is_labelled = bool(label or options) and len(turns[0]) <= MAX_LABEL_LENGTH
    answer = turns[0].strip() if is_labelled else ""
    response = ResponseRecord(query_id, model, turns, label=answer, file=source.name, line=row.line)
    if not (values.get("prompt") or values.get("turns")):
        return [response]
    query = QueryRecord(
        query_id=query_id,
        turns=get_turns(values, "prompt", "turns"),
        category=get_short(values, "category", limit=MAX_LABEL_LENGTH),
        reference=get_reference(values),
        options=options,
        label=label,
        metadata=get_mapping(values, "metadata"),
        file=source.name,
        line=row.line,
    )
    return [query, response]
