"""The folder format of the evaluation data: texts with pairwise outcomes, or labels.

Pairwise: ``queries.jsonl``, ``responses.jsonl.gz``, ``outcomes.csv``. Labelled: ``predictions.csv.gz`` and
``questions.jsonl.gz`` or ``items.jsonl.gz``. Each file may be plain or gzip.

Readers take ``on_problem`` for rows they refuse; left alone, the first bad row raises `FileFormatError`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from annotation.exceptions import FileFormatError, InvalidValueError
from annotation.formats.csv_rows import read_csv_rows
from annotation.formats.fields import FieldError, build_records, get_name
from annotation.formats.query_files import get_query_id, read_query_file, read_response_file
from annotation.formats.records import (
    MAX_NAME_LENGTH,
    OutcomeRecord,
    ProblemHandler,
    QueryRecord,
    ResponseRecord,
    SourceFile,
    as_source,
    raise_problem,
)
from annotation.formats.rows import Row

FolderKind = Literal["pairwise", "labelled"]

OUTCOME_VALUES = {"loss": 0, "draw": 1, "win": 2}
"""How an outcome is written, and its value from the candidate's side."""

_KIND_FILES: dict[FolderKind, tuple[str, ...]] = {
    "pairwise": ("queries.jsonl", "responses.jsonl"),
    "labelled": ("predictions.csv",),
}


def find_file(folder: Path | str, *names: str) -> SourceFile | None:
    """Find a file of a folder, plain or gzip.

    Parameters
    ----------
    folder
        The folder.
    *names
        Names to try, without ``.gz``; the first that is there wins.

    Returns
    -------
    SourceFile or None
        The file, or None when the folder has none of them.
    """
    for name in names:
        for path in (Path(folder) / name, Path(folder) / f"{name}.gz"):
            if path.is_file():
                return as_source(path)
    return None


def _require_file(folder: Path | str, *names: str) -> SourceFile:
    source = find_file(folder, *names)
    if source is None:
        wanted = " or ".join(f"{name}[.gz]" for name in names)
        raise FileFormatError(f"the folder has no {wanted}", file=str(folder))
    return source


def folder_kind(folder: Path | str) -> FolderKind:
    """Say which of the two evaluation formats a folder has.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    {"pairwise", "labelled"}
        Pairwise when it has queries and responses, labelled when it has predictions.

    Raises
    ------
    FileFormatError
        If it has the files of neither.
    """
    for kind, names in _KIND_FILES.items():
        if all(find_file(folder, name) for name in names):
            return kind
    allowed = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in _KIND_FILES.items())
    raise FileFormatError(f"is not an evaluation folder; one has ({allowed}), plain or .gz", file=str(folder))


def read_queries(folder: Path | str, *, on_problem: ProblemHandler = raise_problem) -> Iterator[QueryRecord]:
    """Read the queries of a pairwise folder, or the questions of a labelled one.

    Parameters
    ----------
    folder
        The folder.
    on_problem
        Called for each refused row.

    Yields
    ------
    QueryRecord
        In file order.

    Raises
    ------
    FileFormatError
        If there is no such file or it cannot be read.
    """
    source = _require_file(folder, "queries.jsonl", "questions.jsonl", "items.jsonl")
    yield from read_query_file(source, on_problem=on_problem)


def read_responses(
    folder: Path | str, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[ResponseRecord]:
    """Read the responses of a pairwise folder, those of the baseline among them.

    Parameters
    ----------
    folder
        The folder.
    on_problem
        Called for each refused row.

    Yields
    ------
    ResponseRecord
        In file order.

    Raises
    ------
    FileFormatError
        If there is no such file or it cannot be read.
    """
    yield from read_response_file(_require_file(folder, "responses.jsonl"), on_problem=on_problem)


def read_all_outcomes(
    folder: Path | str, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[OutcomeRecord]:
    """Read the outcomes of every judge of a pairwise folder.

    Parameters
    ----------
    folder
        The folder.
    on_problem
        Called for each refused row.

    Yields
    ------
    OutcomeRecord
        In file order.

    Raises
    ------
    FileFormatError
        If there is no ``outcomes.csv``, it lacks a column, or it cannot be read.
    """
    yield from read_outcome_file(_require_file(folder, "outcomes.csv"), on_problem=on_problem)


def read_outcome_file(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[OutcomeRecord]:
    """Read one file of outcomes (CSV); see `read_all_outcomes`.

    Raises
    ------
    FileFormatError
        If it lacks a column or cannot be read.
    """
    required = ("query_id", "model", "outcome", "judge")
    rows = read_csv_rows(source, on_problem, required=required)

    def build(row: Row) -> OutcomeRecord:
        values = row.values
        written = values["outcome"]
        if written not in OUTCOME_VALUES:
            raise FieldError(f"outcome must be one of {', '.join(OUTCOME_VALUES)}", written)
        n_votes = str(values.get("n_votes") or "1")
        if not n_votes.isdecimal():
            raise FieldError("n_votes must be a whole number", n_votes)
        return OutcomeRecord(
            query_id=get_query_id(row),
            model=get_name(values, "model", limit=MAX_NAME_LENGTH),
            outcome=OUTCOME_VALUES[str(written)],
            judge=get_name(values, "judge", limit=MAX_NAME_LENGTH),
            n_votes=int(n_votes),
            file=source.name,
            line=row.line,
        )

    yield from build_records(source, rows, build, on_problem)


def list_judges(folder: Path | str) -> list[str]:
    """List the judges that the outcomes of a pairwise folder name.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    list of str
        Sorted, each once.

    Raises
    ------
    FileFormatError
        See `read_all_outcomes`.
    """
    return sorted({record.judge for record in read_all_outcomes(folder)})


def read_outcomes(
    folder: Path | str, judge: str = "", *, on_problem: ProblemHandler = raise_problem
) -> Iterator[OutcomeRecord]:
    """Read the outcomes of one judge of a pairwise folder.

    Parameters
    ----------
    folder
        The folder.
    judge
        Which judge; may be left out when the folder has one.
    on_problem
        Called for each refused row.

    Yields
    ------
    OutcomeRecord
        In file order.

    Raises
    ------
    InvalidValueError
        If the folder has no such judge, or several and none was named; the message lists them.
    FileFormatError
        See `read_all_outcomes`.
    """
    judges = list_judges(folder)
    if not judge and len(judges) > 1:
        raise InvalidValueError(f"{folder} has outcomes of several judges, name one: {', '.join(judges)}")
    chosen = judge or "".join(judges)
    if chosen not in judges:
        raise InvalidValueError(f"no judge {chosen!r} in {folder}; it has: {', '.join(judges) or 'none'}")
    records = read_all_outcomes(folder, on_problem=on_problem)
    yield from (record for record in records if record.judge == chosen)


def find_baseline(folder: Path | str) -> str:
    """Find the baseline of a pairwise folder: the model with responses but without outcomes.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    str
        Its name.

    Raises
    ------
    InvalidValueError
        If there is not exactly one such model; the message lists them.
    FileFormatError
        If responses or outcomes cannot be read.
    """
    judged = {record.model for record in read_all_outcomes(folder)}
    answering = {record.model for record in read_responses(folder)}
    unjudged = sorted(answering - judged)
    if len(unjudged) == 1:
        return unjudged[0]
    message = f"the baseline of {folder} must be named: it is the one model with responses and no outcomes"
    found = f"there are {len(unjudged)}: {', '.join(unjudged)}" if unjudged else "there is none"
    raise InvalidValueError(f"{message}, but {found}")
