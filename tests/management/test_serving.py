"""What one command for the whole site is made of."""

import socket
import stat

import pytest
from django.core.management.base import CommandError

from annotation.management import serving
from annotation.management.serving import HOST, find_port, keep_secret, list_children


def test_the_secret_is_made_once_and_kept_from_others(tmp_path):
    path = tmp_path / "new" / "secret_key"
    secret = keep_secret(path)
    assert keep_secret(path) == secret
    assert len(secret) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keep_secret(tmp_path / "other") != secret


def test_a_taken_port_moves_on(monkeypatch):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert find_port(port) > port
        monkeypatch.setattr(serving, "N_PORTS_TRIED", 1)
        with pytest.raises(CommandError, match=f"{port}"):
            find_port(port)


@pytest.mark.parametrize(
    ("broker", "words"),
    [("", ["worker", "--lane"]), ("redis://127.0.0.1:6379/0", ["celery", "worker", "-Q"])],
)
def test_each_lane_has_its_worker(broker, words, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.CELERY_BROKER_URL = broker
    web, *workers = list_children(8123)
    assert "gunicorn" in web._command
    assert web._environment["PORT"] == "8123"
    assert web._environment["SECRET_KEY"] == workers[0]._environment["SECRET_KEY"]
    for lane, worker in zip(["refresh", "heavy"], workers, strict=True):
        assert {*words, lane} <= set(worker._command)
