"""Does one background run: claims it, keeps it alive, calls its job, records how it ended."""

import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, cast

from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from annotation.exceptions import SelectorError
from annotation.jobs.runs import (
    BEAT_SECONDS,
    Kind,
    beat_run,
    claim_run,
    fail_run,
    finish_run,
    list_waiting,
    release_run,
)
from annotation.models import BackgroundRun

Job = Callable[[int], dict[str, Any] | None]

# By name, so that a web process that only enqueues work never imports the numerical libraries.
JOBS: dict[str, str] = {
    Kind.IMPORT_FILES: "annotation.jobs.import_files.import_files",
    Kind.PREPARE_STUDY: "annotation.jobs.prepare_study.prepare_study",
    Kind.REFRESH_SELECTION: "annotation.jobs.refresh_selection.refresh_selection",
    Kind.EXPORT_STUDY: "annotation.jobs.export_study.export_study",
    Kind.BUILD_ENSEMBLE: "annotation.jobs.build_ensemble.build_ensemble",
}


class Heartbeat:
    """Keeps a claim fresh while its job computes, on a database connection of its own."""

    def __init__(self, run: BackgroundRun) -> None:
        self._run = run
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{run.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(BEAT_SECONDS):
            try:
                beat_run(self._run)
            except DatabaseError:
                # Locked or restarting: a missed beat does no harm, the next one may get through.
                continue
            finally:
                connection.close()


def run_job(run_id: int) -> list[int]:
    """Do the run if it is free, and return the runs that its end sets free.

    Never raises for what goes wrong inside a job: the row says so in words. Running it twice is harmless:
    the second call finds nothing to claim.
    """
    run = claim_run(run_id)
    if run is None:
        return []
    with Heartbeat(run):
        _perform(run)
    return list_waiting(run)


def _perform(run: BackgroundRun) -> None:
    try:
        job = cast(Job, import_string(JOBS[run.kind]))
        result = job(run.pk)
    except SelectorError as error:
        fail_run(run, message=error.message, log=traceback.format_exc())
    except Exception as error:
        fail_run(run, message=_in_words(error), log=traceback.format_exc())
    except BaseException:
        release_run(run)
        raise
    else:
        finish_run(run, result=result)


def _in_words(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "This needs more memory than the machine has. Nothing was changed."
    return (
        f"Something went wrong that this program did not foresee ({type(error).__name__}). "
        f"Whoever runs this site finds the details in the run's log."
    )
