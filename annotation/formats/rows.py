"""Bytes to rows: plain or gzip, JSON lines or CSV, one row in memory at a time.

Bytes are split at newlines before they are decoded, so a byte that is not UTF-8 costs its row
and no other, and its line is known.
"""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
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


class _DecodedLines:
    """Feeds `csv.reader` and remembers the first line of the current row that is not UTF-8."""

    def __init__(self, source: SourceFile) -> None:
        self._lines = read_lines(source)
        self._bad: tuple[int, str] | None = None

    def __iter__(self) -> Iterator[str]:
        for line, raw in self._lines:
            try:
                yield raw.decode()
            except UnicodeDecodeError as error:
                self._bad = self._bad or (line, describe_bad_byte(error))
                yield raw.decode(errors="replace")

    def take_bad(self) -> tuple[int, str] | None:
        """Line and reason of the first bad byte since the last call."""
        bad, self._bad = self._bad, None
        return bad


def read_csv_cells(source: SourceFile, on_problem: ProblemHandler) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each CSV row (RFC 4180: comma, double quotes), the header among them.

    Windows newlines, a byte order mark and newlines within quotes are understood.

    Parameters
    ----------
    source
        The file, plain or gzip.
    on_problem
        Called for a row that is not UTF-8 or whose quotes do not match.

    Yields
    ------
    tuple of int and list of str
        The line the row starts on and its cells.

    Raises
    ------
    FileFormatError
        If the file as a whole cannot be read; see `read_lines`.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW_BYTES))
    lines = _DecodedLines(source)
    reader = csv.reader(iter(lines), strict=True)
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            on_problem(RowProblem(source.name, start, f"the row is not CSV: {error}"))
            continue
        bad = lines.take_bad()
        if bad:
            on_problem(RowProblem(source.name, *bad))
        elif cells:
            yield start, cells


def read_csv_rows(
    source: SourceFile, on_problem: ProblemHandler, *, required: Sequence[str] = ()
) -> Iterator[Row]:
    """Yield the rows of a CSV file by the names in its header.

    Parameters
    ----------
    source
        The file, plain or gzip.
    on_problem
        Called for a row that is not UTF-8, not CSV, or has another number of cells than the header.
    required
        Columns that must be there.

    Yields
    ------
    Row
        Each good row; all values are text.

    Raises
    ------
    FileFormatError
        If the file as a whole cannot be read, the header has an empty or repeated name, or lacks a
        required one.
    """
    rows = read_csv_cells(source, on_problem)
    header = _checked_header(source, next(rows, None), required)
    for line, cells in rows:
        if len(cells) == len(header):
            yield Row(line, dict(zip(header, cells, strict=True)))
        else:
            reason = f"the row has {len(cells)} cells, the header has {len(header)}"
            on_problem(RowProblem(source.name, line, reason, excerpt(",".join(cells))))


def _checked_header(
    source: SourceFile, first: tuple[int, list[str]] | None, required: Sequence[str]
) -> list[str]:
    if first is None:
        raise FileFormatError("the file has no header", file=source.name, line=1)
    line, cells = first
    header = [cell.strip() for cell in cells]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise FileFormatError(
            f"the header repeats {', '.join(map(repr, repeated))}", file=source.name, line=line
        )
    missing = [name for name in required if name not in header]
    if missing:
        shown = ", ".join(header[:20])
        message = f"the header lacks {', '.join(missing)}; it has {shown}"
        raise FileFormatError(message, file=source.name, line=line)
    return header
