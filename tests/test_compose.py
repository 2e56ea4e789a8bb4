"""The containers start the parts as the operator's page says they start."""

import importlib
import shlex
from pathlib import Path

import pytest
import yaml
from celery.bin.celery import celery as celery_cli
from gunicorn.config import Config

from annotation.jobs.runs import LANES

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


def test_every_part_is_there_and_looked_after(services):
    assert {"web", "worker", "redis", "postgres"} <= set(services)
    for name, service in services.items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name


def test_volumes_keep_what_must_survive(services):
    assert services["postgres"]["volumes"]
    assert services["web"]["volumes"] == services["worker"]["volumes"] == services["worker-heavy"]["volumes"]


def test_the_workers_together_serve_every_queue(services):
    served = set()
    for service in services.values():
        words = shlex.split(service.get("command", ""))
        if words[:1] == ["celery"]:
            worker = celery_cli.commands["worker"].make_context(
                "worker", words[words.index("worker") + 1 :], resilient_parsing=True
            )
            served |= set(worker.params["queues"])
    assert served == set(LANES)


def test_the_image_starts_the_web_part_as_up_does():
    line = next(line for line in (PROJECT / "Dockerfile").read_text().splitlines() if line.startswith("CMD"))
    assert line == 'CMD ["gunicorn", "-c", "python:selector_app.gunicorn", "selector_app.wsgi"]'


def test_gunicorn_takes_its_settings_and_listens_on_loopback_by_default(monkeypatch):
    for name in ("HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    chosen = importlib.reload(importlib.import_module("selector_app.gunicorn"))
    config = Config()
    for name in set(config.settings) & set(vars(chosen)):
        config.set(name, getattr(chosen, name))
    assert config.address == [("127.0.0.1", 8000)]
    assert (config.workers, config.threads) == (2, 4)
