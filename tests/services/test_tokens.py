"""API tokens: only a digest is kept, they run out, their use is noted."""

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotation.exceptions import InvalidTokenError, InvalidValueError, NotFoundError
from annotation.models import ApiToken
from annotation.services.tokens import token_create, token_revoke, token_use


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("person")


def make(person: User, **changes):
    values = {"name": "notebook", "scopes": ["read"], "expires_at": None} | changes
    return token_create(user=person, **values)


def test_only_the_digest_is_kept(person: User) -> None:
    token, text = make(person)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert row["digest"] == hashlib.sha256(text.encode()).hexdigest()
    assert text not in str(row)
    assert text.startswith(row["prefix"])
    assert len(row["prefix"]) <= 12


def test_two_tokens_differ(person: User) -> None:
    assert make(person)[1] != make(person)[1]


def test_scopes_are_kept_in_one_order(person: User) -> None:
    assert make(person, scopes={"manage", "read"})[0].scopes == ["read", "manage"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "1 to 100"),
        ({"scopes": []}, "read, judge, manage"),
        ({"scopes": ["read", "root"]}, "root"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "future"),
    ],
)
def test_bad_values_are_named(person: User, changes, words: str) -> None:
    with pytest.raises(InvalidValueError, match=words):
        make(person, **changes)
    assert not ApiToken.objects.exists()


def test_use_finds_the_owner_and_notes_the_time(person: User) -> None:
    _, text = make(person)
    before = timezone.now()
    assert token_use(text=text).user == person
    assert ApiToken.objects.get().last_used_at >= before


def test_use_is_noted_at_most_once_a_minute(person: User) -> None:
    token, text = make(person)
    recent, old = timezone.now() - timedelta(seconds=30), timezone.now() - timedelta(seconds=61)
    for noted, is_kept in ((recent, True), (old, False)):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=noted)
        token_use(text=text)
        assert (ApiToken.objects.get().last_used_at == noted) is is_kept


def test_use_within_the_minute_writes_nothing(person: User, django_assert_num_queries) -> None:
    _, text = make(person)
    token_use(text=text)
    with django_assert_num_queries(1):
        token_use(text=text)


def test_unknown_text_is_refused(person: User) -> None:
    _, text = make(person)
    with pytest.raises(InvalidTokenError, match="unknown"):
        token_use(text=text[:-1])


def test_token_that_ran_out_is_refused(person: User) -> None:
    token, text = make(person, expires_at=timezone.now() + timedelta(days=1))
    token_use(text=text)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    with pytest.raises(InvalidTokenError, match="ran out"):
        token_use(text=text)


def test_token_of_a_closed_account_is_refused(person: User) -> None:
    _, text = make(person)
    User.objects.update(is_active=False)
    with pytest.raises(InvalidTokenError):
        token_use(text=text)


def test_revoked_token_is_refused(person: User) -> None:
    token, text = make(person)
    token_revoke(user=person, token_id=token.pk)
    with pytest.raises(InvalidTokenError):
        token_use(text=text)


def test_nobody_revokes_a_stranger_s_token(person: User) -> None:
    token, _ = make(person)
    with pytest.raises(NotFoundError):
        token_revoke(user=User.objects.create_user("stranger"), token_id=token.pk)
    assert ApiToken.objects.exists()


def test_command_prints_a_working_token(person: User, capsys) -> None:
    call_command("create_token", "person", "--scope", "judge", "--days", "1")
    token = token_use(text=capsys.readouterr().out.strip())
    assert token.scopes == ["judge"]
    assert token.expires_at < timezone.now() + timedelta(days=1, minutes=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["nobody"], "nobody"), (["person", "--days", "-1"], "--days"), (["person", "--name", " "], "name")],
)
def test_command_refuses_in_words(person: User, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("create_token", *arguments)
