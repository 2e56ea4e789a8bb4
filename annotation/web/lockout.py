"""Slows the guessing of passwords: too many failures for a name from an address, and both must wait."""

import hashlib
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

MAX_FAILURES = 10
LOCKED_SECONDS = 300


class LockoutBackend:
    """Stands before the other backends and refuses those who must wait, for pages and admin alike."""

    def authenticate(self, request: HttpRequest | None, username: str = "", **credentials: Any) -> None:
        """Refuse, without telling whether the password was right; or leave it to the next backend."""
        if request is not None and cache.get(_key(request, username), 0) >= MAX_FAILURES:
            raise PermissionDenied


@receiver(user_login_failed)
def count_failure(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Count a failed login; the wait begins with the first failure and is not prolonged by more."""
    if request is not None:
        key = _key(request, str(credentials.get("username", "")))
        cache.add(key, 0, LOCKED_SECONDS)
        try:
            cache.incr(key)
        except ValueError:
            # It ran out between the two calls.
            cache.set(key, 1, LOCKED_SECONDS)


@receiver(user_logged_in)
def forget_failures(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Start anew once the right person got in."""
    cache.delete(_key(request, user.get_username()))


def _key(request: HttpRequest, username: str) -> str:
    who = f"{request.META.get('REMOTE_ADDR', '')}\n{username.casefold()}"
    return f"login-failures:{hashlib.sha256(who.encode()).hexdigest()}"
