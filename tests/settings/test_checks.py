"""Production refuses unsafe settings, in words, before it serves anything."""

import os
import subprocess
import sys

import pytest

from selector_app.settings.checks import list_risks

SOUND = "c2f0Qm9-xY7_tR4kLw81ZpNsVbHdEjGuAo3iTq6rMf5y0WzXnKe"
SAFE = {"secret_key": SOUND, "allowed_hosts": ["judge.example.org"], "debug": ""}


def test_sound_settings_carry_no_risk():
    assert list_risks(**SAFE) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"secret_key": ""}, "SECRET_KEY is not set"),
        ({"secret_key": "short"}, "5 characters"),
        ({"secret_key": "ab" * 40}, "2 different"),
        ({"secret_key": "development-" + SOUND}, "example value"),
        ({"allowed_hosts": []}, "ALLOWED_HOSTS is empty"),
        ({"allowed_hosts": ["a.example.org", "*"]}, "«*»"),
        ({"debug": "1"}, "DEBUG is «1»"),
        ({"debug": "True"}, "DEBUG is «True»"),
    ],
)
def test_each_risk_is_named(change, named):
    (risk,) = list_risks(**{**SAFE, **change})
    assert named in risk


def start_production(**environment):
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "selector_app.settings.prod",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_lists_all_risks_and_does_not_start(tmp_path):
    answer = start_production(SELECTOR_VAR=str(tmp_path), ALLOWED_HOSTS="*", DEBUG="yes")
    assert answer.returncode != 0
    for named in ("SECRET_KEY is not set", "ALLOWED_HOSTS is «*»", "DEBUG is «yes»"):
        assert named in answer.stderr


def test_production_starts_on_sound_settings_without_warnings(tmp_path):
    answer = start_production(
        SELECTOR_VAR=str(tmp_path),
        SECRET_KEY=SOUND,
        ALLOWED_HOSTS="judge.example.org",
    )
    assert answer.returncode == 0, answer.stderr
    # W005 and W021 want HSTS for all subdomains for ever: not this program's to promise.
    warned = {
        code for code in ("W004", "W008", "W009", "W012", "W016", "W018", "W020") if code in answer.stderr
    }
    assert warned == set()
