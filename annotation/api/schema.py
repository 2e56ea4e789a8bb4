"""OpenAPI: tokens, and errors as an answer of every operation."""

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from annotation.api.authentication import TokenAuthentication
from annotation.api.serializers.base import ErrorOut


class ErrorAutoSchema(AutoSchema):
    """Adds the common form of errors to all operations."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        refused: Any = self._get_response_for_code(ErrorOut, "4XX", direction=direction)  # type: ignore[no-untyped-call]
        bodies["4XX"] = refused | {"description": "Refused, and why."}
        return bodies


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
