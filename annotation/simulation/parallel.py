"""Many realizations in parallel processes, each finished one kept on disk."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from annotation.simulation.realizations import Realization, draw_realization
from annotation.simulation.replay import (
    TRACE_ARRAYS,
    TRACE_COUNTS,
    TRACE_SECONDS,
    ReplaySettings,
    Trace,
    replay_realization,
)
from annotation.simulation.tables import OutcomeTable

# One thread each: processes share the cores already, and the last bits of a sum must not depend on them.
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_worker_table: OutcomeTable | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """One realization of one strategy, and where its trace is kept."""

    settings: ReplaySettings
    realization: Realization
    path: Path


@cache
def code_digest() -> str:
    """Return a short hash of the sources that decide a trace: kept ones of other code are not reused."""
    annotation = Path(__file__).resolve().parent.parent
    sources = [
        *sorted((annotation / "selection").rglob("*.py")),
        *(annotation / "simulation" / name for name in ("replay.py", "realizations.py", "tables.py")),
    ]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def settings_digest(table: OutcomeTable, settings: ReplaySettings, seed: int, pool: int) -> str:
    """Return a short hash of all that decides a trace, except the number of the realization."""
    weak = table.weak_outcomes
    words = {
        "code": code_digest(),
        "data": table.digest(),
        "weak": None if weak is None else hashlib.sha256(np.ascontiguousarray(weak).tobytes()).hexdigest(),
        "seed": seed,
        "pool": pool,
        "strategy": settings.strategy,
        "params": dict(sorted(settings.params.items())),
        "verdicts": settings.verdicts.tolist(),
        "has_estimate": settings.has_estimate.tolist(),
        "batch": settings.batch,
        "noise": settings.noise,
    }
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:12]


def plan_tasks(
    table: OutcomeTable,
    all_settings: list[ReplaySettings],
    *,
    seed: int,
    pool: int,
    n_realizations: int,
    folder: Path,
) -> list[list[Task]]:
    """Return one list of tasks per strategy; realization r draws the same pool for all of them.

    Raises
    ------
    InvalidValueError
        When the pool does not fit the table.
    """
    drawn = [draw_realization(seed, index, pool, table.outcomes.shape) for index in range(n_realizations)]
    plan = []
    for settings in all_settings:
        digest = settings_digest(table, settings, seed, pool)
        kept = folder / f"{settings.strategy}-{digest}"
        plan.append([Task(settings, r, kept / f"{r.index:05d}.npz") for r in drawn])
    return plan


def save_trace(path: Path, trace: Trace) -> None:
    """Write a trace in one step: a killed run leaves either the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_suffix(f".{os.getpid()}.tmp")
    with waiting.open("wb") as stream:
        np.savez_compressed(stream, **dataclasses.asdict(trace))
    waiting.replace(path)


def load_trace(path: Path) -> Trace | None:
    """Read a kept trace; None when it is absent or unreadable, so that it is run again."""
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            values: dict[str, Any] = {name: stored[name] for name in TRACE_ARRAYS}
            values |= {name: float(stored[name]) for name in TRACE_SECONDS}
            values |= {name: int(stored[name]) for name in TRACE_COUNTS}
            return Trace(**values)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def run_tasks(
    table: OutcomeTable, tasks: list[Task], *, processes: int, on_done: Callable[[], None] = lambda: None
) -> list[Trace]:
    """Run the tasks that are not kept yet and return all traces in the order of the tasks.

    Parameters
    ----------
    table
        Sent to each process once.
    tasks
        From :func:`plan_tasks`, in any order.
    processes
        Number of processes; 0 runs everything in this one. The traces do not depend on it.
    on_done
        Called after each task, kept ones included: the progress bar.
    """
    traces = [load_trace(task.path) for task in tasks]
    missing = [number for number, trace in enumerate(traces) if trace is None]
    for _ in range(len(tasks) - len(missing)):
        on_done()
    for number, trace in _run_missing(table, tasks, missing, processes):
        traces[number] = trace
        on_done()
    return [trace for trace in traces if trace is not None]


def _run_missing(
    table: OutcomeTable, tasks: list[Task], missing: list[int], processes: int
) -> Iterator[tuple[int, Trace]]:
    if processes == 0 or not missing:
        for number in missing:
            yield number, _run_and_keep(table, tasks[number])
        return
    with _one_thread_each():
        pool = ProcessPoolExecutor(
            min(processes, len(missing)), get_context("spawn"), _start_worker, initargs=(table,)
        )
        try:
            futures = {pool.submit(_run_in_worker, tasks[number]): number for number in missing}
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in THREAD_LIMITS}
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start_worker(table: OutcomeTable) -> None:
    global _worker_table
    _worker_table = table


def _run_in_worker(task: Task) -> Trace:
    if _worker_table is None:
        raise RuntimeError("the worker has no table: it was not started by run_tasks")
    return _run_and_keep(_worker_table, task)


def _run_and_keep(table: OutcomeTable, task: Task) -> Trace:
    trace = replay_realization(table, task.realization, task.settings)
    save_trace(task.path, trace)
    return trace
