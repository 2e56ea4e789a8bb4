"""Finds work that nobody does: lost messages, dead workers, refreshes that were never asked for."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotation.jobs.runs import MAX_ATTEMPTS, Kind, Status, is_silent, own_claim, queue_run
from annotation.models import BackgroundRun, SelectionState, Study, Verdict

# A queued row is worth another wake-up when its last one is this old.
WAKE_AGAIN_AFTER = timedelta(seconds=10)
# However a refresh ended, the sweep leaves the study alone for this long: each verdict asks for its own
# refresh anyway, and one that fails, or sees less than it should, must not be repeated without pause.
REFRESH_PAUSE = timedelta(minutes=1)

DEAD_WORKER_MESSAGE = (
    f"Given up: the worker died {MAX_ATTEMPTS} times in the middle of this. Most often memory ran out; "
    "start it again once the cause is found."
)
REPLACED_MESSAGE = "The worker died; the next run of the same kind does this work."


def sweep_runs() -> list[int]:
    """Return the runs that need a wake-up: messages were lost, workers died, refreshes are overdue.

    Any number of sweeps may go on at once: each row is returned by one of them, and not again for
    ``WAKE_AGAIN_AFTER``, so a busy worker's queue does not fill with repeated messages.
    """
    overdue = queue_overdue_refreshes()
    requeued = [run.pk for run in _dead_runs() if _requeue(run)]
    now = timezone.now()
    long_ago = now - WAKE_AGAIN_AFTER
    asleep = BackgroundRun.objects.filter(
        Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=long_ago),
        status=Status.QUEUED,
        created_at__lt=long_ago,
    )
    # A queued row's heartbeat is its last wake-up; the UPDATE decides which sweep sends it.
    woken = [
        run_id
        for run_id in asleep.order_by("pk").values_list("pk", flat=True)[:500]
        if asleep.filter(pk=run_id).order_by().update(heartbeat_at=now)
    ]
    return [*overdue, *requeued, *woken]


def queue_overdue_refreshes() -> list[int]:
    """Queue a refresh for each study whose selection state has not seen its newest verdict."""
    newest = Verdict.objects.filter(study=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    seen = SelectionState.objects.filter(study=OuterRef("pk")).values("last_verdict_id")[:1]
    unfinished = BackgroundRun.objects.filter(
        study=OuterRef("pk"), kind=Kind.REFRESH_SELECTION, status__in=[Status.QUEUED, Status.RUNNING]
    )
    just_ended = BackgroundRun.objects.filter(
        study=OuterRef("pk"),
        kind=Kind.REFRESH_SELECTION,
        finished_at__gte=timezone.now() - REFRESH_PAUSE,
    )
    behind = (
        Study.objects.exclude(status=Study.Status.DRAFT)
        .annotate(newest=Subquery(newest), seen=Coalesce(Subquery(seen), 0))
        .filter(~Exists(unfinished), ~Exists(just_ended), newest__gt=F("seen"))
    )
    queued = [queue_run(kind=Kind.REFRESH_SELECTION, study=study) for study in behind]
    return [run.pk for run, is_new in queued if is_new]


def _requeue(run: BackgroundRun) -> bool:
    """Put a dead worker's run back in the queue; ``False`` when it ends here instead."""
    now = timezone.now()
    row = own_claim(run).filter(is_silent(now))
    if run.attempts >= MAX_ATTEMPTS:
        row.update(status=Status.FAILED, message=DEAD_WORKER_MESSAGE, finished_at=now)
        return False
    try:
        with transaction.atomic():
            return row.update(status=Status.QUEUED, heartbeat_at=now) > 0
    except IntegrityError:
        # The same work was asked for again meanwhile, and that request waits already.
        row.update(status=Status.FAILED, message=REPLACED_MESSAGE, finished_at=now)
        return False


def _dead_runs() -> list[BackgroundRun]:
    return list(BackgroundRun.objects.filter(is_silent(timezone.now()), status=Status.RUNNING).order_by("pk"))
