"""Tokens, their scopes, sessions and their protection against forged requests."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import ApiToken
from annotation.services.tokens import token_create

STUDIES = "/api/v1/studies"


def bearer(user, *scopes: str) -> APIClient:
    _, text = token_create(user=user, name="t", scopes=scopes, expires_at=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


@pytest.mark.parametrize(
    ("scope", "method", "address", "status"),
    [
        ("read", "get", STUDIES, 200),
        ("read", "post", STUDIES, 403),
        ("read", "post", STUDIES + "/{slug}/leases", 403),
        ("judge", "post", STUDIES + "/{slug}/leases", 201),
        ("judge", "get", STUDIES + "/{slug}/progress", 200),
        ("judge", "get", STUDIES, 403),
        ("judge", "post", STUDIES, 403),
        ("manage", "post", STUDIES + "/{slug}/pause", 200),
        ("manage", "get", STUDIES, 403),
        ("manage", "post", STUDIES + "/{slug}/leases", 403),
    ],
)
def test_scope(study, lead_user, scope, method, address, status) -> None:
    client = bearer(lead_user, scope)
    response = getattr(client, method)(address.format(slug=study.slug), {}, format="json")
    assert response.status_code == status
    if status == 403:
        assert scope in response.json()["error"]["message"]


def test_token_does_no_more_than_its_owner_may(study, annotator_user) -> None:
    client = bearer(annotator_user, "read", "judge", "manage")
    assert client.get(f"{STUDIES}/{study.slug}/ranking").status_code == 403


def test_use_is_noted(lead_user, study) -> None:
    bearer(lead_user, "read").get(STUDIES)
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer sel_nothing", "Bearer \xff"])
def test_bad_token(db, header) -> None:
    response = APIClient().get(STUDIES, HTTP_AUTHORIZATION=header)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "invalid_token"
    assert response["WWW-Authenticate"] == "Bearer"


def test_token_that_ran_out(lead_user) -> None:
    client = bearer(lead_user, "read")
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(days=1))
    response = client.get(STUDIES)
    assert response.status_code == 401
    assert "ran out" in response.json()["error"]["message"]


def test_bad_token_is_not_mended_by_a_session(lead_user) -> None:
    client = APIClient()
    client.force_login(lead_user)
    assert client.get(STUDIES, HTTP_AUTHORIZATION="Bearer sel_nothing").status_code == 401


def test_session_needs_the_csrf_token_to_write(db) -> None:
    User.objects.create_user("person", password="password")
    client = APIClient(enforce_csrf_checks=True)
    client.login(username="person", password="password")
    assert client.get(STUDIES).status_code == 200
    response = client.post(STUDIES, {"name": "forged"}, format="json")
    assert response.status_code == 403
    assert "CSRF" in response.json()["error"]["message"]


def test_session_with_the_csrf_token_writes(db) -> None:
    User.objects.create_user("person", password="password")
    client = APIClient(enforce_csrf_checks=True)
    client.login(username="person", password="password")
    client.get("/login/")
    token = "a" * 32
    client.cookies["csrftoken"] = token
    response = client.post(STUDIES, {"name": "mine"}, format="json", HTTP_X_CSRFTOKEN=token)
    assert response.status_code == 201


def test_token_needs_no_csrf_token(lead_user) -> None:
    client = bearer(lead_user, "manage")
    client.handler.enforce_csrf_checks = True
    assert client.post(STUDIES, {"name": "mine"}, format="json").status_code == 201
