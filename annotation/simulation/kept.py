"""What is to be replayed, and the finished realizations kept on disk."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence
from functools import cache, partial
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
)
from annotation.simulation.sources import code_digest
from annotation.simulation.tables import OutcomeTable

BEFOREHAND = ("weak_outcomes", "weak_scores", "log_length_ratio")


@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """One realization of one strategy, whose outcomes answer, and where its trace is kept."""

    table: OutcomeTable
    settings: ReplaySettings
    realization: Realization
    path: Path


def settings_digest(table: OutcomeTable, settings: ReplaySettings, seed: int, pool: int) -> str:
    """Return a short hash of all that decides a trace, except the number of the realization."""
    words = {
        "code": code_digest(settings.strategy),
        "data": table.digest(),
        "beforehand": [_hash(getattr(table, name)) for name in BEFOREHAND],
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


def _hash(array: np.ndarray[tuple[int, ...], np.dtype[Any]] | None) -> str | None:
    return None if array is None else hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def plan_tasks(
    tables: Sequence[OutcomeTable],
    all_settings: list[ReplaySettings],
    *,
    seed: int,
    pool: int,
    folder: Path,
) -> list[list[Task]]:
    """Return one list of tasks per strategy; realization r draws the same pool for all of them.

    Parameters
    ----------
    tables
        One per realization: the same table again and again, or a new one for each.
    all_settings, seed, pool, folder
        As in :func:`settings_digest`; below the folder traces are kept.

    Raises
    ------
    InvalidValueError
        When the pool does not fit a table.
    """
    drawn = [draw_realization(seed, index, pool, table.outcomes.shape) for index, table in enumerate(tables)]
    plan = []
    for settings in all_settings:
        digest = cache(partial(settings_digest, settings=settings, seed=seed, pool=pool))
        folders = [folder / f"{settings.strategy}-{digest(table)}" for table in tables]
        plan.append(
            [
                Task(table, settings, r, kept / f"{r.index:05d}.npz")
                for table, r, kept in zip(tables, drawn, folders, strict=True)
            ]
        )
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
