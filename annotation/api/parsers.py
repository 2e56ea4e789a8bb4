"""JSON that fits: neither too long nor too deep."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from annotation.exceptions import TooLargeError


class BoundedJSONParser(JSONParser):
    """The framework's parser reads a body of any size into memory, and fails on deep nesting."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body's value, or refuse it in words."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        size = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if limit is not None and size > limit:
            raise TooLargeError(f"The body has {size:,} bytes, at most {limit:,} are allowed.")
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
