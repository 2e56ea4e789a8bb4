"""CSV to rows, one row in memory at a time."""

import csv
from collections.abc import Iterator, Sequence

from annotation.exceptions import FileFormatError
from annotation.formats.records import ProblemHandler, RowProblem, SourceFile, excerpt
from annotation.formats.rows import MAX_ROW_BYTES, Row, describe_bad_byte, read_lines


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
    source: SourceFile,
    on_problem: ProblemHandler,
    *,
    required: Sequence[str] = (),
    allowed: Sequence[str] = (),
) -> Iterator[Row]:
    """Yield the rows of a CSV file by the names in its header.

    Parameters
    ----------
    source
        The file, plain or gzip.
    on_problem
        Called for a row that is not UTF-8, not CSV, or has another number of cells than the header.
    required, allowed
        Columns that must be there, and all that may be; any may when ``allowed`` is empty.

    Yields
    ------
    Row
        Each good row; all values are text.

    Raises
    ------
    FileFormatError
        If the file as a whole cannot be read, or the header repeats a name, lacks a required one or has
        one that is not allowed.
    """
    rows = read_csv_cells(source, on_problem)
    header = _read_header(source, next(rows, None))
    check_columns(source, header, required=required, allowed=allowed)
    for line, cells in rows:
        if len(cells) == len(header):
            yield Row(line, dict(zip(header, cells, strict=True)))
        else:
            reason = f"the row has {len(cells)} cells, the header has {len(header)}"
            on_problem(RowProblem(source.name, line, reason, excerpt(",".join(cells))))


def _read_header(source: SourceFile, first: tuple[int, list[str]] | None) -> list[str]:
    if first is None:
        raise FileFormatError("the file has no header", file=source.name, line=1)
    line, cells = first
    header = [cell.strip() for cell in cells]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        message = f"the header repeats {', '.join(map(repr, repeated))}"
        raise FileFormatError(message, file=source.name, line=line)
    return header


def check_columns(
    source: SourceFile, header: Sequence[str], *, required: Sequence[str] = (), allowed: Sequence[str] = ()
) -> None:
    """Refuse a file by its columns: a wrong one is every row's mistake, told once.

    Raises
    ------
    FileFormatError
        If a required column is missing, or one is not among those allowed.
    """
    missing = [name for name in required if name not in header]
    if missing:
        message = f"the header lacks {', '.join(missing)}; it has {', '.join(header[:20])}"
        raise FileFormatError(message, file=source.name, line=1)
    unknown = [name for name in header if allowed and name not in allowed]
    if unknown:
        raise FileFormatError(describe_unknown(unknown, allowed), file=source.name, line=1)


def describe_unknown(names: Sequence[str], allowed: Sequence[str]) -> str:
    """Name the columns that are not known and those that are."""
    found = ", ".join(repr(name[:80]) for name in names[:10])
    return f"unknown column {found}; allowed are {', '.join(allowed)}"
