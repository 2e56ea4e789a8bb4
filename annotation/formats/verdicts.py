"""Verdicts going out, as JSON lines (nothing is changed) and as CSV that a spreadsheet opens without harm."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

_OUTCOME_NAMES = ("loss", "draw", "win")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """A verdict as it is written to a file.

    Parameters
    ----------
    verdict
        Number of the row; later verdicts have higher ones.
    query_id, candidate, baseline
        The comparison.
    outcome
        ``win``, ``draw`` or ``loss`` from the candidate's side, or "" for a retraction.
    annotator
        Who decided.
    candidate_side
        ``a`` or ``b``: where the candidate's response stood on the screen.
    strength
        1, or 2 for much better.
    is_both_bad
        Whether both responses were called bad.
    is_standing
        Whether the verdict counts: it is no retraction and was not undone.
    comment
        What the annotator wrote.
    selection_score
        Why the comparison came up: the strategy's score at the time, or None.
    state_version
        The selection state that ranked it.
    shown_at, submitted_at
        ISO 8601, or "".
    label
        In a labelled study the right label of the query, which stands for a verdict on every candidate:
        ``candidate`` and ``outcome`` are then "".
    """

    verdict: int
    query_id: str
    candidate: str
    baseline: str
    outcome: str
    annotator: str
    candidate_side: str
    strength: int
    is_both_bad: bool
    is_standing: bool
    comment: str
    selection_score: float | None
    state_version: int
    shown_at: str
    submitted_at: str
    label: str = ""


VERDICT_COLUMNS = tuple(column.name for column in fields(VerdictRecord))
"""The columns of the CSV and the keys of the JSON lines, in order."""


def outcome_name(outcome: int | None) -> str:
    """Name an outcome: 0 ``loss``, 1 ``draw``, 2 ``win``, None (a retraction) ""."""
    return "" if outcome is None else _OUTCOME_NAMES[outcome]


def protect_cell(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula.

    Parameters
    ----------
    text
        The cell.

    Returns
    -------
    str
        The text, after an apostrophe when it begins with ``=``, ``+``, ``-``, ``@``, a tab or a newline:
        spreadsheets then show it as text. Programs that want the text unchanged take the JSON lines.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_verdicts_jsonl(records: Iterable[VerdictRecord]) -> Iterator[str]:
    r"""Write verdicts as JSON lines.

    Parameters
    ----------
    records
        The verdicts.

    Yields
    ------
    str
        One line per verdict, with its ``\n``.
    """
    for record in records:
        yield json.dumps(asdict(record), ensure_ascii=False) + "\n"


def write_verdicts_csv(records: Iterable[VerdictRecord]) -> Iterator[str]:
    r"""Write verdicts as CSV (RFC 4180), texts made harmless by `protect_cell`.

    Parameters
    ----------
    records
        The verdicts.

    Yields
    ------
    str
        The header, then one row per verdict, each with its ``\r\n``.
    """
    yield _csv_line(list(VERDICT_COLUMNS))
    for record in records:
        yield _csv_line([_cell(value) for value in asdict(record).values()])


def _cell(value: object) -> object:
    if isinstance(value, str):
        return protect_cell(value)
    return str(value).lower() if isinstance(value, bool) else value


def _csv_line(cells: list[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
