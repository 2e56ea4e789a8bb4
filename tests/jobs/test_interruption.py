"""Real worker processes: what they are told, what happens when they are killed, and that nothing differs.

The worker is the one of the configuration under test: embedded without a broker, Celery's with one.
"""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.forms.models import model_to_dict
from django.utils import timezone

from annotation.jobs.refresh_selection import refresh_study
from annotation.jobs.runs import STALE_AFTER, Kind, Status
from annotation.models import BackgroundRun, PosteriorSnapshot, SelectionState, WeakTensor
from annotation.services.runs import run_enqueue
from selector_app.celery import app
from tests.factories import judge, make_study, make_user

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90
EMBEDDED = "from django.core.management import call_command; call_command('worker')"
CELERY = (
    "from selector_app.celery import app; "
    "app.worker_main(['worker', '-Q', 'refresh,heavy', '--pool', 'solo', '--loglevel', 'WARNING'])"
)
# A refresh that says it has begun, and never ends.
STUCK = """
import pathlib, time
from annotation.jobs import refresh_selection
def stuck(study):
    pathlib.Path({ready!r}).touch()
    time.sleep(600)
refresh_selection.refresh_study = stuck
"""


@pytest.fixture(autouse=True)
def real_messages(monkeypatch):
    """Send wake-ups as the site does, instead of doing the work in the caller."""
    monkeypatch.setitem(app.conf, "task_always_eager", False)


@pytest.fixture
def open_study():
    study = make_study(n_queries=6, n_candidates=3, target_p_best=0.999)
    study.annotator = make_user("ann")
    study.memberships.create(user=study.annotator, role="annotator")
    return study


@pytest.fixture
def start_worker(tmp_path, open_study):
    """Return a function that starts a worker on the tests' database."""
    processes = []
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "selector_app.settings.dev",
        "DATABASE_URL": database_url(),
        "SELECTOR_VAR": str(tmp_path),
    }

    def start(prepare=""):
        begin = CELERY if settings.CELERY_BROKER_URL else EMBEDDED
        code = f"import django; django.setup()\n{prepare}\n{begin}"
        process = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, env=environment)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
    connections.close_all()


def database_url():
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    return f"postgresql://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def has_seen(study, verdict):
    return SelectionState.objects.filter(study=study, last_verdict_id=verdict.pk).exists()


def describe(study):
    """Return everything a refresh stores, except when and how fast it did."""
    state = model_to_dict(
        SelectionState.objects.get(study=study), exclude=["id", "computed_at", "duration_ms"]
    )
    columns = ("n_verdicts", "entropy", "best_id", "p_best")
    study.refresh_from_db()
    return state, list(study.snapshots.values_list(*columns)), study.status


def forget(study):
    SelectionState.objects.filter(study=study).delete()
    PosteriorSnapshot.objects.filter(study=study).delete()


def test_a_worker_refreshes_after_each_verdict(open_study, start_worker):
    start_worker()
    for choice in ("a", "tie", "b"):
        (verdict,) = judge(open_study.annotator, open_study, choice)
        wait_until(lambda verdict=verdict: has_seen(open_study, verdict))
    assert set(open_study.background_runs.values_list("status", flat=True)) <= {Status.DONE, Status.RUNNING}


def test_a_worker_does_long_work_and_what_it_asks_for(open_study, start_worker):
    start_worker()
    run = run_enqueue(kind=Kind.PREPARE_STUDY, study=open_study)
    wait_until(lambda: BackgroundRun.objects.get(pk=run.pk).status == Status.DONE)
    assert WeakTensor.objects.filter(study=open_study).exists()
    wait_until(lambda: SelectionState.objects.filter(study=open_study, has_weak_judges=True).exists())


def test_verdicts_given_while_no_worker_lived_are_seen_by_the_next(open_study, start_worker):
    worker = start_worker()
    (verdict,) = judge(open_study.annotator, open_study, "a")
    wait_until(lambda: has_seen(open_study, verdict))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    *_, last = judge(open_study.annotator, open_study, "b", "a", "both_bad")
    assert not has_seen(open_study, last)

    start_worker()
    wait_until(lambda: has_seen(open_study, last))
    disturbed = describe(open_study)[0]
    forget(open_study)
    refresh_study(open_study)
    assert describe(open_study)[0] == disturbed


def test_a_worker_killed_in_the_middle_of_a_refresh_changes_nothing(open_study, start_worker, tmp_path):
    ready = tmp_path / "ready"
    *_, last = judge(open_study.annotator, open_study, "a", "b", "a")
    worker = start_worker(STUCK.format(ready=str(ready)))
    wait_until(ready.exists)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    run = open_study.background_runs.get(status=Status.RUNNING)
    if settings.CELERY_BROKER_URL:
        # Other workers cannot know of the death before the row has been silent for a while.
        BackgroundRun.objects.filter(pk=run.pk).update(
            heartbeat_at=timezone.now() - STALE_AFTER - timedelta(seconds=1)
        )

    start_worker()
    wait_until(lambda: has_seen(open_study, last))
    wait_until(lambda: BackgroundRun.objects.get(pk=run.pk).status == Status.DONE)
    run.refresh_from_db()
    assert run.attempts == 2
    disturbed = describe(open_study)
    forget(open_study)
    refresh_study(open_study)
    assert describe(open_study) == disturbed


def test_a_verdict_whose_refresh_row_was_lost_too_is_found_by_the_sweep(open_study, start_worker):
    *_, last = judge(open_study.annotator, open_study, "a", "b")
    open_study.background_runs.all().delete()
    start_worker()
    wait_until(lambda: has_seen(open_study, last))
