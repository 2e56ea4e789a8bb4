"""Who runs the realizations that are not kept yet: this process, several others, or nobody."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from types import TracebackType
from typing import Protocol

from annotation.exceptions import NotFoundError
from annotation.simulation.kept import Task, load_trace, save_trace
from annotation.simulation.replay import Trace, replay_realization

# One thread each: processes share the cores already, and the last bits of a sum must not depend on them.
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class UnfinishedReplayError(NotFoundError):
    """Kept realizations were asked for, and some are missing.

    Attributes
    ----------
    n_kept
        So many realizations are kept of every strategy, counted from the first.
    """

    def __init__(self, n_kept: int) -> None:
        super().__init__(f"only {n_kept} realizations are kept; the others have not been replayed yet")
        self.n_kept = n_kept


class Runner(Protocol):
    """Runs tasks, in any order, and keeps their traces."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Trace]]:
        """Yield each task's number and trace as they are finished."""


class InProcess:
    """Runs one task after the other in this process."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Trace]]:
        """Yield each task's number and trace as they are finished."""
        for number, task in enumerate(tasks):
            yield number, _run_and_keep(task)


class KeptOnly:
    """Runs nothing: a page is to be made of what is kept."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Trace]]:
        """Raise :class:`UnfinishedReplayError` when anything is missing."""
        if tasks:
            raise UnfinishedReplayError(min(task.realization.index for task in tasks))
        return iter(())


class Workers:
    """Processes that several replays share, so that the end of one overlaps the start of the next.

    Parameters
    ----------
    processes
        Their number, at least 1. The traces do not depend on it.

    Notes
    -----
    A context manager. Several threads may call ``run`` at once: tasks are taken in the order they came, and
    one that two replays share is run once.
    """

    def __init__(self, processes: int) -> None:
        self._before = {name: os.environ.get(name) for name in THREAD_LIMITS}
        self._pool = ProcessPoolExecutor(processes, get_context("spawn"), _finish_on_interrupt)
        self._lock = Lock()
        self._running: dict[Path, Future[Trace]] = {}

    def __enter__(self) -> Workers:
        """Let the processes, which start when they are needed, have one thread each."""
        os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is running and drop what is not."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for name, value in self._before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Trace]]:
        """Yield each task's number and trace as they are finished."""
        # as_completed would wait for ever on what a shutdown cancels: only callbacks are told.
        done: SimpleQueue[tuple[int, Future[Trace]]] = SimpleQueue()
        futures = [self._submit(task) for task in tasks]
        for number, future in enumerate(futures):
            future.add_done_callback(partial(_put, done, number))
        try:
            for _ in futures:
                number, finished = done.get()
                yield number, finished.result()
        finally:
            for future in futures:
                future.cancel()

    def _submit(self, task: Task) -> Future[Trace]:
        with self._lock:
            future = self._running.get(task.path)
            if future is None or future.cancelled():
                future = self._pool.submit(_run_and_keep, task)
                self._running[task.path] = future
                future.add_done_callback(lambda _: self._running.pop(task.path, None))
            return future


def _put(done: SimpleQueue[tuple[int, Future[Trace]]], number: int, future: Future[Trace]) -> None:
    done.put((number, future))


def _finish_on_interrupt() -> None:
    """Let the parent decide: what is running is finished and kept, what waits is dropped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_and_keep(task: Task) -> Trace:
    trace = replay_realization(task.table, task.realization, task.settings)
    save_trace(task.path, trace)
    return trace


def run_tasks(
    tasks: list[Task],
    *,
    processes: int = 0,
    runner: Runner | None = None,
    on_done: Callable[[], None] = lambda: None,
) -> list[Trace]:
    """Run the tasks that are not kept yet and return all traces in the order of the tasks.

    Parameters
    ----------
    tasks
        From :func:`annotation.simulation.kept.plan_tasks`, in any order.
    processes
        Number of processes started for these tasks; 0 runs everything in this one.
    runner
        Who runs them instead, when given.
    on_done
        Called after each task, kept ones included: the progress bar.

    Raises
    ------
    UnfinishedReplayError
        By :class:`KeptOnly`.
    """
    traces = [load_trace(task.path) for task in tasks]
    missing = [number for number, trace in enumerate(traces) if trace is None]
    for _ in range(len(tasks) - len(missing)):
        on_done()
    for number, trace in _run_missing([tasks[number] for number in missing], processes, runner):
        traces[missing[number]] = trace
        on_done()
    return [trace for trace in traces if trace is not None]


def _run_missing(tasks: list[Task], processes: int, runner: Runner | None) -> Iterator[tuple[int, Trace]]:
    if runner is not None:
        yield from runner.run(tasks)
    elif processes and tasks:
        with Workers(min(processes, len(tasks))) as workers:
            yield from workers.run(tasks)
    else:
        yield from InProcess().run(tasks)
