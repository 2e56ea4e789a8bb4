"""The doctor names each trouble and its remedy."""

import io
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from annotation.jobs.runs import LANES, Kind, queue_run
from annotation.management import checkup
from annotation.management.lane_worker import lane_lock_path
from annotation.models import BackgroundRun

pytestmark = pytest.mark.django_db
HOLD = """
import sys
from pathlib import Path
from annotation.management.locks import take_lock
locks = [take_lock(Path(path)) for path in sys.argv[1:]]
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def embedded(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.CELERY_BROKER_URL = ""


@pytest.fixture
def workers():
    """Let another process hold the locks of all lanes."""
    paths = [str(lane_lock_path(lane)) for lane in LANES]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        yield
        holder.kill()


def report():
    out = io.StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def test_a_well_site_gets_a_clean_bill(workers):
    code, text = report()
    assert "!!" not in text
    assert code == 0


def test_missing_workers_are_named_with_the_command_that_starts_them():
    code, text = report()
    assert code == 1
    for lane in LANES:
        assert f"manage.py worker --lane {lane}" in text


def test_a_silent_database_is_reported_without_a_traceback(monkeypatch):
    def refuse():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    code, text = report()
    assert code == 1
    assert "does not answer: connection refused" in text
    assert "migrations" not in text


def test_missing_migrations_are_counted(monkeypatch):
    monkeypatch.setattr(checkup.MigrationExecutor, "migration_plan", lambda self, targets: [1, 2])
    code, text = report()
    assert code == 1
    assert "2 not applied" in text


def test_work_that_nobody_takes_is_noticed(workers):
    run, _ = queue_run(kind=Kind.IMPORT_FILES)
    assert report()[0] == 0
    BackgroundRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(hours=1))
    code, text = report()
    assert code == 1
    assert "1 waiting" in text


def test_a_full_disk_and_debug_are_noticed(workers, monkeypatch, settings):
    monkeypatch.setattr(checkup, "LOW_DISK_BYTES", 10**18)
    settings.DEBUG = True
    _, text = report()
    assert "Make room" in text
    assert "Unset DEBUG" in text


def test_a_silent_broker_is_reported(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    code, text = report()
    assert code == 1
    assert "Start Redis" in text
