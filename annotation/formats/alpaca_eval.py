"""AlpacaEval's ``model_outputs.json``: instruction, output, generator, and no identifier of the query."""

import hashlib
from collections.abc import Callable, Iterator

from annotation.formats.fields import build_records, check_text, get_name, get_short
from annotation.formats.json_array import read_array_rows
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

MODEL_OUTPUT_KEYS = ("instruction", "output", "generator")
"""Keys an element must have; ``dataset`` becomes the category, all others are passed over."""


def instruction_id(instruction: str) -> str:
    """Give an instruction an identifier that is the same in every file.

    Parameters
    ----------
    instruction
        The text. Blanks at its ends do not count.

    Returns
    -------
    str
        ``ae-`` and 16 hexadecimal digits of the SHA-256 digest.
    """
    return f"ae-{hashlib.sha256(instruction.strip().encode()).hexdigest()[:16]}"


def read_model_outputs(
    source: SourceFile,
    *,
    find_query_id: Callable[[str], str] = instruction_id,
    on_problem: ProblemHandler = raise_problem,
) -> Iterator[QueryRecord | ResponseRecord]:
    """Read one ``model_outputs.json``, joined with other files on the instruction.

    Parameters
    ----------
    source
        The file, plain or gzip: one JSON array of objects.
    find_query_id
        Identifier of the query with this instruction; a study that knows the instruction under an
        identifier of its own answers with that.
    on_problem
        Called for each refused element.

    Yields
    ------
    QueryRecord or ResponseRecord
        Per element its query and its response.

    Raises
    ------
    FileFormatError
        If the file cannot be read; see `annotation.formats.json_array.read_array_rows`.
    """

    def build(row: Row) -> tuple[QueryRecord, ResponseRecord]:
        values = row.values
        generator = get_name(values, "generator", limit=MAX_NAME_LENGTH)
        instruction = get_name(values, "instruction", limit=2**30)
        text = check_text("output", values.get("output"))
        query_id = find_query_id(instruction)
        category = get_short(values, "dataset", limit=MAX_LABEL_LENGTH)
        query = QueryRecord(query_id, (instruction,), category=category, file=source.name, line=row.line)
        return query, ResponseRecord(query_id, generator, (text,), file=source.name, line=row.line)

    for pair in build_records(source, read_array_rows(source), build, on_problem):
        yield from pair
