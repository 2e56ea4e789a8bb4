"""The embedded worker does the runs of its lane, and what a dead predecessor left behind."""

import subprocess
import sys
import types

import pytest

from annotation.exceptions import ConflictError
from annotation.jobs.runner import JOBS
from annotation.jobs.runs import Kind, Status, claim_run, queue_run
from annotation.management.lane_worker import LaneWorker, lane_lock_path
from annotation.management.locks import is_locked
from annotation.models import BackgroundRun, Study
from selector_app.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study():
    return Study.objects.create(slug="letters", name="Letters")


@pytest.fixture(autouse=True)
def without_broker(tmp_path, settings, monkeypatch):
    settings.VAR_DIR = tmp_path
    monkeypatch.setitem(app.conf, "task_always_eager", False)
    settings.CELERY_BROKER_URL = ""


@pytest.fixture
def done(monkeypatch):
    """The ids of the runs whose job was called, whatever their kind."""
    ids = []
    module = types.ModuleType("job_of_a_test")
    module.job = lambda run_id: ids.append(run_id)
    monkeypatch.setitem(sys.modules, "job_of_a_test", module)
    for kind in Kind.values:
        monkeypatch.setitem(JOBS, kind, "job_of_a_test.job")
    return ids


@pytest.fixture
def worker():
    workers = []

    def make(*lanes):
        workers.append(LaneWorker(lanes))
        workers[-1].start()
        return workers[-1]

    yield make
    for each in workers:
        each.stop()


def test_a_worker_does_the_work_of_its_lane_in_order(study, worker, done):
    first = queue_run(kind=Kind.IMPORT_FILES, study=study)[0].pk
    refresh = queue_run(kind=Kind.REFRESH_SELECTION, study=study)[0].pk
    second = queue_run(kind=Kind.EXPORT_STUDY, study=study)[0].pk
    heavy = worker("heavy")
    assert heavy.run_once() == 2
    assert heavy.run_once() == 0
    assert done == [first, second]
    assert worker("refresh").run_once() == 1
    assert done == [first, second, refresh]
    assert set(BackgroundRun.objects.values_list("status", flat=True)) == {Status.DONE}


def test_a_new_worker_takes_over_from_a_dead_one_without_waiting(study, worker, done):
    run, _ = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    claim_run(run.pk)
    assert worker("heavy").run_once() == 1
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Status.DONE, 2)


HOLD = """
import sys
from annotation.management.locks import take_lock
from pathlib import Path
lock = take_lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lane_has_one_worker(worker):
    path = lane_lock_path("heavy")
    assert not is_locked(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert is_locked(path)
        with pytest.raises(ConflictError, match="heavy"):
            worker("heavy")
        holder.kill()
    assert not is_locked(path)
    worker("heavy")
