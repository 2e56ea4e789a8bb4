"""Background work: write a study's file for download, row by row."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any

import numpy as np
from django.core.files import File
from django.utils import timezone

from annotation.exceptions import InvalidValueError
from annotation.formats.verdicts import (
    VerdictRecord,
    outcome_name,
    protect_cell,
    write_verdicts_csv,
    write_verdicts_jsonl,
)
from annotation.jobs.runs import report_progress
from annotation.lookups.labels import label_table
from annotation.lookups.results import EntryResult, get_result
from annotation.models import BackgroundRun, Study, StudyFile, Verdict

CHUNK_ROWS = 2000
LEADERBOARD_NUMBERS = (
    "p_best",
    "p_near_best",
    "win_rate",
    "win_rate_low",
    "win_rate_high",
    "raw_win_rate",
    "n_verdicts",
)
ACCURACY_NUMBERS = ("accuracy", "n_right", "n_answered")


class ExportFormat(StrEnum):
    """What can be written; the value is what a person writes after ``--format``."""

    VERDICTS_JSONL = "verdicts-jsonl"
    VERDICTS_CSV = "verdicts-csv"
    LEADERBOARD_CSV = "leaderboard-csv"
    PREDICTIONS_CSV = "predictions-csv"


def export_study(run_id: int) -> dict[str, Any]:
    """Write the file that the run's ``params["format"]`` names; done twice, the second file takes its place.

    Raises
    ------
    InvalidValueError
        When the run has no study, or names no format.
    """
    run = BackgroundRun.objects.select_related("study__baseline").get(pk=run_id)
    if run.study is None:
        raise InvalidValueError(f"Run {run_id} has no study to export.")
    export_format = parse_export_format(str(run.params.get("format", "")))
    with tempfile.TemporaryFile("w+b") as stream:
        digest = hashlib.sha256()
        for line in export_lines(
            run.study, export_format, on_progress=lambda share: report_progress(run, share)
        ):
            data = line.encode()
            digest.update(data)
            stream.write(data)
        stream.flush()
        row = _keep(run, run.study, file_name(run.study, export_format), File(stream), digest.hexdigest())
    return {"file": row.pk, "name": row.name, "size": row.size}


def parse_export_format(name: str) -> ExportFormat:
    """Turn what a person wrote into a format.

    Raises
    ------
    InvalidValueError
        If there is no such format; the message lists them.
    """
    try:
        return ExportFormat(name)
    except ValueError as error:
        allowed = ", ".join(ExportFormat)
        raise InvalidValueError(f"format: {name!r}, must be one of {allowed}") from error


def formats_for(study: Study) -> list[ExportFormat]:
    """Return what can be written of a study of this kind."""
    is_labelled = study.kind == Study.Kind.LABELLED
    return [name for name in ExportFormat if is_labelled or name != ExportFormat.PREDICTIONS_CSV]


def file_name(study: Study, export_format: ExportFormat) -> str:
    """Return the name under which a file is kept and downloaded."""
    stem, _, ending = export_format.rpartition("-")
    return f"{study.slug}-{stem}-{timezone.now():%Y%m%d-%H%M%S}.{ending}"


def export_lines(
    study: Study, export_format: ExportFormat, *, on_progress: Callable[[float], None] = lambda share: None
) -> Iterator[str]:
    """Yield the file's lines; verdicts are never all in memory."""
    if export_format == ExportFormat.LEADERBOARD_CSV:
        return leaderboard_lines(get_result(study).entries, is_labelled=study.kind == Study.Kind.LABELLED)
    if export_format == ExportFormat.PREDICTIONS_CSV:
        return prediction_lines(study)
    write = write_verdicts_jsonl if export_format == ExportFormat.VERDICTS_JSONL else write_verdicts_csv
    return write(_records(study, on_progress))


def _records(study: Study, on_progress: Callable[[float], None]) -> Iterator[VerdictRecord]:
    verdicts = Verdict.objects.filter(study=study)
    n_verdicts = verdicts.count()
    related = verdicts.select_related("comparison__query", "comparison__candidate", "annotator")
    light = related.defer(
        "comparison__query__turns", "comparison__query__reference", "comparison__query__metadata"
    )
    baseline = study.baseline.name if study.baseline else ""
    for number, verdict in enumerate(light.order_by("pk").iterator(CHUNK_ROWS)):
        if number % CHUNK_ROWS == 0:
            on_progress(number / max(n_verdicts, 1))
        yield _record(verdict, baseline)


def _record(verdict: Verdict, baseline: str) -> VerdictRecord:
    is_label = bool(verdict.label)
    return VerdictRecord(
        verdict=verdict.pk,
        query_id=verdict.comparison.query.external_id,
        candidate="" if is_label else verdict.comparison.candidate.name,
        baseline=baseline,
        outcome="" if is_label else outcome_name(verdict.outcome),
        label=verdict.label,
        annotator=verdict.annotator.get_username(),
        candidate_side=verdict.candidate_side,
        strength=verdict.strength,
        is_both_bad=verdict.is_both_bad,
        is_standing=verdict.outcome is not None and verdict.superseded_by_id is None,
        comment=verdict.comment,
        selection_score=verdict.selection_score,
        state_version=verdict.state_version,
        shown_at=verdict.shown_at.isoformat() if verdict.shown_at else "",
        submitted_at=verdict.submitted_at.isoformat(),
    )


def prediction_lines(study: Study) -> Iterator[str]:
    """Yield a labelled study's choices and right labels as a predictions file, which imports again.

    Raises
    ------
    InvalidValueError
        For a pairwise study.
    """
    if study.kind != Study.Kind.LABELLED:
        raise InvalidValueError(f"format: {ExportFormat.PREDICTIONS_CSV} is for labelled studies only")
    table = label_table(study)
    rows = dict(study.queries.values_list("pk", "external_id"))
    yield _csv_line(["question_id", "label", *table.candidates])
    names = np.array([*table.classes, ""], dtype=object)  # the last place is that of code -1
    for key, gold, choices in zip(table.query_ids, table.gold, table.choices, strict=True):
        yield _csv_line([rows[key], names[gold], *names[choices]])


def leaderboard_lines(entries: Iterable[EntryResult], *, is_labelled: bool = False) -> Iterator[str]:
    """Yield the leaderboard as CSV, best entry first; what is unknown stays empty."""
    columns = (*LEADERBOARD_NUMBERS, *(ACCURACY_NUMBERS if is_labelled else ()))
    yield _csv_line(["rank", "candidate", "family", "price", "is_baseline", "is_active", *columns])
    for rank, entry in enumerate(entries, start=1):
        candidate = entry.candidate
        flags = [str(entry.is_baseline).lower(), str(candidate.is_active).lower()]
        numbers = [getattr(entry, name) for name in columns]
        texts = [protect_cell(candidate.name), protect_cell(candidate.family)]
        yield _csv_line([rank, *texts, candidate.price, *flags, *numbers])


def _csv_line(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _keep(run: BackgroundRun, study: Study, name: str, content: File[bytes], digest: str) -> StudyFile:
    """Store the run's one file; an earlier attempt's goes."""
    for earlier in run.files.filter(kind=StudyFile.Kind.EXPORT):
        earlier.file.delete(save=False)
        earlier.delete()
    size = content.size
    row = StudyFile(study=study, run=run, kind=StudyFile.Kind.EXPORT, name=name, size=size, sha256=digest)
    row.file.save(name, content, save=False)
    row.save()
    return row
