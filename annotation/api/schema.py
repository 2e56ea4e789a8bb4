"""OpenAPI: every operation may also answer with an error."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from annotation.api.serializers.base import ErrorOut


class ErrorAutoSchema(AutoSchema):
    """Adds the common form of errors to all operations."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        bodies["4XX"] = self._get_response_for_code(ErrorOut, "4XX", direction=direction)
        bodies["4XX"]["description"] = "Refused, and why."
        return bodies
