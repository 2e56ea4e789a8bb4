"""One Celery task per job. A task knows nothing but the id of a run; names are stable across releases."""

from typing import Any

from celery import shared_task

from annotation.jobs.runner import run_job
from annotation.jobs.runs import Kind
from annotation.jobs.sweep import sweep_runs
from annotation.models import BackgroundRun


@shared_task(name="annotation.refresh_selection")
def refresh_selection(run_id: int) -> None:
    """Recompute what a study's verdicts say."""
    wake_runs(run_job(run_id))


@shared_task(name="annotation.prepare_study")
def prepare_study(run_id: int) -> None:
    """Let the weak judges score every response of a study."""
    wake_runs(run_job(run_id))


@shared_task(name="annotation.import_files")
def import_files(run_id: int) -> None:
    """Read uploaded files into a study."""
    wake_runs(run_job(run_id))


@shared_task(name="annotation.export_study")
def export_study(run_id: int) -> None:
    """Write a study's files for download."""
    wake_runs(run_job(run_id))


@shared_task(name="annotation.build_ensemble")
def build_ensemble(run_id: int) -> None:
    """Search for the best small ensemble."""
    wake_runs(run_job(run_id))


@shared_task(name="annotation.sweep")
def sweep() -> None:
    """Find work that nobody does."""
    wake_runs(sweep_runs())


TASKS: dict[str, Any] = {
    Kind.REFRESH_SELECTION: refresh_selection,
    Kind.PREPARE_STUDY: prepare_study,
    Kind.IMPORT_FILES: import_files,
    Kind.EXPORT_STUDY: export_study,
    Kind.BUILD_ENSEMBLE: build_ensemble,
}


def wake_runs(run_ids: list[int]) -> None:
    """Send a wake-up for each of the runs once the current transaction is committed."""
    kinds = BackgroundRun.objects.in_bulk(run_ids)
    for run_id in run_ids:
        if run_id in kinds:
            TASKS[kinds[run_id].kind].delay_on_commit(run_id)
