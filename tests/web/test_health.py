"""The health address answers probes that know neither this site's name nor HTTPS."""

import pytest
from django.db import DatabaseError, connection

pytestmark = pytest.mark.django_db


def test_health_needs_no_login_no_host_and_no_https(client, settings):
    settings.ALLOWED_HOSTS = ["judge.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok"}


def test_a_silent_database_is_an_ill_site(client, monkeypatch):
    def refuse():
        raise DatabaseError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "refused" not in answer.content.decode()
