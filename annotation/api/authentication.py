"""Bearer tokens."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from annotation.exceptions import InvalidTokenError
from annotation.models import ApiToken
from annotation.services.tokens import token_use


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>``; comes first, so that strangers are answered 401, not 403."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """Return the token's owner and the token, or leave the request to the session."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword.lower().encode():
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Write: Authorization: Bearer <token>", "invalid_token")
        try:
            token = token_use(text=words[1].decode("ascii", "replace"))
        except InvalidTokenError as error:
            raise AuthenticationFailed(error.message, error.code) from error
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme in the answer to strangers."""
        return self.keyword
