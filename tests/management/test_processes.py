"""A process ends with the supervisor that started it, also one that was still starting when it was killed."""

import os
import subprocess
import sys

import pytest

from annotation.management.processes import SUPERVISOR_VARIABLE, die_with_supervisor


@pytest.fixture
def dead_process_id():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_nothing_is_watched_without_a_supervisor(monkeypatch):
    monkeypatch.delenv(SUPERVISOR_VARIABLE, raising=False)
    assert die_with_supervisor() is False


def test_a_supervisor_that_died_before_the_first_look_ends_the_process(monkeypatch, dead_process_id):
    monkeypatch.setenv(SUPERVISOR_VARIABLE, str(dead_process_id))
    with pytest.raises(SystemExit, match="is gone"):
        die_with_supervisor()


def test_somebody_elses_supervisor_is_not_watched(monkeypatch):
    monkeypatch.setenv(SUPERVISOR_VARIABLE, str(os.getpid()))  # alive, and not the parent
    assert die_with_supervisor() is False
