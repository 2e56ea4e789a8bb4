"""What an import would change: each record against what is known, counted in a report."""

from collections.abc import Sequence

from annotation.formats.cells import CellTable, hash_turns
from annotation.formats.merge_report import Change, MergeReport
from annotation.formats.predictions import NO_ANSWER
from annotation.formats.records import QueryRecord, ResponseRecord, RowProblem, excerpt
from annotation.formats.self_naming import SelfNaming

_NO_TEXT = 0


def _exact_key(turns: Sequence[str]) -> int:
    return int(hash_turns(turns)[:16], 16) if turns else _NO_TEXT


def _text_key(turns: Sequence[str]) -> int:
    return _exact_key([turn.strip() for turn in turns])


class Merger:
    """Compares records with what a study has, and counts.

    Fill it with what is known (`know_query`, `know_response`), then hand it the records of the files; it says
    per record whether to write it. It never looks at a database: a dry run and the real one are the same.

    Parameters
    ----------
    is_replacing
        Whether another text of a known response overwrites it.
    """

    def __init__(self, *, is_replacing: bool = False) -> None:
        self.report = MergeReport()
        self.cells = CellTable()
        self._is_replacing = is_replacing
        self._numbers: dict[str, int] = {}
        self._digests: list[int] = []
        self._is_read: list[bool] = []
        self._ids_by_text: dict[int, str] = {}
        self._labels: dict[str, str] = {}
        self._is_judged: set[tuple[str, str]] = set()
        self._naming: dict[str, SelfNaming] = {}

    def know_query(self, query_id: str, turns: Sequence[str], label: str = "") -> None:
        """Tell of a query that the study has, with its turns and its right label."""
        self._add_query(query_id, turns, label, is_read=False)

    def know_response(self, query_id: str, candidate: str, digest: str) -> None:
        """Tell of a response that the study has."""
        self.cells.put(candidate, self._numbers[query_id], digest, is_seen=False)

    def know_verdict(self, query_id: str, candidate: str) -> None:
        """Tell of a response that verdicts rest on: it is never replaced."""
        self._is_judged.add((query_id, candidate))

    @property
    def n_queries(self) -> int:
        """Queries known by now."""
        return len(self._numbers)

    @property
    def candidates(self) -> list[str]:
        """Names of the candidates with a response by now, sorted."""
        return sorted(self.cells.count_missing(0))

    def find_by_text(self, turns: Sequence[str]) -> str | None:
        """Find the identifier of the first query with these turns; blanks at their ends do not count."""
        return self._ids_by_text.get(_text_key(turns))

    def add_problem(self, problem: RowProblem) -> None:
        """Count a row that a reader refused."""
        self.report.rows_read += 1
        self.report.bad_rows += 1
        self.report.add_problem(problem)

    def _add_query(self, query_id: str, turns: Sequence[str], label: str, *, is_read: bool) -> None:
        self._numbers[query_id] = len(self._numbers)
        self._digests.append(_exact_key(turns))
        self._is_read.append(is_read)
        if turns:
            self._ids_by_text.setdefault(_text_key(turns), query_id)
        if label:
            self._labels[query_id] = label

    def add_query(self, record: QueryRecord) -> Change:
        """Compare a query and count it.

        Parameters
        ----------
        record
            The query. Long rows repeat it with every response: repetitions count once.

        Returns
        -------
        Change
            New, unchanged, duplicated (read before in this import), completed (its text or right label was
            missing), or conflict: known with other turns or another label.
        """
        number = self._numbers.get(record.query_id)
        if number is None:
            self._add_query(record.query_id, record.turns, record.label, is_read=True)
            self.report.queries_read += 1
            self.report.queries_new += 1
            return Change.NEW
        known, found = self._digests[number], _exact_key(record.turns)
        if _NO_TEXT not in (known, found) and known != found:
            return self._refuse(record, Change.CONFLICT, "query has another text than the one known")
        label = self._labels.get(record.query_id, "")
        if label and record.label not in ("", label) and not self._is_replacing:
            reason = f"the right label differs from the one known, {excerpt(label)} (--replace)"
            return self._refuse(record, Change.CONFLICT, reason)
        is_completed = self._complete(record, number)
        if self._is_read[number]:
            return Change.COMPLETED if is_completed else Change.DUPLICATED
        self._is_read[number] = True
        self.report.queries_read += 1
        self.report.queries_unchanged += not is_completed
        self.report.queries_completed += is_completed
        return Change.COMPLETED if is_completed else Change.UNCHANGED

    def _complete(self, record: QueryRecord, number: int) -> bool:
        """Take over a text or label that the query lacks, or another label; say whether there was one."""
        is_text = bool(record.turns) and self._digests[number] == _NO_TEXT
        if is_text:
            self._digests[number] = _exact_key(record.turns)
            self._ids_by_text.setdefault(_text_key(record.turns), record.query_id)
        is_label = bool(record.label) and self._labels.get(record.query_id) != record.label
        if is_label:
            self._labels[record.query_id] = record.label
        return is_text or is_label

    def add_response(self, record: ResponseRecord, digest: str) -> Change:
        """Compare a response and count it.

        Parameters
        ----------
        record
            The response.
        digest
            Of its turns; see `hash_turns`.

        Returns
        -------
        Change
            Whether and why to write it.
        """
        self.report.rows_read += 1
        number = self._numbers.get(record.query_id)
        if number is None:
            return self._refuse(record, Change.UNKNOWN_QUERY, "the response is to a query that is not known")
        self.report.matched += 1
        change = self.cells.compare(record.model, number, digest)
        if change is not Change.NEW and self.cells.is_seen(record.model, number):
            other = ", with another text" if change is Change.CONFLICT else ""
            return self._refuse(record, Change.DUPLICATED, f"query and candidate were read before{other}")
        if change is Change.CONFLICT:
            return self._settle_conflict(record, number, digest)
        if change is Change.NEW:
            self.report.responses_new += 1
            self.cells.put(record.model, number, digest, is_seen=True)
        else:
            self.report.responses_unchanged += 1
            self.cells.mark_seen(record.model, number)
        self._count_text(record)
        return change

    def _settle_conflict(self, record: ResponseRecord, number: int, digest: str) -> Change:
        if not self._is_replacing:
            return self._refuse(
                record, Change.CONFLICT, "the response differs from the one known (--replace)"
            )
        if (record.query_id, record.model) in self._is_judged:
            return self._refuse(record, Change.CONFLICT, "verdicts rest on the response: it is not replaced")
        self.report.responses_replaced += 1
        self.cells.put(record.model, number, digest, is_seen=True)
        self._count_text(record)
        return Change.REPLACED

    def _refuse(self, record: QueryRecord | ResponseRecord, change: Change, reason: str) -> Change:
        report = self.report
        report.conflicts += change is Change.CONFLICT
        report.duplicated += change is Change.DUPLICATED
        report.unknown_query += change is Change.UNKNOWN_QUERY
        model = f", {record.model}" if isinstance(record, ResponseRecord) else ""
        report.add_problem(RowProblem(record.file, record.line, reason, excerpt(record.query_id) + model))
        return change

    def _count_text(self, record: ResponseRecord) -> None:
        self.report.n_choices += record.label not in ("", NO_ANSWER)
        self.report.empty += not any(turn.strip() for turn in record.turns)
        naming = self._naming.get(record.model)
        if naming is None:
            naming = self._naming[record.model] = SelfNaming(record.model)
        self.report.names_itself += naming.is_in(record.turns)

    def finish(self, *, baseline: str = "") -> MergeReport:
        """Fill in what is known only at the end.

        Parameters
        ----------
        baseline
            Name of the baseline, "" while there is none.

        Returns
        -------
        MergeReport
            The report, complete.
        """
        report = self.report
        missing = self.cells.count_missing(self.n_queries)
        report.n_labels, report.without_text = len(self._labels), self._digests.count(_NO_TEXT)
        report.n_queries, report.n_candidates = self.n_queries, len(missing)
        report.missing_by_candidate = {name: count for name, count in sorted(missing.items()) if count}
        report.missing = sum(missing.values())
        report.identical_to_baseline = self.cells.count_identical(baseline) if baseline else None
        return report
