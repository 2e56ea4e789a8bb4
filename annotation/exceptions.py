"""Every error the product raises on purpose, below one base class.

One handler per surface (JSON, form, exit code) turns a ``SelectorError`` into words for a person,
so messages name the value that was refused and the values that are allowed.
"""


class SelectorError(Exception):
    """Base of all errors raised on purpose.

    ``status`` is the HTTP status a web surface answers with; ``code`` is a stable word for programs.
    """

    status = 400
    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidValueError(SelectorError, ValueError):
    """A value outside its allowed range; the message names both."""

    code = "invalid_value"


class FileFormatError(SelectorError):
    """A file, or a row of one, that cannot be read as its format.

    Parameters
    ----------
    message
        What is wrong and what would be right.
    file, line
        Where; ``line`` counts from 1 and is ``None`` when the whole file is meant.
    """

    code = "file_format"

    def __init__(self, message: str, *, file: str = "", line: int | None = None) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {message}" if where else message)
        self.reason = message
        self.file = file
        self.line = line


class NotFoundError(SelectorError):
    """The object does not exist, or not for this person: the two are told apart to nobody."""

    status = 404
    code = "not_found"


class PermissionDeniedError(SelectorError):
    """A member of the study whose role does not allow this."""

    status = 403
    code = "permission_denied"


class TooLargeError(SelectorError):
    """A request above the size that is allowed; the message names both."""

    status = 413
    code = "too_large"


class InvalidTokenError(SelectorError):
    """An API token that is unknown, has run out, or belongs to somebody whose account is closed."""

    status = 401
    code = "invalid_token"


class ConflictError(SelectorError):
    """The request was valid but the world has moved on (expired lease, closed study, second verdict)."""

    status = 409
    code = "conflict"


class LeaseExpiredError(ConflictError):
    """The lease ran out or was given back before the verdict arrived."""

    code = "lease_expired"


class NoComparisonError(SelectorError):
    """There is nothing to judge now; ``reason`` is one of the end states of the annotator's page."""

    status = 204
    code = "no_comparison"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
