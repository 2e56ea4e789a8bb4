"""Processes change nothing but the time; finished realizations are kept."""

import time
from concurrent.futures import CancelledError, ThreadPoolExecutor

import numpy as np
import pytest

from annotation.simulation.kept import load_trace, plan_tasks
from annotation.simulation.parallel import KeptOnly, UnfinishedReplayError, Workers, run_tasks
from annotation.simulation.realizations import checkpoint_grid
from annotation.simulation.replay import TRACE_ARRAYS, ReplaySettings
from annotation.simulation.synthetic import synthetic_table


@pytest.fixture
def table():
    return synthetic_table("item-response", 1, n_queries=20, n_candidates=4)


def make_plan(table, folder, *, n=4, seed=5, strategies=("random", "llm_selector"), **more):
    verdicts = checkpoint_grid(30)
    marked = verdicts % 10 == 0
    all_settings = [ReplaySettings(name, verdicts, marked, **more) for name in strategies]
    plan = plan_tasks([table] * n, all_settings, seed=seed, pool=12, folder=folder)
    return [task for tasks in plan for task in tasks]


def assert_equal_traces(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert one.n_verdicts == other.n_verdicts
        for name in TRACE_ARRAYS:
            assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)


def test_any_number_of_processes_gives_the_same_bits(table, tmp_path):
    runs = [
        run_tasks(make_plan(table, tmp_path / str(processes)), processes=processes) for processes in (0, 1, 3)
    ]
    assert_equal_traces(runs[0], runs[1])
    assert_equal_traces(runs[0], runs[2])


def test_all_strategies_get_the_same_pools(table, tmp_path):
    tasks = make_plan(table, tmp_path)
    for first, second in zip(tasks[:4], tasks[4:], strict=True):
        assert first.settings.strategy != second.settings.strategy
        assert np.array_equal(first.realization.queries, second.realization.queries)


def test_finished_realizations_are_not_run_again(table, tmp_path):
    tasks = make_plan(table, tmp_path)
    first = run_tasks(tasks, processes=0)
    written = [task.path.stat().st_mtime_ns for task in tasks]
    tasks[1].path.unlink()
    tasks[2].path.write_bytes(b"half a file")
    done = []
    again = run_tasks(make_plan(table, tmp_path), processes=0, on_done=lambda: done.append(1))
    assert_equal_traces(first, again)
    assert len(done) == len(tasks)
    changed = [task.path.stat().st_mtime_ns != time for task, time in zip(tasks, written, strict=True)]
    assert changed == [False, True, True] + [False] * 5


def test_more_realizations_keep_the_earlier_ones(table, tmp_path):
    paths = [task.path for task in make_plan(table, tmp_path, n=2)]
    assert set(paths) < {task.path for task in make_plan(table, tmp_path, n=3)}


def test_other_settings_or_data_are_other_files(table, tmp_path):
    other_data = synthetic_table("item-response", 2, n_queries=20, n_candidates=4)
    folders = [
        make_plan(table, tmp_path, strategies=["random"])[0].path.parent,
        make_plan(table, tmp_path, strategies=["random"], seed=6)[0].path.parent,
        make_plan(table, tmp_path, strategies=["random"], batch=2)[0].path.parent,
        make_plan(table, tmp_path, strategies=["random"], params={"delta": 0.02})[0].path.parent,
        make_plan(other_data, tmp_path, strategies=["random"])[0].path.parent,
    ]
    assert len(set(folders)) == len(folders)


def test_an_absent_trace_is_none(tmp_path):
    assert load_trace(tmp_path / "absent.npz") is None


def test_replays_share_workers(table, tmp_path):
    other = synthetic_table("item-response", 2, n_queries=20, n_candidates=4)
    with Workers(2) as workers, ThreadPoolExecutor(2) as threads:
        shared = [
            threads.submit(run_tasks, make_plan(data, tmp_path / data.digest()), runner=workers)
            for data in (table, other)
        ]
    alone = [run_tasks(make_plan(data, tmp_path / f"{data.digest()}-alone")) for data in (table, other)]
    for one, two in zip(shared, alone, strict=True):
        assert_equal_traces(one.result(), two)


def test_what_waits_is_dropped_when_workers_are_closed(table, tmp_path):
    tasks = make_plan(table, tmp_path, n=40)
    with ThreadPoolExecutor(1) as threads:
        with Workers(1) as workers:
            running = threads.submit(run_tasks, tasks, runner=workers)
            while not any(task.path.exists() for task in tasks):
                time.sleep(0.01)
        with pytest.raises(CancelledError):
            running.result(timeout=60)
    assert 0 < sum(task.path.exists() for task in tasks) < len(tasks)


def test_what_is_kept_is_used_without_replaying(table, tmp_path):
    first = run_tasks(make_plan(table, tmp_path, n=2))
    assert_equal_traces(first, run_tasks(make_plan(table, tmp_path, n=2), runner=KeptOnly()))
    with pytest.raises(UnfinishedReplayError, match="only 2") as raised:
        run_tasks(make_plan(table, tmp_path, n=3), runner=KeptOnly())
    assert raised.value.n_kept == 2
