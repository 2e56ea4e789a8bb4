"""Guessing passwords gets slow; one's own typing errors do not."""

import pytest
from django.core.cache import cache

from annotation.web.lockout import MAX_FAILURES

pytestmark = pytest.mark.django_db
PASSWORD = "right-horse-battery"


@pytest.fixture(autouse=True)
def person(django_user_model):
    cache.clear()
    return django_user_model.objects.create_user("ann", password=PASSWORD)


def log_in(client, password, username="ann", address="10.0.0.1"):
    client.post("/login/", {"username": username, "password": password}, REMOTE_ADDR=address)
    is_in = "_auth_user_id" in client.session
    client.logout()
    return is_in


def fail(client, n_times, **who):
    for attempt in range(n_times):
        assert not log_in(client, f"wrong-{attempt}", **who)


def test_after_too_many_failures_the_right_password_is_refused_too(client):
    fail(client, MAX_FAILURES)
    assert not log_in(client, PASSWORD)
    assert not log_in(client, PASSWORD, username="ANN")


def test_one_failure_less_does_not_lock(client):
    fail(client, MAX_FAILURES - 1)
    assert log_in(client, PASSWORD)


def test_other_addresses_are_not_locked(client):
    fail(client, MAX_FAILURES, address="10.0.0.9")
    assert log_in(client, PASSWORD)


def test_a_login_forgets_earlier_failures(client):
    fail(client, MAX_FAILURES - 1)
    assert log_in(client, PASSWORD)
    fail(client, MAX_FAILURES - 1)
    assert log_in(client, PASSWORD)


def test_the_wait_ends(client, monkeypatch):
    monkeypatch.setattr("annotation.web.lockout.LOCKED_SECONDS", 0)
    fail(client, MAX_FAILURES + 1)
    assert log_in(client, PASSWORD)


def test_the_admin_is_guarded_as_well(client, admin_user):
    for _ in range(MAX_FAILURES):
        client.post("/admin/login/", {"username": "admin", "password": "wrong"})
    client.post("/admin/login/", {"username": "admin", "password": "password"})
    assert "_auth_user_id" not in client.session
