"""The API's one error handler: ``{"error": {"code", "message", "field"?}}`` with a fitting status."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from annotation.exceptions import NoComparisonError, SelectorError

logger = logging.getLogger(__name__)


def handle_error(error: Exception, context: dict[str, Any]) -> Response:
    """Answer any error of a view; what nobody foresaw is logged and told to the client without details."""
    set_rollback()
    if isinstance(error, NoComparisonError):
        return no_comparison(error)
    if isinstance(error, SelectorError):
        return answer(error.status, error.code, error.message)
    if isinstance(error, exceptions.APIException):
        return _answer_framework(error)
    return _answer_django(error)


def answer(
    status: int, code: str, message: str, field: str = "", headers: dict[str, str] | None = None
) -> Response:
    """Return an error as JSON."""
    body = {"code": code, "message": message}
    if field:
        body["field"] = field
    return Response({"error": body}, status=status, headers=headers)


def no_comparison(error: NoComparisonError) -> Response:
    """Return 204: nothing is wrong, there is only nothing to judge, and the headers say why."""
    headers = {"X-No-Comparison-Reason": error.reason, "X-No-Comparison-Message": error.message}
    return Response(status=204, headers=headers)


def _answer_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    if isinstance(error, exceptions.ValidationError):
        field, message = first_problem(error.detail)
        return answer(400, "invalid_value", f"{field}: {message}" if field else message, field)
    code = error.get_codes()
    return answer(error.status_code, str(code), str(error.detail), headers=headers)


def first_problem(detail: Any, path: str = "") -> tuple[str, str]:
    """Return field and words of the first problem in the framework's tree of problems."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            here = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            field, message = first_problem(below, here)
            if message:
                return field, message
        return path, ""
    if isinstance(detail, list):
        problems = (first_problem(below, path) for below in detail)
        return next(((field, message) for field, message in problems if message), (path, ""))
    return path, str(detail)


def _answer_django(error: Exception) -> Response:
    if isinstance(error, Http404):
        return answer(404, "not_found", "There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        return answer(403, "permission_denied", str(error) or "You may not do this.")
    if isinstance(error, DjangoValidationError):
        return answer(400, "invalid_value", " ".join(error.messages))
    if isinstance(error, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        return answer(413, "too_large", f"The body is too long, at most {limit:,} bytes are allowed.")
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return answer(400, "bad_request", "The request could not be read.")
    logger.error("Unforeseen error in the API", exc_info=error)
    return answer(500, "internal", "Something went wrong on the server; it has been logged.")
