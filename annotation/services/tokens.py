"""API tokens: made once, kept as a digest, used by programs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from annotation.exceptions import InvalidTokenError, InvalidValueError, NotFoundError
from annotation.models import ApiToken

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SCOPES = {
    "read": "Look at studies, results and runs",
    "judge": "Take comparisons and give verdicts",
    "manage": "Change studies, import and export",
}
# Says what the text is when it turns up in a log or a repository.
TEXT_START = "sel_"
N_PREFIX = 10
# Every request would otherwise write a row.
USE_INTERVAL = timedelta(minutes=1)


def token_create(
    *, user: User, name: str, scopes: Collection[str], expires_at: datetime | None
) -> tuple[ApiToken, str]:
    """Make a token; its text is returned this once and kept nowhere.

    Raises
    ------
    InvalidValueError
        For an empty name, no or unknown scopes, or an expiry in the past.
    """
    _check(name, scopes, expires_at)
    text = TEXT_START + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=text[:N_PREFIX],
        digest=digest_of(text),
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
    )
    return token, text


def _check(name: str, scopes: Collection[str], expires_at: datetime | None) -> None:
    longest = ApiToken._meta.get_field("name").max_length or 0
    if not 0 < len(name.strip()) <= longest:
        raise InvalidValueError(f"name: {name!r}, must have 1 to {longest} characters")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        given = ", ".join(unknown) or "none"
        raise InvalidValueError(f"scopes: {given}, must be one or more of {', '.join(SCOPES)}")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidValueError(f"expires_at: {expires_at:%Y-%m-%d %H:%M} is over, must be in the future")


def digest_of(text: str) -> str:
    """Return what is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_use(*, text: str) -> ApiToken:
    """Return the token with this text and note its use, at most once a minute.

    Raises
    ------
    InvalidTokenError
        When it is unknown, has run out, or its owner's account is closed.
    """
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(text)).first()
    if token is None or not token.user.is_active:
        raise InvalidTokenError("This API token is unknown here: it was revoked, or is not complete.")
    now = timezone.now()
    if token.expires_at is not None and token.expires_at <= now:
        raise InvalidTokenError(f"This API token ran out on {token.expires_at:%Y-%m-%d}. Make a new one.")
    if token.last_used_at is None or token.last_used_at <= now - USE_INTERVAL:
        is_due = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_INTERVAL)
        ApiToken.objects.filter(is_due, pk=token.pk).update(last_used_at=now)
    return token


def token_revoke(*, user: User, token_id: int) -> None:
    """Delete one of the person's own tokens.

    Raises
    ------
    NotFoundError
        When they have none with this number.
    """
    n_deleted, _ = ApiToken.objects.filter(pk=token_id, user=user).delete()
    if not n_deleted:
        raise NotFoundError("You have no such API token.")
