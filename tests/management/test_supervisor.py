"""The supervisor: children start, come back when they die, and end with it."""

import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from annotation.management.supervisor import Child, Supervisor, is_answering

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def health_url():
    class Well(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/well" else 503)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Well)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_health_is_asked_for(health_url):
    assert is_answering(f"{health_url}/well")
    assert not is_answering(f"{health_url}/ill")
    assert not is_answering("http://127.0.0.1:1/well")


def test_a_signal_ends_every_child(health_url):
    children = [Child("first", SLEEPER, dict(os.environ)), Child("second", SLEEPER, dict(os.environ))]
    pids = []

    def on_healthy():
        pids.extend(child.pid for child in children)
        os.kill(os.getpid(), signal.SIGTERM)

    assert Supervisor(children, health_url=f"{health_url}/well", say=print).run(on_healthy)
    assert len(pids) == 2
    assert not any(is_alive(pid) for pid in pids)


def test_a_dead_child_is_started_again(health_url, monkeypatch):
    child = Child("worker", SLEEPER, dict(os.environ))
    monkeypatch.setattr(child, "_pause", 0.0)
    said, pids = [], []

    def say(line):
        said.append(line)

    def on_healthy():
        pids.append(child.pid)
        os.kill(child.pid, signal.SIGKILL)

    supervisor = Supervisor([child], health_url=f"{health_url}/well", say=say)
    tend = child.tend

    def tend_and_stop_once_restarted():
        message = tend()
        if pids and child.pid not in (None, pids[0]):
            pids.append(child.pid)
            supervisor._is_stopping = True
        return message

    monkeypatch.setattr(child, "tend", tend_and_stop_once_restarted)
    assert supervisor.run(on_healthy)
    assert said == ["worker ended (exit code -9); starting it again in 0 s"]
    assert pids[1] != pids[0]


def test_a_site_that_never_answers_is_given_up(health_url, monkeypatch):
    monkeypatch.setattr("annotation.management.supervisor.HEALTHY_SECONDS", 0.2)
    child = Child("web", SLEEPER, dict(os.environ))
    said = []
    pids = []
    start = child.start

    def start_and_note():
        start()
        pids.append(child.pid)

    monkeypatch.setattr(child, "start", start_and_note)
    assert not Supervisor([child], health_url=f"{health_url}/ill", say=said.append).run(pytest.fail)
    assert "did not answer" in said[0]
    assert not is_alive(pids[0])


STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""


def test_a_child_that_ignores_the_request_is_ended_by_force(tmp_path):
    ready = tmp_path / "ready"
    child = Child("stubborn", [sys.executable, "-c", STUBBORN, str(ready)], dict(os.environ))
    child.start()
    pid = child.pid
    while not ready.exists():
        time.sleep(0.01)
    child.terminate()
    child.end(deadline=time.monotonic() + 0.2)
    assert not is_alive(pid)


def test_pauses_grow_while_a_child_keeps_dying():
    child = Child("failing", [sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))
    messages = []
    for _ in range(3):
        child.start()
        while (message := child.tend()) is None:
            pass
        messages.append(message)
        assert child.pid is None
    assert [message.rsplit(" in ", 1)[1] for message in messages] == ["1 s", "2 s", "4 s"]
    assert "exit code 3" in messages[0]
