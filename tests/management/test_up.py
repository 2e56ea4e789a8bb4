"""One command serves the whole site, and nothing of it outlives the command, however it ends."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


@pytest.fixture
def site(tmp_path):
    """``manage.py up`` in a folder of its own, once it has printed its address."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "selector_app.settings.dev",
        "PYTHONUNBUFFERED": "1",
    }
    environment |= {
        "SELECTOR_VAR": str(tmp_path),
        "DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "PORT": "18640",
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def read_address(process):
    for line in process.stdout:
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return found.group()
    pytest.fail("no address was printed")


def list_processes(folder):
    """Return the ids of all processes whose environment names the site's folder."""
    marker = f"SELECTOR_VAR={folder}".encode()
    found = set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker in path.read_bytes().split(b"\0"):
                found.add(int(path.parent.name))
        except OSError:
            continue
    return found


def wait_until_empty(folder):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := list_processes(folder):
        assert time.monotonic() < deadline, f"still alive: {left}"
        time.sleep(0.1)


def test_the_site_serves_and_ends_with_a_signal(site, tmp_path):
    address = read_address(site)
    with urllib.request.urlopen(f"{address}/login/") as answer:
        page = answer.read().decode()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    # Static files are served without DEBUG and without collecting them first.
    style = re.search(r'href="(/static/[^"]+\.css)"', page).group(1)
    with urllib.request.urlopen(address + style) as answer:
        assert answer.status == 200
    # Supervisor, gunicorn and its two processes, two workers.
    assert len(list_processes(tmp_path)) == 6

    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=PROJECT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "selector_app.settings.dev",
            "SELECTOR_VAR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"Already running at {address}" in second.stderr

    site.send_signal(signal.SIGINT)
    assert site.wait(PATIENCE_SECONDS) == 0
    assert list_processes(tmp_path) == set()


def test_the_children_end_when_the_supervisor_is_killed(site, tmp_path):
    read_address(site)
    site.kill()
    site.wait()
    wait_until_empty(tmp_path)
