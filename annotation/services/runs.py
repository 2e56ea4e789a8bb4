"""Asking for background work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from annotation.jobs.runs import queue_run
from annotation.models import BackgroundRun, Study
from annotation.tasks import TASKS

if TYPE_CHECKING:
    from annotation.lookups.access import User


@transaction.atomic
def run_enqueue(
    *,
    kind: str,
    study: Study | None = None,
    params: dict[str, Any] | None = None,
    user: User | None = None,
) -> BackgroundRun:
    """Queue background work in the caller's transaction and wake a worker when that commits.

    A refresh or preparation that already waits is returned instead of a second one; one that already
    runs is followed by a new one, since it may have read the tables too early. Takes the lock of the
    waiting row: call it late in the transaction.
    """
    run, is_new = queue_run(kind=kind, study=study, params=params, user_id=user.pk if user else None)
    if is_new:
        TASKS[kind].delay_on_commit(run.pk)
    return run
