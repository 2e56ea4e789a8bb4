"""Headless Chromium against a live server. Debian's chromium package is the browser; Playwright drives it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started

# Playwright's loop makes Django believe that it runs asynchronously.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium, or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


class ServerWork:
    """Counts requests that the live server is answering, in its own threads of this process."""

    def __init__(self):
        self.n_open = 0
        self.lock = threading.Lock()

    def begin(self, **_signal):
        with self.lock:
            self.n_open += 1

    def end(self, **_signal):
        with self.lock:
            self.n_open -= 1

    def wait_until_quiet(self):
        """Wait for a moment without requests: pages send some while they are being closed."""
        deadline, quiet_since = time.monotonic() + 20, time.monotonic()
        while time.monotonic() - quiet_since < 0.3:
            if self.n_open > 0:
                quiet_since = time.monotonic()
            assert time.monotonic() < deadline, f"{self.n_open} requests are still being answered"
            time.sleep(0.02)


@pytest.fixture
def server_work():
    """Requests under way; the database is emptied after a test, which must not happen under a request."""
    work = ServerWork()
    request_started.connect(work.begin)
    request_finished.connect(work.end)
    yield work
    request_started.disconnect(work.begin)
    request_finished.disconnect(work.end)


@pytest.fixture
def open_page(chromium, live_server, client, server_work):
    """Return a function that opens a page as somebody, and fails the test on errors in its console."""
    contexts, problems = [], []

    def open_as(user, path, *, expects_errors=False, **options):
        client.force_login(user)
        context = chromium.new_context(base_url=live_server.url, **({"viewport": DESKTOP} | options))
        contexts.append(context)
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        if not expects_errors:
            page.on("console", lambda line: line.type == "error" and problems.append(line.text))
            page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    server_work.wait_until_quiet()
    assert problems == []
