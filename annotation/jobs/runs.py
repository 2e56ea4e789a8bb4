"""The life of a background run: queued, claimed, reported on, ended, found again when its worker died.

The row is the truth; messages and polls only say that a look at it is worthwhile. Every change is one
conditional UPDATE, so workers need no locks, and whoever lost a claim changes nothing any more.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from annotation.exceptions import ConflictError
from annotation.models import BackgroundRun, Study

Kind = BackgroundRun.Kind
Status = BackgroundRun.Status

# Which worker does what: short work never waits behind long work.
LANES: dict[str, tuple[str, ...]] = {
    "refresh": (Kind.REFRESH_SELECTION,),
    "heavy": (Kind.IMPORT_FILES, Kind.PREPARE_STUDY, Kind.EXPORT_STUDY, Kind.BUILD_ENSEMBLE),
}
# At most one of these waits per study; asking again returns the one that waits.
COALESCED_KINDS: frozenset[str] = frozenset({Kind.REFRESH_SELECTION, Kind.PREPARE_STUDY})

MAX_ATTEMPTS = 3
BEAT_SECONDS = 5.0
# A running row whose worker has been silent for this long counts as abandoned.
STALE_AFTER = timedelta(seconds=30)
REPORT_SECONDS = 0.5


def queue_run(
    *,
    kind: str,
    study: Study | None = None,
    params: dict[str, Any] | None = None,
    user_id: int | None = None,
) -> tuple[BackgroundRun, bool]:
    """Return a queued run of ``kind`` and whether it is new.

    A coalesced kind's waiting row is locked until the caller commits: a worker cannot claim it, and read
    the tables, before what the caller wrote is there to be read.
    """
    is_coalesced = study is not None and kind in COALESCED_KINDS
    while True:
        with transaction.atomic():
            waiting = _lock_waiting(kind, study) if is_coalesced else None
            if waiting is not None:
                return _renew_params(waiting, params), False
            try:
                with transaction.atomic():
                    run = BackgroundRun.objects.create(
                        kind=kind, study=study, params=params or {}, created_by_id=user_id
                    )
            except IntegrityError:
                # Somebody queued the same between look and insert: theirs is found in the next round.
                if not is_coalesced:
                    raise
                continue
            return run, True


def claim_run(run_id: int) -> BackgroundRun | None:
    """Make this process the one that works on the run, or return ``None``: somebody else is, or it ended.

    Claimable are queued rows, and running ones whose worker fell silent while attempts are left. While
    another run of the same kind works on the same study, the claim waits for it to end.
    """
    now = timezone.now()
    claimed = (
        _claimable(now)
        .filter(pk=run_id)
        .update(
            status=Status.RUNNING,
            attempts=F("attempts") + 1,
            started_at=now,
            heartbeat_at=now,
            progress=0.0,
            message="",
        )
    )
    return BackgroundRun.objects.get(pk=run_id) if claimed else None


def beat_run(run: BackgroundRun) -> bool:
    """Say that this worker lives; ``False`` when the claim has passed to somebody else."""
    return own_claim(run).update(heartbeat_at=timezone.now()) > 0


def report_progress(run: BackgroundRun, fraction: float, message: str = "") -> None:
    """Store how far the run is (0 to 1), twice a second at most, so that callers may call it in a loop.

    Raises
    ------
    ConflictError
        The claim has passed to another worker: stop.
    """
    now = time.monotonic()
    if fraction < 1.0 and now - getattr(run, "_reported_at", -REPORT_SECONDS) < REPORT_SECONDS:
        return
    run._reported_at = now  # type: ignore[attr-defined]
    run.progress = min(max(fraction, 0.0), 1.0)
    changes: dict[str, Any] = {"progress": run.progress, "heartbeat_at": timezone.now()}
    if message:
        run.message = changes["message"] = message[:500]
    if not own_claim(run).update(**changes):
        raise ConflictError(f"Run {run.pk} was taken over by another worker.")


def finish_run(run: BackgroundRun, *, result: dict[str, Any] | None = None, message: str = "") -> bool:
    """End the run as done; ``False`` when it had already ended or belongs to another worker by now."""
    changes: dict[str, Any] = {"status": Status.DONE, "progress": 1.0, "finished_at": timezone.now()}
    if result is not None:
        changes["result"] = result
    if message:
        changes["message"] = message[:500]
    return own_claim(run).update(**changes) > 0


def fail_run(run: BackgroundRun, *, message: str, log: str = "") -> bool:
    """End the run as failed: ``message`` for people, ``log`` (a traceback) for operators."""
    return (
        own_claim(run).update(
            status=Status.FAILED, message=message[:500], log=log, finished_at=timezone.now()
        )
        > 0
    )


def release_run(run: BackgroundRun) -> bool:
    """Give the claim back, uncounted: this worker stops in an orderly way and another one goes on."""
    return own_claim(run).update(heartbeat_at=None, attempts=F("attempts") - 1) > 0


def abandon_runs(kinds: Iterable[str]) -> int:
    """Declare the workers of all running rows of ``kinds`` dead; for a lane's only worker at its start."""
    return BackgroundRun.objects.filter(status=Status.RUNNING, kind__in=list(kinds)).update(heartbeat_at=None)


def list_claimable(kinds: Iterable[str]) -> list[int]:
    """Return the ids of runs of ``kinds`` that nobody works on, oldest first."""
    runs = _claimable(timezone.now()).filter(kind__in=list(kinds)).order_by("created_at", "pk")
    return list(runs.values_list("pk", flat=True)[:20])


def list_waiting(run: BackgroundRun) -> list[int]:
    """Return the queued runs of the same study: those that had to wait for ``run``, or were queued by it."""
    if run.study_id is None:
        return []
    waiting = BackgroundRun.objects.filter(study_id=run.study_id, status=Status.QUEUED)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def _lock_waiting(kind: str, study: Study | None) -> BackgroundRun | None:
    waiting = BackgroundRun.objects.filter(study=study, kind=kind, status=Status.QUEUED)
    return waiting.select_for_update().first()


def _renew_params(run: BackgroundRun, params: dict[str, Any] | None) -> BackgroundRun:
    """Let the latest request's parameters win."""
    if params is not None and params != run.params:
        run.params = params
        run.save(update_fields=["params"])
    return run


def own_claim(run: BackgroundRun) -> QuerySet[BackgroundRun]:
    """Return the row as long as this claim holds: ``attempts`` counts the claims, so it tells them apart."""
    return BackgroundRun.objects.filter(pk=run.pk, status=Status.RUNNING, attempts=run.attempts).order_by()


def is_silent(now: datetime) -> Q:
    """Match rows whose worker, if they have one, is taken for dead."""
    return Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - STALE_AFTER)


def _claimable(now: datetime) -> QuerySet[BackgroundRun]:
    twin = BackgroundRun.objects.filter(
        status=Status.RUNNING,
        study=OuterRef("study"),
        kind=OuterRef("kind"),
        heartbeat_at__gte=now - STALE_AFTER,
    ).exclude(pk=OuterRef("pk"))
    is_idle = Q(status=Status.QUEUED) | (Q(status=Status.RUNNING) & is_silent(now))
    return BackgroundRun.objects.filter(is_idle, ~Exists(twin), attempts__lt=MAX_ATTEMPTS).order_by()
