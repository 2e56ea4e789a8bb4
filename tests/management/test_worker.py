"""The command of the embedded worker: when it refuses, and how it stops."""

import os
import signal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError

from annotation.management import lane_worker
from annotation.management.lane_worker import LaneWorker, lane_lock_path

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_broker(settings, tmp_path):
    settings.CELERY_BROKER_URL = ""
    settings.VAR_DIR = tmp_path
    kept = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, kept)


def test_with_a_broker_the_right_command_is_named(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:6379/0"
    with pytest.raises(CommandError, match="celery -A selector_app worker"):
        call_command("worker")


def test_a_lane_that_is_taken_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(lane_worker, "take_lock", lambda path: None)
    with pytest.raises(CommandError, match="«heavy»"):
        call_command("worker", lane=["heavy"])


def test_a_signal_ends_it_and_lets_the_lane_go(monkeypatch):
    rounds = []

    def run_once(self):
        rounds.append([lane_lock_path(lane).exists() for lane in self.lanes])
        if len(rounds) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return 0

    monkeypatch.setattr(lane_worker, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(LaneWorker, "run_once", run_once)
    with pytest.raises(SystemExit) as stop:
        call_command("worker", lane=["refresh"])
    assert stop.value.code == 0
    assert rounds == [[True]] * 3


def test_ctrl_c_ends_it_without_a_traceback(monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(LaneWorker, "run_once", interrupted)
    call_command("worker")


def test_a_database_that_restarts_is_waited_for(monkeypatch):
    answers = [OperationalError("restarting"), OperationalError("restarting"), KeyboardInterrupt()]

    def run_once(self):
        raise answers.pop(0)

    monkeypatch.setattr(lane_worker, "DATABASE_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(LaneWorker, "run_once", run_once)
    call_command("worker")
    assert answers == []
