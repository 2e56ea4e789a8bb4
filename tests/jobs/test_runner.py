"""Doing a run: whatever happens inside a job, its row ends up saying so."""

import sys
import types

import pytest

from annotation.exceptions import InvalidValueError
from annotation.jobs import runner
from annotation.jobs.runner import JOBS, Heartbeat, run_job
from annotation.jobs.runs import LANES, Kind, Status, claim_run, queue_run
from annotation.models import BackgroundRun, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return Study.objects.create(slug="letters", name="Letters")


@pytest.fixture
def run(study):
    return queue_run(kind=Kind.EXPORT_STUDY, study=study)[0]


@pytest.fixture
def give_job(monkeypatch):
    """Return a function that makes ``job`` the job of exports."""

    def give(job):
        module = types.ModuleType("job_of_a_test")
        module.job = job
        monkeypatch.setitem(sys.modules, "job_of_a_test", module)
        monkeypatch.setitem(JOBS, Kind.EXPORT_STUDY, "job_of_a_test.job")

    return give


def test_a_job_is_done_once_and_its_result_kept(run, give_job):
    calls = []

    def job(run_id):
        calls.append(run_id)
        return {"rows": 3}

    give_job(job)
    run_job(run.pk)
    run_job(run.pk)
    run.refresh_from_db()
    assert calls == [run.pk]
    assert (run.status, run.result) == (Status.DONE, {"rows": 3})


def test_a_foreseen_error_is_told_in_its_own_words(run, give_job):
    def job(run_id):
        raise InvalidValueError("overlap must be 1 to 9, not 12")

    give_job(job)
    run_job(run.pk)
    run.refresh_from_db()
    assert (run.status, run.message) == (Status.FAILED, "overlap must be 1 to 9, not 12")


def test_an_unforeseen_error_shows_no_traceback_outside_the_log(run, give_job):
    def job(run_id):
        raise ZeroDivisionError("secret detail")

    give_job(job)
    run_job(run.pk)
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "secret detail" not in run.message
    assert "Traceback" not in run.message
    assert "ZeroDivisionError: secret detail" in run.log


def test_running_out_of_memory_is_said_plainly(run, give_job):
    def job(run_id):
        raise MemoryError

    give_job(job)
    run_job(run.pk)
    run.refresh_from_db()
    assert "more memory" in run.message


def test_a_worker_told_to_stop_gives_its_run_back(run, give_job):
    def stopped(run_id):
        raise SystemExit

    give_job(stopped)
    with pytest.raises(SystemExit):
        run_job(run.pk)
    give_job(lambda run_id: None)
    run_job(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Status.DONE, 1)


def test_the_end_of_a_run_names_those_that_waited_for_it(study, run, give_job):
    queued_meanwhile = []

    def job(run_id):
        queued_meanwhile.append(queue_run(kind=Kind.EXPORT_STUDY, study=study)[0].pk)
        queued_meanwhile.append(queue_run(kind=Kind.REFRESH_SELECTION, study=study)[0].pk)

    give_job(job)
    assert run_job(run.pk) == queued_meanwhile


def test_every_kind_has_a_job_and_a_lane():
    assert set(JOBS) == set(Kind.values)
    assert sorted(kind for kinds in LANES.values() for kind in kinds) == sorted(Kind.values)


@pytest.mark.django_db(transaction=True)
def test_a_long_job_keeps_its_claim_fresh(study, run, monkeypatch):
    monkeypatch.setattr(runner, "BEAT_SECONDS", 0.01)
    beats = []
    monkeypatch.setattr(runner, "beat_run", lambda run: beats.append(run.pk))
    claimed = claim_run(run.pk)
    with Heartbeat(claimed) as heartbeat:
        while len(beats) < 3:
            heartbeat._done.wait(0.01)
    n_beats = len(beats)
    assert set(beats) == {run.pk}
    heartbeat._thread.join()
    assert len(beats) == n_beats
    assert BackgroundRun.objects.get(pk=run.pk).status == Status.RUNNING
