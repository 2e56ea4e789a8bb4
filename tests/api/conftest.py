"""Clients of the API: one per person, speaking JSON."""

import pytest
from rest_framework.test import APIClient

from tests.factories import add_member, make_user


def client_of(user=None, token: str = "") -> APIClient:
    """Return a client that is logged in as ``user``, or carries a token."""
    client = APIClient()
    if user is not None:
        client.force_login(user)
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def viewer_user(study):
    return add_member(study, make_user("viewer"), "viewer")


@pytest.fixture
def lead(lead_user, study) -> APIClient:
    return client_of(lead_user)


@pytest.fixture
def annotator(annotator_user, study) -> APIClient:
    return client_of(annotator_user)


@pytest.fixture
def viewer(viewer_user) -> APIClient:
    return client_of(viewer_user)


@pytest.fixture
def outsider(outsider_user) -> APIClient:
    return client_of(outsider_user)


@pytest.fixture
def anonymous(db) -> APIClient:
    return client_of()
