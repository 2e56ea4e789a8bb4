"""Headless Chromium against a live server. Debian's chromium package is the browser; Playwright drives it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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


@pytest.fixture
def open_page(chromium, live_server, client):
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
    assert problems == []
