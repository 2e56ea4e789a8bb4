"""A browser that a lead is logged in with."""

import pytest


@pytest.fixture
def page(client, lead_user):
    client.force_login(lead_user)
    return client
