"""Bearer tokens, and what a token may do."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

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


class HasScope(BasePermission):
    """A token may do what its scopes say; a session may do what its person may do."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask for ``judge`` in the judging loop, elsewhere for ``read`` or ``manage`` by method."""
        if not isinstance(request.auth, ApiToken):
            return True
        scope = required_scope(request, view)
        self.message = f"This token may {', '.join(request.auth.scopes)}; this needs the scope {scope!r}."
        return scope in request.auth.scopes


def required_scope(request: Request, view: APIView) -> str:
    """Return the scope that a request needs: the view's own, or one by method."""
    by_method = "read" if request.method in SAFE_METHODS else "manage"
    return str(getattr(view, "scope", by_method))


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes bearer tokens in the OpenAPI schema."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token from the account page; its scopes are out of read, judge, manage.",
        }
