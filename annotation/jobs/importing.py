"""Files into a study: first everything is checked, then it is written in small transactions.

One transaction around the whole would be simpler, but SQLite has one writer: annotators could not submit
while a large file is read. So a first pass reads all files to the end and changes nothing; whatever makes a
file unreadable, or a strict import unwanted, shows there. The second pass writes a thousand rows at a time.
A worker lost in between leaves whole rows, and the same import once more adds the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotation.exceptions import ConflictError, FileFormatError, InvalidValueError
from annotation.formats.cells import hash_turns
from annotation.formats.importing import PlannedFile, plan_files, read_plan, suggest_baseline
from annotation.formats.merge_report import Change, MergeReport
from annotation.formats.merging import Merger
from annotation.formats.records import QueryRecord, ResponseRecord
from annotation.jobs.import_writer import StudyWriter
from annotation.lookups.imports import fill_merger

if TYPE_CHECKING:
    from annotation.formats.records import SourceFile
    from annotation.models import Study

ProgressReport = Callable[[float, str], None]

REPORT_ROWS = 1000


class ImportRefusedError(FileFormatError):
    """The files can be read but are not imported; ``report`` says what they hold."""

    code = "import_refused"

    def __init__(self, message: str, report: MergeReport) -> None:
        super().__init__(message)
        self.report = report


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person chose.

    ``baseline``: name of the candidate that becomes the baseline. ``format_name``: read all files as this
    format. ``is_strict``: import nothing when a row is refused. ``is_replacing``: overwrite responses whose
    text changed, unless verdicts rest on them. ``is_adding_queries``: see `read_plan`.
    """

    baseline: str = ""
    format_name: str = ""
    is_strict: bool = False
    is_replacing: bool = False
    is_adding_queries: bool = False


@dataclass(frozen=True, slots=True)
class CheckedImport:
    """Files that were read to the end and may be written; ``report`` counts what writing will do."""

    plan: list[PlannedFile]
    options: ImportOptions
    report: MergeReport


def ignore_progress(fraction: float, message: str) -> None:
    """Report to nobody."""


def check_import(
    study: Study | None,
    files: Sequence[SourceFile],
    options: ImportOptions,
    *,
    on_progress: ProgressReport = ignore_progress,
) -> CheckedImport:
    """Read all files and compare them with the study; nothing is written.

    ``study`` is ``None`` for one that does not exist yet.

    Raises
    ------
    FileFormatError
        When a file cannot be read.
    ImportRefusedError
        When the files hold nothing that could be imported, or ``options.is_strict`` and a row is refused.
    InvalidValueError
        For a format or baseline that does not exist; the message lists those that do.
    ConflictError
        When the study has another baseline already.
    """
    plan = plan_files(files, format_name=options.format_name)
    merger = fill_merger(study, is_replacing=options.is_replacing)

    def tell() -> None:
        on_progress(0.0, f"Checking: {merger.report.rows_read:,} responses so far")

    deque(_merge(plan, options, merger, tell), maxlen=0)
    known_baseline = study.baseline.name if study and study.baseline else ""
    report = merger.finish(baseline=options.baseline or known_baseline)
    if not (options.baseline or known_baseline):
        report.suggested_baseline = suggest_baseline(plan, merger.candidates)
    _refuse_unwanted(report, options)
    _check_baseline(known_baseline, options.baseline, merger.candidates)
    return CheckedImport(plan, options, report)


def _check_baseline(known: str, wanted: str, candidates: list[str]) -> None:
    if not wanted or wanted == known:
        return
    if known:
        raise ConflictError(f"baseline: the study has {known!r} already; change it in the study's settings.")
    if wanted not in candidates:
        raise InvalidValueError(f"baseline: no candidate {wanted!r}; there are {', '.join(candidates)}")


def _refuse_unwanted(report: MergeReport, options: ImportOptions) -> None:
    first = f" First: {report.problems[0]}" if report.problems else ""
    if not (report.rows_read or report.queries_read):
        raise ImportRefusedError("The files hold no queries and no responses; nothing was imported.", report)
    if options.is_strict and report.n_refused:
        raise ImportRefusedError(f"{report.n_refused} rows are refused; nothing was imported.{first}", report)
    if report.bad_rows and report.bad_rows == report.rows_read and not report.queries_read:
        raise ImportRefusedError(f"No row could be read; nothing was imported.{first}", report)


def _merge(
    plan: Sequence[PlannedFile], options: ImportOptions, merger: Merger, tell: Callable[[], None]
) -> Iterator[tuple[QueryRecord | ResponseRecord, Change]]:
    """Yield every record with what it means for the study; ``tell`` is called now and then."""
    records = read_plan(plan, merger, is_adding_queries=options.is_adding_queries)
    for n_records, record in enumerate(records):
        if n_records % REPORT_ROWS == 0:
            tell()
        if isinstance(record, QueryRecord):
            yield record, merger.add_query(record)
        else:
            yield record, merger.add_response(record, hash_turns(record.turns))


def write_import(
    study: Study, checked: CheckedImport, *, on_progress: ProgressReport = ignore_progress
) -> MergeReport:
    """Write what `check_import` found; idempotent.

    Raises
    ------
    ConflictError
        When another import wrote into the study at the same time.
    FileFormatError
        When a file changed in the meantime.
    """
    options = checked.options
    merger = fill_merger(study, is_replacing=options.is_replacing)
    writer = StudyWriter(study)
    n_records = max(1, checked.report.rows_read + checked.report.queries_read)

    def tell() -> None:
        n_rows, n_queries = merger.report.rows_read, merger.report.queries_read
        message = f"{n_rows:,} of {checked.report.rows_read:,} responses"
        on_progress(min(1.0, (n_rows + n_queries) / n_records), message)

    for record, change in _merge(checked.plan, options, merger, tell):
        if change.is_written:
            writer.add(record, is_replacing=change is Change.REPLACED)
    writer.flush()
    if options.baseline:
        writer.set_baseline(options.baseline)
    study.refresh_from_db(fields=["baseline", "data_version"])
    report = merger.finish(baseline=study.baseline.name if study.baseline else "")
    report.suggested_baseline = checked.report.suggested_baseline
    return report


def import_sources(
    study: Study,
    files: Sequence[SourceFile],
    options: ImportOptions,
    *,
    on_progress: ProgressReport = ignore_progress,
) -> MergeReport:
    """Check files and write them into a study; see `check_import` and `write_import` for what it raises."""
    checked = check_import(study, files, options, on_progress=on_progress)
    return write_import(study, checked, on_progress=on_progress)
