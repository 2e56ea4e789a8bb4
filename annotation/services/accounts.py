"""Accounts for people whom a lead brings in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.exceptions import ConflictError, InvalidValueError
from annotation.lookups.access import access_study
from annotation.models import Membership
from annotation.services.studies import member_add

if TYPE_CHECKING:
    from annotation.lookups.access import User

PASSWORD_BYTES = 12


@transaction.atomic
def member_invite(*, user: User, slug: str, username: str, role: str) -> tuple[Membership, str]:
    """Create an account with a one-time password and make it a member of the study.

    Returns
    -------
    Membership and the password, which is kept nowhere: pass it on now.

    Raises
    ------
    ConflictError
        When the name is taken: add that person instead.
    InvalidValueError
        For a name that accounts cannot have.
    """
    access_study(user=user, slug=slug, need="lead")
    accounts = get_user_model()
    username = username.strip()
    if accounts.objects.filter(username=username).exists():
        raise ConflictError(f"username: {username!r} has an account already; add them instead")
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    account = accounts(username=username)
    account.set_password(password)
    try:
        account.full_clean()
    except ValidationError as error:
        field, words = next(iter(error.message_dict.items()))
        raise InvalidValueError(f"{field}: {words[0]}") from error
    account.save()
    return member_add(user=user, slug=slug, username=username, role=role), password
