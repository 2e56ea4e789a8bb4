"""The files of one import in the order in which they can be joined, as one stream of records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.formats.alpaca_eval import instruction_id, read_model_outputs
from annotation.formats.detection import READERS, FileFormat, detect_format, parse_format
from annotation.formats.evaluation import read_outcome_file
from annotation.formats.merging import Merger
from annotation.formats.records import QueryRecord, ResponseRecord, RowProblem, SourceFile, as_source

_ORDER = (
    FileFormat.QUERIES,
    FileFormat.LONG_JSONL,
    FileFormat.LONG_CSV,
    FileFormat.LONG_PARQUET,
    FileFormat.ALPACA_EVAL,
    FileFormat.PREDICTIONS,
    FileFormat.RESPONSES,
    FileFormat.OUTCOMES,
)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of an import and the format it is read as."""

    source: SourceFile
    file_format: FileFormat


def plan_files(files: Sequence[SourceFile | Path | str], *, format_name: str = "") -> list[PlannedFile]:
    """Find out the formats of files and put those first that others refer to.

    Parameters
    ----------
    files
        The files.
    format_name
        The format of all of them; found out per file when empty.

    Returns
    -------
    list of PlannedFile
        Queries first, then rows with queries and responses (predictions behind those with texts), then
        responses, then outcomes; files of one format in the order given.

    Raises
    ------
    FileFormatError
        If a file has none of the formats.
    InvalidValueError
        If there is no format of that name.
    """
    forced = parse_format(format_name) if format_name else None
    sources = [as_source(file) for file in files]
    plan = [PlannedFile(source, forced or detect_format(source)) for source in sources]
    return sorted(plan, key=lambda planned: _ORDER.index(planned.file_format))


def read_plan(
    plan: Sequence[PlannedFile], merger: Merger, *, is_adding_queries: bool = False
) -> Iterator[QueryRecord | ResponseRecord]:
    """Read the files of an import one after another; refused rows go to the merger.

    Parameters
    ----------
    plan
        The files, in the order of `plan_files`.
    merger
        What the study has by now; rows without an identifier are joined with its queries by text.
    is_adding_queries
        Whether the first file of AlpacaEval outputs adds the instructions that match no query. It always
        does when there are no queries yet; the others never do, so that every mismatch shows.

    Yields
    ------
    QueryRecord or ResponseRecord
        In file order; nothing for a file of outcomes.

    Raises
    ------
    FileFormatError
        If a file cannot be read.
    """
    has_joined = False
    for planned in plan:
        if planned.file_format is FileFormat.ALPACA_EVAL:
            is_first = not has_joined and (is_adding_queries or merger.n_queries == 0)
            has_joined = True
            yield from _read_joined(planned.source, merger, is_first=is_first)
        elif planned.file_format in READERS:
            yield from READERS[planned.file_format](planned.source, on_problem=merger.add_problem)


def _read_joined(
    source: SourceFile, merger: Merger, *, is_first: bool
) -> Iterator[QueryRecord | ResponseRecord]:
    def find_query_id(instruction: str) -> str:
        known = merger.find_by_text((instruction,))
        # An instruction without a match stands for itself, so that the report shows its words.
        return known or (instruction_id(instruction) if is_first else instruction)

    for record in read_model_outputs(source, find_query_id=find_query_id, on_problem=merger.add_problem):
        if isinstance(record, ResponseRecord) or (is_first and merger.find_by_text(record.turns) is None):
            yield record


def suggest_baseline(plan: Sequence[PlannedFile], candidates: Sequence[str]) -> str:
    """Name the one candidate that has responses but no outcomes.

    Parameters
    ----------
    plan
        The files; those of outcomes are read.
    candidates
        Candidates with responses.

    Returns
    -------
    str
        Its name, or "" when there are no outcomes or several such candidates.

    Raises
    ------
    FileFormatError
        If a file of outcomes cannot be read.
    """
    judged: set[str] = set()
    for planned in plan:
        if planned.file_format is FileFormat.OUTCOMES:
            outcomes = read_outcome_file(planned.source, on_problem=_pass_over)
            judged.update(record.model for record in outcomes)
    unjudged = [name for name in candidates if name not in judged]
    return unjudged[0] if judged and len(unjudged) == 1 else ""


def _pass_over(problem: RowProblem) -> None:
    """Outcomes are not imported, so a bad row of theirs spoils nothing."""
