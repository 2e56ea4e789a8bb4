"""Accounts for people whom a lead brings in; a tool without e-mail has no other way to invite them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.exceptions import ConflictError, InvalidValueError
from annotation.lookups.access import access_study
from annotation.models import Membership
from annotation.services.studies import member_add, record

if TYPE_CHECKING:
    from annotation.lookups.access import User

PASSWORD_BYTES = 12


@transaction.atomic
def user_invite(
    *, user: User, slug: str, username: str, role: str = Membership.Role.ANNOTATOR
) -> tuple[Membership, str]:
    """Create an account with a first password and make it a member of the study; lead only.

    Returns
    -------
    The membership, and the password, which is kept nowhere in clear: show it once.

    Raises
    ------
    ConflictError
        When the name is taken, in whatever case: that person is to be added instead.
    InvalidValueError
        For a name that accounts cannot have, or an unknown role.
    """
    study = access_study(user=user, slug=slug, need="lead")
    accounts = get_user_model()
    username = username.strip()
    taken = accounts.objects.filter(username__iexact=username).values_list("username", flat=True).first()
    if taken is not None:
        raise ConflictError(f"username: {taken!r} has an account already; add them as a member instead")
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    account = accounts(username=username)
    account.set_password(password)
    try:
        account.full_clean()
    except ValidationError as error:
        words = next(iter(error.message_dict.values()))[0]
        raise InvalidValueError(f"username: {username!r}: {words}") from error
    account.save()
    record(study, user, "user_invite", username=username)
    return member_add(user=user, slug=slug, username=username, role=role), password
