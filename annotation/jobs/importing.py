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
from annotation.formats.detection import FileFormat
from annotation.formats.importing import PlannedFile, plan_files, read_plan, suggest_baseline
from annotation.formats.merge_report import Change, MergeReport
from annotation.formats.merging import Merger
from annotation.formats.records import QueryRecord, ResponseRecord
from annotation.jobs.import_writer import StudyWriter
from annotation.lookups.baseline import median_candidate
from annotation.lookups.imports import fill_merger
from annotation.models import Study
from annotation.selection import default_strategy, validate_params

if TYPE_CHECKING:
    from annotation.formats.records import SourceFile

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
    text changed, unless verdicts rest on them. ``is_adding_queries``: see `read_plan`. ``kind``: what a study
    without queries becomes: pairwise, labelled, ``auto`` to find out from the files; empty leaves it.
    """

    baseline: str = ""
    format_name: str = ""
    is_strict: bool = False
    is_replacing: bool = False
    is_adding_queries: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CheckedImport:
    """Files that were read to the end and may be written; ``report`` counts what writing will do.

    ``kind`` is that of the study they fit.
    """

    plan: list[PlannedFile]
    options: ImportOptions
    report: MergeReport
    kind: str


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
        When the study has another baseline already, or compares texts and the files hold labels.
    """
    plan = plan_files(files, format_name=options.format_name)
    merger = fill_merger(study, is_replacing=options.is_replacing)

    def tell() -> None:
        on_progress(0.0, f"Checking: {merger.report.rows_read:,} responses so far")

    deque(_merge(plan, options, merger, tell), maxlen=0)
    known_baseline = study.baseline.name if study and study.baseline else ""
    report = merger.finish(baseline=options.baseline or known_baseline)
    kind = _find_kind(study, plan, options, report)
    if not (options.baseline or known_baseline):
        report.suggested_baseline = suggest_baseline(plan, merger.candidates)
    _refuse_unwanted(report, options)
    _check_baseline(known_baseline, options.baseline, merger.candidates)
    return CheckedImport(plan, options, report, kind)


def _find_kind(
    study: Study | None, plan: Sequence[PlannedFile], options: ImportOptions, report: MergeReport
) -> str:
    """Return the kind of study that is imported into; files of labels do not fit a pairwise one."""
    is_predictions = any(planned.file_format is FileFormat.PREDICTIONS for planned in plan)
    is_new = study is None or not study.queries.exists()
    wanted = options.kind if is_new else ""
    if wanted == "auto":
        is_labelled = is_predictions or (report.n_labels > 0 and 2 * report.n_choices >= report.rows_read)
        wanted = Study.Kind.LABELLED if is_labelled else Study.Kind.PAIRWISE
    kind = wanted or (study.kind if study else Study.Kind.PAIRWISE)
    if kind not in Study.Kind.values:
        raise InvalidValueError(f"kind: {kind!r}, must be auto or one of {', '.join(Study.Kind.values)}")
    if is_predictions and kind != Study.Kind.LABELLED:
        raise ConflictError(
            "The study compares texts in pairs, but a file of predictions holds labels: make a new study "
            "for it."
        )
    return str(kind)


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
    if checked.kind != study.kind:
        _set_kind(study, checked.kind)
    merger = fill_merger(study, is_replacing=options.is_replacing)
    writer = StudyWriter(study)
    n_records = max(1, checked.report.rows_read + checked.report.queries_read)

    def tell() -> None:
        n_rows, n_queries = merger.report.rows_read, merger.report.queries_read
        message = f"{n_rows:,} of {checked.report.rows_read:,} responses"
        on_progress(min(1.0, (n_rows + n_queries) / n_records), message)

    for record, change in _merge(checked.plan, options, merger, tell):
        if change.is_written:
            writer.add(record, is_replacing=change is not Change.NEW)
    writer.flush()
    study.refresh_from_db(fields=["baseline", "data_version"])
    baseline = options.baseline or _median_name(study)
    if baseline:
        writer.set_baseline(baseline)
        study.refresh_from_db(fields=["baseline", "data_version"])
    report = merger.finish(baseline=study.baseline.name if study.baseline else "")
    report.suggested_baseline = checked.report.suggested_baseline
    return report


def _set_kind(study: Study, kind: str) -> None:
    """Make a study without queries one of another kind, with that kind's strategy."""
    study.kind = kind
    study.strategy = default_strategy(kind)
    study.strategy_params = dict(validate_params(study.strategy))
    study.save(update_fields=["kind", "strategy", "strategy_params"])


def _median_name(study: Study) -> str:
    """Return what a labelled study without a baseline compares with as long as its lead says nothing."""
    if study.kind != Study.Kind.LABELLED or study.baseline_id is not None:
        return ""
    candidate = median_candidate(study)
    return candidate.name if candidate else ""


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
