"""Background work: read uploaded files into a study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotation.exceptions import InvalidValueError
from annotation.formats.records import SourceFile
from annotation.jobs.importing import ImportOptions, ImportRefusedError, import_sources
from annotation.jobs.runs import own_claim, queue_run, report_progress
from annotation.models import BackgroundRun, Study, StudyFile


def import_files(run_id: int) -> dict[str, Any]:
    """Import the run's uploaded files and return the merge report; idempotent.

    When anything changed, weak judges are asked anew; a labelled study has none and is only ranked anew.

    ``params`` of the run are the fields of ``ImportOptions``, all optional.

    Raises
    ------
    SelectorError
        What `annotation.jobs.importing.import_sources` raises. The report of a refused import is kept in
        the run's ``result``.
    """
    run = BackgroundRun.objects.select_related("study__baseline").get(pk=run_id)
    if run.study is None:
        raise InvalidValueError(f"Run {run_id} has no study to import into.")
    uploads = run.files.filter(kind=StudyFile.Kind.UPLOAD).order_by("pk")
    files = [SourceFile(Path(upload.file.path), upload.name) for upload in uploads]
    if not files:
        raise InvalidValueError(f"Run {run_id} has no files to import.")
    _remember_emptiness(run)
    try:
        report = import_sources(
            run.study,
            files,
            ImportOptions(**run.params),
            on_progress=lambda share, message: report_progress(run, share, message),
        )
    except ImportRefusedError as error:
        own_claim(run).update(result=error.report.to_json())
        raise
    if report.has_changes and run.study.baseline_id:
        # The runner wakes what a job has queued for its study.
        is_pairwise = run.study.kind == Study.Kind.PAIRWISE
        kind = BackgroundRun.Kind.PREPARE_STUDY if is_pairwise else BackgroundRun.Kind.REFRESH_SELECTION
        queue_run(kind=kind, study=run.study, user_id=run.created_by_id)
    return report.to_json()


def _remember_emptiness(run: BackgroundRun) -> None:
    """Note that the run makes the queries of its study, for the worker that goes on if this one is lost."""
    if run.study and not run.study.queries.exists():
        run.params["is_adding_queries"] = True
        own_claim(run).update(params=run.params)
