"""What every reader yields: frozen records that know the file and the line they came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from annotation.exceptions import FileFormatError

MAX_NAME_LENGTH = 200
"""Longest identifier of a query and longest name of a candidate, in characters."""

MAX_LABEL_LENGTH = 100
"""Longest label or category, in characters."""

_EXCERPT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read and the name that messages call it by.

    Parameters
    ----------
    path
        Where the bytes are.
    name
        What a person calls the file: an upload is stored under another name than it was sent with.
    """

    path: Path
    name: str


def as_source(file: "SourceFile | Path | str") -> SourceFile:
    """Give a plain path the name it was written with.

    Parameters
    ----------
    file
        A path, or a source that already has a name and is returned as it is.

    Returns
    -------
    SourceFile
        The source.
    """
    return file if isinstance(file, SourceFile) else SourceFile(Path(file), str(file))


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was refused while the rows around it were read.

    Parameters
    ----------
    file, line
        Where; lines count from 1 and are those of an editor, also for cells with newlines.
    reason
        What is wrong and what would be right.
    value
        An excerpt of what was found, at most 80 characters.
    """

    file: str
    line: int
    reason: str
    value: str = ""

    def __str__(self) -> str:
        found = f" (found: {self.value})" if self.value else ""
        return f"{self.file}:{self.line}: {self.reason}{found}"


ProblemHandler = Callable[[RowProblem], None]
"""What a reader calls for a row it refuses; it may collect, count or raise."""


def raise_problem(problem: RowProblem) -> None:
    """Treat the first bad row as the end of the file.

    Raises
    ------
    FileFormatError
        Always, with the file, line, reason and value of the row.
    """
    found = f" (found: {problem.value})" if problem.value else ""
    raise FileFormatError(problem.reason + found, file=problem.file, line=problem.line)


def excerpt(value: object) -> str:
    """Shorten a refused value to what fits in a message.

    Parameters
    ----------
    value
        Anything; text is quoted, so that spaces and control characters are seen.

    Returns
    -------
    str
        At most 80 characters.
    """
    shown = repr(value[: _EXCERPT_LENGTH + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= _EXCERPT_LENGTH else shown[: _EXCERPT_LENGTH - 1] + "…"


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """A query as a file states it.

    Parameters
    ----------
    query_id
        Identifier within the study.
    turns
        What the user says, one text per turn, at least one.
    category
        Group of the query, or "".
    reference
        A correct answer where the file has one (turns joined by a blank line), or "".
    options
        The answers to choose from, in the order of their letters; empty for free text.
    label
        The true label, or "".
    metadata
        Whatever else the file says about the query.
    file, line
        Where the record was read.
    """

    query_id: str
    turns: tuple[str, ...]
    category: str = ""
    reference: str = ""
    options: tuple[str, ...] = ()
    label: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ResponseRecord:
    """A candidate's response to a query as a file states it.

    Parameters
    ----------
    query_id
        Identifier of the query.
    model
        Name of the candidate.
    turns
        The response, one text per turn of the query; a text may be empty.
    label
        The predicted label of a labelled study, or "".
    file, line
        Where the record was read.
    """

    query_id: str
    model: str
    turns: tuple[str, ...]
    label: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """A recorded outcome of one comparison against the baseline.

    Parameters
    ----------
    query_id
        Identifier of the query.
    model
        Name of the candidate.
    outcome
        From the candidate's side: 0 loss, 1 draw, 2 win.
    judge
        Who decided.
    n_votes
        Number of votes behind the outcome.
    file, line
        Where the record was read.
    """

    query_id: str
    model: str
    outcome: int
    judge: str
    n_votes: int = 1
    file: str = ""
    line: int = 0
