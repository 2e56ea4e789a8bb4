"""Bytes to lines and JSON rows: plain or gzip, one row in memory at a time.

Bytes are split at newlines before they are decoded, so a byte that is not UTF-8 costs its row
and no other, and its line is known.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, cast

from annotation.exceptions import FileFormatError
from annotation.formats.records import ProblemHandler, RowProblem, SourceFile, excerpt

MAX_ROW_BYTES = 16 * 2**20
"""Longest row: above it a file without newlines would come into memory whole."""

_GZIP_MAGIC = b"\x1f\x8b"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on (from 1) and its values by column name."""

    line: int
    values: Mapping[str, object]


def open_bytes(source: SourceFile) -> IO[bytes]:
    """Open a file, unpacked when it is gzip by its first bytes, whatever it is called.

    Parameters
    ----------
    source
        The file.

    Returns
    -------
    IO[bytes]
        The text as bytes, without a UTF-8 byte order mark.

    Raises
    ------
    FileFormatError
        If the file is absent, empty, UTF-16, or called ``.gz`` without being gzip.
    """
    try:
        stream: IO[bytes] = source.path.open("rb")
        if _peek(stream, 2) == _GZIP_MAGIC:
            stream.close()
            stream = cast(IO[bytes], gzip.open(source.path, "rb"))  # noqa: SIM115
        elif source.path.suffix == ".gz":
            start = excerpt(_peek(stream, 8))
            stream.close()
            raise FileFormatError(f"is called .gz but is not gzip: it begins with {start}", file=source.name)
    except OSError as error:
        raise FileFormatError(f"cannot be opened: {error.strerror}", file=source.name) from error
    try:
        _skip_mark(stream, source)
    except FileFormatError:
        stream.close()
        raise
    return stream


def _peek(stream: IO[bytes], n_bytes: int) -> bytes:
    start = stream.read(n_bytes)
    stream.seek(0)
    return start


def _skip_mark(stream: IO[bytes], source: SourceFile) -> None:
    try:
        start = _peek(stream, 3)
    except (EOFError, OSError, zlib.error) as error:
        raise _damaged(source, 1, error) from error
    if not start:
        raise FileFormatError("the file is empty", file=source.name)
    if start.startswith(_WIDE_MARKS):
        raise FileFormatError("the file is UTF-16: save it as UTF-8", file=source.name, line=1)
    if start == _UTF8_MARK:
        stream.read(3)


def _damaged(source: SourceFile, line: int, error: Exception) -> FileFormatError:
    return FileFormatError(f"the gzip data is damaged or cut off: {error}", file=source.name, line=line)


def read_lines(source: SourceFile) -> Iterator[tuple[int, bytes]]:
    r"""Yield the lines of a file as bytes.

    Parameters
    ----------
    source
        The file, plain or gzip.

    Yields
    ------
    tuple of int and bytes
        Line number (from 1) and the line with its ``\n``.

    Raises
    ------
    FileFormatError
        If the file cannot be opened, is empty, is damaged gzip, or has a line above ``MAX_ROW_BYTES``.
    """
    line = 0
    with open_bytes(source) as stream:
        while True:
            line += 1
            try:
                text = stream.readline(MAX_ROW_BYTES + 1)
            except (EOFError, OSError, zlib.error) as error:
                raise _damaged(source, line, error) from error
            if not text:
                return
            if len(text) > MAX_ROW_BYTES:
                allowed = f"{MAX_ROW_BYTES // 2**20} MiB"
                raise FileFormatError(f"the line is longer than {allowed}", file=source.name, line=line)
            yield line, text


def describe_bad_byte(error: UnicodeDecodeError) -> str:
    """Say which byte of a line is not UTF-8.

    Parameters
    ----------
    error
        From decoding one line.

    Returns
    -------
    str
        The byte in hexadecimal and its place in the line, from 1.
    """
    byte = error.object[error.start]
    return f"byte {error.start + 1} of the line (0x{byte:02x}) is not UTF-8: save the file as UTF-8"


def read_json_rows(source: SourceFile, on_problem: ProblemHandler) -> Iterator[Row]:
    """Yield one row per line of a JSON-lines file; blank lines are passed over.

    Parameters
    ----------
    source
        The file, plain or gzip.
    on_problem
        Called for a line that is not UTF-8 or not one JSON object.

    Yields
    ------
    Row
        The object of each good line.

    Raises
    ------
    FileFormatError
        If the file as a whole cannot be read; see `read_lines`.
    """
    for line, text in read_lines(source):
        if text.isspace():
            continue
        try:
            value = json.loads(text.decode())
        except UnicodeDecodeError as error:
            on_problem(RowProblem(source.name, line, describe_bad_byte(error)))
        except (ValueError, RecursionError) as error:
            start = excerpt(text[:200].decode(errors="replace").rstrip("\r\n"))
            on_problem(RowProblem(source.name, line, f"the line is not JSON: {error}", start))
        else:
            if isinstance(value, dict):
                yield Row(line, value)
            else:
                on_problem(RowProblem(source.name, line, "a line must be a JSON object {…}", excerpt(value)))
