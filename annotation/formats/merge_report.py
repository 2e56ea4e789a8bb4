"""Counts of an import, for the person who started it."""

from dataclasses import asdict, dataclass, field
from enum import Enum

from annotation.formats.records import RowProblem

MAX_KEPT_PROBLEMS = 20
"""How many refused rows a report shows; all are counted."""


class Change(Enum):
    """What a record means for the study."""

    NEW = "new"
    REPLACED = "replaced"
    COMPLETED = "completed"
    UNCHANGED = "unchanged"
    DUPLICATED = "duplicated"
    CONFLICT = "conflict"
    UNKNOWN_QUERY = "unknown query"

    @property
    def is_written(self) -> bool:
        """Whether a row is written for it."""
        return self in (Change.NEW, Change.REPLACED, Change.COMPLETED)


@dataclass(slots=True)
class MergeReport:
    """Counts of one import.

    Parameters
    ----------
    queries_read, queries_new, queries_unchanged
        Different queries in the files; added; known before.
    queries_completed
        Queries known before that got a text or a right label they lacked, or, when asked for, another label.
    rows_read
        Responses read, the refused ones among them.
    matched
        Responses whose query is known, whatever became of them.
    responses_new, responses_replaced, responses_unchanged
        Added; overwritten because the person asked for it; the same text as before.
    conflicts
        Another text than the one known: of a response or of a query; not written.
    duplicated
        The same query and candidate a second time in these files; not written.
    unknown_query
        Responses to a query that is not known; not written.
    empty
        Responses without any visible character in any turn; written.
    names_itself
        Responses that say which candidate wrote them, so that judging is not blind; written.
    bad_rows
        Rows that could not be read.
    identical_to_baseline
        Responses of the whole study equal to the baseline's for the query: draws that need no verdict. None
        while there is no baseline.
    missing
        Cells of the whole study (query, candidate) without a response.
    missing_by_candidate
        The same per candidate, those with none left out.
    n_choices
        Responses read that name a label.
    n_labels, without_text
        Queries of the whole study with a right label; without a text.
    n_queries, n_candidates
        Of the whole study afterwards; candidates with a response, the baseline among them.
    suggested_baseline
        The one candidate with responses and without outcomes in the files, or "".
    problems
        The first rows that were not imported as they are.
    """

    queries_read: int = 0
    queries_new: int = 0
    queries_unchanged: int = 0
    queries_completed: int = 0
    rows_read: int = 0
    matched: int = 0
    responses_new: int = 0
    responses_replaced: int = 0
    responses_unchanged: int = 0
    conflicts: int = 0
    duplicated: int = 0
    unknown_query: int = 0
    empty: int = 0
    names_itself: int = 0
    bad_rows: int = 0
    identical_to_baseline: int | None = None
    missing: int = 0
    missing_by_candidate: dict[str, int] = field(default_factory=dict)
    n_choices: int = 0
    n_labels: int = 0
    without_text: int = 0
    n_queries: int = 0
    n_candidates: int = 0
    suggested_baseline: str = ""
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def n_refused(self) -> int:
        """Rows that were not imported as they are; none is what ``--strict`` asks for."""
        return self.bad_rows + self.conflicts + self.unknown_query + self.duplicated

    @property
    def has_changes(self) -> bool:
        """Whether anything was written."""
        return bool(self.queries_new + self.queries_completed + self.responses_new + self.responses_replaced)

    def add_problem(self, problem: RowProblem) -> None:
        """Keep a problem if it is among the first."""
        if len(self.problems) < MAX_KEPT_PROBLEMS:
            self.problems.append(problem)

    def to_json(self) -> dict[str, object]:
        """Give the counts and problems as values that JSON knows."""
        return asdict(self) | {"n_refused": self.n_refused, "has_changes": self.has_changes}

    def to_lines(self) -> list[str]:
        """Say the counts and the first problems in words, one line each."""
        lines = [
            f"queries: {self.queries_read} read, {self.queries_new} new, {self.queries_unchanged} known",
            f"responses: {self.rows_read} read, {self.matched} matched with a query, "
            f"{self.responses_new} new, {self.responses_replaced} replaced, "
            f"{self.responses_unchanged} unchanged",
            f"not imported: {self.bad_rows} bad rows, {self.unknown_query} to unknown queries, "
            f"{self.duplicated} duplicated, {self.conflicts} in conflict with a known text",
            f"worth a look: {self.empty} empty, {self.names_itself} name their candidate, "
            f"{self._identical_in_words()}",
            f"study: {self.n_queries} queries, {self.n_candidates} candidates, "
            f"{self.missing} responses missing",
        ]
        if self.n_labels or self.without_text:
            lines.append(
                f"labels: {self.n_labels} of {self.n_queries} queries have a right label, "
                f"{self.without_text} have no text"
            )
        lines += [f"missing: {count} of {name}" for name, count in self.missing_by_candidate.items()][:10]
        lines += [str(problem) for problem in self.problems]
        if self.n_refused > len(self.problems):
            lines.append(f"... and {self.n_refused - len(self.problems)} more")
        return lines

    def _identical_in_words(self) -> str:
        if self.identical_to_baseline is None:
            return "no baseline yet"
        return f"{self.identical_to_baseline} identical to the baseline"
