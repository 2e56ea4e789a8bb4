"""The embedded worker: looks at the table of runs and does what a Celery worker would be told to do."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from annotation.exceptions import ConflictError
from annotation.jobs.runs import LANES, abandon_runs, list_claimable
from annotation.management.locks import take_lock
from annotation.models import BackgroundRun
from annotation.tasks import TASKS, sweep

POLL_SECONDS = 0.2
SWEEP_SECONDS = 5.0
DATABASE_PAUSE_SECONDS = 2.0

logger = logging.getLogger(__name__)


def lane_lock_path(lane: str) -> Path:
    """Return the file whose lock tells that a worker serves the lane."""
    return Path(settings.VAR_DIR) / "run" / f"worker-{lane}.lock"


class LaneWorker:
    """Does the runs of some lanes one after the other, until it is told to stop.

    Holding the lock of a lane makes it that lane's only embedded worker, so rows that are still running
    when it starts belong to a predecessor that died: they need not be waited for.
    """

    def __init__(self, lanes: Sequence[str]) -> None:
        self.lanes = list(lanes)
        self.kinds = [kind for lane in lanes for kind in LANES[lane]]
        self._locks: list[IO[str]] = []
        self._next_sweep = 0.0

    def start(self) -> None:
        """Take the lanes' locks and the runs that their last workers left behind."""
        for lane in self.lanes:
            lock = take_lock(lane_lock_path(lane))
            if lock is None:
                raise ConflictError(f"Another worker already serves the lane «{lane}» of {settings.VAR_DIR}.")
            self._locks.append(lock)
        abandon_runs(self.kinds)

    def run_forever(self) -> None:
        """Work until an exception (a signal's ``SystemExit``) ends it."""
        while True:
            try:
                n_done = self.run_once()
            except DatabaseError as error:
                logger.warning("The database does not answer, trying again: %s", error)
                connection.close()
                time.sleep(DATABASE_PAUSE_SECONDS)
                continue
            if not n_done:
                time.sleep(POLL_SECONDS)

    def run_once(self) -> int:
        """Do everything that can be claimed now; return how much that was."""
        close_old_connections()
        if time.monotonic() >= self._next_sweep:
            sweep.apply(throw=True)
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
        run_ids = list_claimable(self.kinds)
        for run_id in run_ids:
            kind = BackgroundRun.objects.values_list("kind", flat=True).get(pk=run_id)
            TASKS[kind].apply(args=[run_id], throw=True)
        return len(run_ids)

    def stop(self) -> None:
        """Let the lanes go."""
        for lock in self._locks:
            lock.close()
        self._locks.clear()
