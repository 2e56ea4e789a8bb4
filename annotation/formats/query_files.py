"""The two files of texts in the evaluation folders: queries (or questions) and responses, as JSON lines."""

from collections.abc import Iterator

from annotation.formats.fields import (
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

_QUERY_KEYS = {"query_id", "question_id", "prompt", "question", "text", "turns"}
_QUERY_FIELDS = {"category", "reference", "options", "label"}


def get_query_id(row: Row) -> str:
    """Read the identifier of a query, called ``query_id`` or ``question_id``.

    Raises
    ------
    FieldError
        If it is absent, too long, or neither text nor a whole number.
    """
    key = "question_id" if "question_id" in row.values and "query_id" not in row.values else "query_id"
    return get_name(row.values, key, limit=MAX_NAME_LENGTH)


def read_query_file(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[QueryRecord]:
    """Read one file of queries or questions (JSON lines).

    Parameters
    ----------
    source
        The file. Keys: ``query_id`` or ``question_id``; ``turns``, ``prompt``, ``question`` or ``text``;
        optional ``category``, ``reference`` (text, or one per turn), ``options``, ``label``; all others
        become metadata.
    on_problem
        Called for each refused row.

    Yields
    ------
    QueryRecord
        In file order.

    Raises
    ------
    FileFormatError
        If the file cannot be read.
    """

    def build(row: Row) -> QueryRecord:
        values = row.values
        text_key = next((key for key in ("prompt", "question", "text") if key in values), "prompt")
        extra = {key: value for key, value in values.items() if key not in _QUERY_KEYS | _QUERY_FIELDS}
        return QueryRecord(
            query_id=get_query_id(row),
            turns=get_turns(values, text_key, "turns"),
            category=get_short(values, "category", limit=MAX_LABEL_LENGTH),
            reference=get_reference(values),
            options=get_texts(values, "options"),
            label=get_short(values, "label", limit=MAX_LABEL_LENGTH),
            metadata=get_mapping({"metadata": extra}, "metadata"),
            file=source.name,
            line=row.line,
        )

    yield from build_records(source, read_json_rows(source, on_problem), build, on_problem)


def read_response_file(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[ResponseRecord]:
    """Read one file of responses (JSON lines).

    Parameters
    ----------
    source
        The file. Keys: ``query_id``, ``model``, ``response`` or the list ``response_turns``; others are
        passed over.
    on_problem
        Called for each refused row.

    Yields
    ------
    ResponseRecord
        In file order.

    Raises
    ------
    FileFormatError
        If the file cannot be read.
    """

    def build(row: Row) -> ResponseRecord:
        return ResponseRecord(
            query_id=get_query_id(row),
            model=get_name(row.values, "model", limit=MAX_NAME_LENGTH),
            turns=get_turns(row.values, "response", "response_turns"),
            file=source.name,
            line=row.line,
        )

    yield from build_records(source, read_json_rows(source, on_problem), build, on_problem)
