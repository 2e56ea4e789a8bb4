"""The page of API tokens: shown once, one's own alone."""

import re

import pytest
from django.urls import reverse

from annotation.models import ApiToken
from annotation.services.tokens import token_create, token_use

PAGE = "/account/tokens/"


def make(page, **changes):
    return page.post(PAGE, {"name": "notebook", "scopes": ["read", "judge"], "days": "30"} | changes)


def shown(response) -> list[str]:
    return re.findall(r"sel_[\w-]{20,}", response.content.decode())


def test_strangers_log_in_first(client, db) -> None:
    assert client.get(PAGE).status_code == 302


def test_text_is_shown_once_and_works(page, lead_user) -> None:
    response = make(page)
    [text] = shown(response)
    assert "no-store" in response["Cache-Control"]
    token = token_use(text=text)
    assert (token.user, token.scopes, token.name) == (lead_user, ["read", "judge"], "notebook")
    assert (token.expires_at - token.created_at).days in (29, 30)
    again = page.get(PAGE)
    assert shown(again) == []
    assert token.prefix in again.content.decode()
    assert token.digest not in again.content.decode()


def test_token_without_end(page) -> None:
    make(page, days="")
    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "x" * 101}, {"scopes": []}, {"scopes": ["root"]}, {"days": "9"}]
)
def test_bad_values_are_told_at_their_field(page, changes) -> None:
    response = make(page, **changes)
    assert response.status_code == 200
    assert set(response.context["form"].errors) == set(changes)
    assert "errorlist" in response.content.decode()
    assert not ApiToken.objects.exists()


def test_other_peoples_tokens_are_neither_seen_nor_revoked(page, annotator_user) -> None:
    token, _ = token_create(user=annotator_user, name="theirs", scopes=["read"], expires_at=None)
    assert "theirs" not in page.get(PAGE).content.decode()
    assert page.post(reverse("account-token-revoke", args=[token.pk])).status_code == 404
    assert ApiToken.objects.exists()


def test_revoked_token_is_gone(page, lead_user) -> None:
    token, _ = token_create(user=lead_user, name="mine", scopes=["read"], expires_at=None)
    address = reverse("account-token-revoke", args=[token.pk])
    assert page.get(address).status_code == 405
    assert page.post(address, follow=True).status_code == 200
    assert not ApiToken.objects.exists()


def test_name_is_shown_as_text(page) -> None:
    assert "<script>x" not in make(page, name="<script>x").content.decode()


def test_list_takes_as_many_statements_for_many(page, lead_user, django_assert_max_num_queries) -> None:
    for _ in range(8):
        token_create(user=lead_user, name="t", scopes=["read"], expires_at=None)
    with django_assert_max_num_queries(4):
        page.get(PAGE)
