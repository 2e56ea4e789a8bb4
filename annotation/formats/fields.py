"""Values of a row to the types of a record, refused with a reason a person can act on."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from annotation.exceptions import FileFormatError
from annotation.formats.records import ProblemHandler, RowProblem, SourceFile, excerpt
from annotation.formats.rows import Row

Record = TypeVar("Record")

_MAX_DEPTH = 50


class FieldError(FileFormatError):
    """One value of a row is refused; ``value`` is an excerpt of it."""

    def __init__(self, message: str, value: object = "") -> None:
        super().__init__(message)
        self.value = "" if value == "" else excerpt(value)


def build_records(
    source: SourceFile, rows: Iterable[Row], build: Callable[[Row], Record], on_problem: ProblemHandler
) -> Iterator[Record]:
    """Turn rows into records and hand the refused ones to ``on_problem``.

    Parameters
    ----------
    source
        The file the rows come from.
    rows
        The rows.
    build
        Makes a record of a row or raises `FieldError`.
    on_problem
        Called for each refused row.

    Yields
    ------
    Record
        One per good row.
    """
    for row in rows:
        try:
            record = build(row)
        except FieldError as error:
            on_problem(RowProblem(source.name, row.line, error.reason, error.value))
        else:
            yield record


def check_text(key: str, value: object) -> str:
    """Accept text that every database stores.

    Parameters
    ----------
    key
        Name of the column, for the message.
    value
        The value.

    Returns
    -------
    str
        The value unchanged.

    Raises
    ------
    FieldError
        If it is not text, or has a NUL character or half of a surrogate pair (PostgreSQL stores neither).
    """
    if not isinstance(value, str):
        raise FieldError(f"{key} must be text, not {_kind_of(value)}", value)
    if "\x00" in value:
        raise FieldError(f"{key} has a NUL character at position {value.index(chr(0)) + 1}", value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise FieldError(f"{key} has half of a surrogate pair at position {error.start + 1}") from error
    return value


def _kind_of(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)


def get_text(values: Mapping[str, object], key: str) -> str:
    """Read an optional text; absent and null are "".

    Raises
    ------
    FieldError
        See `check_text`.
    """
    value = values.get(key)
    return "" if value is None else check_text(key, value)


def get_name(values: Mapping[str, object], key: str, *, limit: int) -> str:
    """Read a required identifier of at most ``limit`` characters; whole numbers become text.

    Raises
    ------
    FieldError
        If it is absent, blank, too long, or neither text nor a whole number.
    """
    name = get_short(values, key, limit=limit)
    if not name:
        reason = f"{key} is empty" if key in values else f"{key} is missing"
        raise FieldError(reason, "" if key in values else ", ".join(map(str, values)))
    return name


def get_short(values: Mapping[str, object], key: str, *, limit: int) -> str:
    """Read an optional one-line text of at most ``limit`` characters; whole numbers become text.

    Raises
    ------
    FieldError
        If it is too long, or neither text nor a whole number.
    """
    value = values.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = "" if value is None else check_text(key, value).strip()
    if len(text) > limit:
        raise FieldError(f"{key} has {len(text)} characters, at most {limit} are allowed", text)
    return text


def get_texts(values: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Read an optional list of texts, also when written as JSON in one cell; absent is ().

    Raises
    ------
    FieldError
        If it is not a list of texts.
    """
    value = values.get(key)
    if value is None or value == "":
        return ()
    items = _from_json(key, value)
    if not isinstance(items, list):
        raise FieldError(f"{key} must be a list of texts, not {_kind_of(items)}", value)
    return tuple(check_text(f"{key}[{place}]", item) for place, item in enumerate(items))


def get_mapping(values: Mapping[str, object], key: str) -> dict[str, object]:
    """Read an optional JSON object, also when written as JSON in one cell; absent is {}.

    Raises
    ------
    FieldError
        If it is not an object, or holds what no database stores.
    """
    value = values.get(key)
    if value is None or value == "":
        return {}
    mapping = _from_json(key, value)
    if not isinstance(mapping, dict):
        raise FieldError(f"{key} must be an object, not {_kind_of(mapping)}", value)
    _check_json(key, mapping)
    return mapping


def _check_json(key: str, mapping: object) -> None:
    """Refuse what a JSON column does not take: unstorable text, numbers beyond JSON, endless nesting."""
    level, depth = [mapping], 0
    while level:
        depth += 1
        if depth > _MAX_DEPTH:
            raise FieldError(f"{key} is nested deeper than {_MAX_DEPTH} levels")
        below: list[object] = []
        for value in level:
            if isinstance(value, str):
                check_text(key, value)
            elif isinstance(value, float) and not math.isfinite(value):
                raise FieldError(f"{key} has a number that JSON does not know", value)
            elif isinstance(value, dict):
                below += [*value, *value.values()]
            elif isinstance(value, list):
                below += value
        level = below


def _from_json(key: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        parsed: object = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise FieldError(f"{key} is not JSON: {error}", value) from error
    return parsed


def get_turns(values: Mapping[str, object], one: str, many: str) -> tuple[str, ...]:
    """Read turns: the list ``many`` where it is there, else the one text ``one``.

    Raises
    ------
    FieldError
        If neither is there.
    """
    turns = get_texts(values, many)
    if turns:
        return turns
    if values.get(one) is None:
        raise FieldError(f"{one} is missing (or the list {many})", ", ".join(map(str, values)))
    return (check_text(one, values[one]),)


def get_reference(values: Mapping[str, object]) -> str:
    """Read an optional reference: a text, or a list of one text per turn, joined by blank lines.

    Raises
    ------
    FieldError
        If it is neither.
    """
    if isinstance(values.get("reference"), list):
        return "\n\n".join(get_texts(values, "reference"))
    return get_text(values, "reference")
