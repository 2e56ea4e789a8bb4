"""The objects of one large JSON array, one in memory at a time."""

import codecs
import json
import zlib
from collections.abc import Iterator
from typing import IO

from annotation.exceptions import FileFormatError
from annotation.formats.records import SourceFile, excerpt
from annotation.formats.rows import MAX_ROW_BYTES, Row, open_bytes

_CHUNK_BYTES = 2**16
_BLANK = " \t\r\n"


def read_array_rows(source: SourceFile) -> Iterator[Row]:
    """Yield the objects of a file that holds one JSON array.

    Parameters
    ----------
    source
        The file, plain or gzip.

    Yields
    ------
    Row
        Each object and the line it starts on.

    Raises
    ------
    FileFormatError
        If the file cannot be read, is not UTF-8 or not an array of objects, or breaks off. There is no way
        to find the next object after a broken one, so the whole file is refused.
    """
    with open_bytes(source) as stream:
        scanner = _Scanner(source, stream)
        if scanner.peek() != "[":
            raise scanner.error("the file must be a JSON array […]")
        scanner.skip()
        while scanner.peek() != "]":
            yield scanner.take_object()
            if scanner.peek() == ",":
                scanner.skip()
            elif scanner.peek() != "]":
                raise scanner.error("a comma or ] is missing before")
        scanner.skip()
        if scanner.peek():
            raise scanner.error("there is text after the array")


class _Scanner:
    """A window of decoded text over a stream of bytes, and the line it has reached."""

    def __init__(self, source: SourceFile, stream: IO[bytes]) -> None:
        self._source = source
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._parser = json.JSONDecoder()
        self._text = ""
        self._place = 0
        self._line = 1
        self._is_ended = False

    def error(self, message: str) -> FileFormatError:
        found = excerpt(self._text[self._place : self._place + 60])
        if self._is_ended and self._place >= len(self._text):
            found = "the end of the file"
        return FileFormatError(f"{message} (found: {found})", file=self._source.name, line=self._line)

    def peek(self) -> str:
        """Return the next character that is not blank, or "" at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _BLANK:
                self.skip()
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._read(_CHUNK_BYTES):
                return ""

    def skip(self) -> None:
        self._line += self._text[self._place] == "\n"
        self._place += 1

    def take_object(self) -> Row:
        if self.peek() != "{":
            raise self.error("an element of the array must be an object {…}")
        n_bytes = _CHUNK_BYTES
        while True:
            try:
                values, end = self._parser.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                # The object may go on in what is not read yet: read twice as much each time, so that a
                # long object costs a few attempts.
                if len(self._text) > MAX_ROW_BYTES or not self._read(n_bytes):
                    raise self._broken(error) from error
                n_bytes *= 2
            except (ValueError, RecursionError) as error:
                raise self.error(f"the object is not JSON: {error}") from error
            else:
                row = Row(self._line, values)
                self._line += self._text.count("\n", self._place, end)
                self._place = end
                return row

    def _broken(self, error: json.JSONDecodeError) -> FileFormatError:
        line = self._line + self._text.count("\n", self._place, error.pos)
        message = f"the object that starts on line {self._line} is not JSON: {error.msg}"
        return FileFormatError(message, file=self._source.name, line=line)

    def _read(self, n_bytes: int) -> bool:
        """Append text to the window, dropping what was used; False at the end."""
        if self._is_ended:
            return False
        kept = self._text[self._place :]
        try:
            chunk = self._stream.read(n_bytes)
            self._is_ended = not chunk
            more = self._decoder.decode(chunk, final=self._is_ended)
        except UnicodeDecodeError as error:
            line = self._line + kept.count("\n") + error.object[: error.start].count(b"\n")
            message = f"byte 0x{error.object[error.start]:02x} is not UTF-8: save the file as UTF-8"
            raise FileFormatError(message, file=self._source.name, line=line) from error
        except (EOFError, OSError, zlib.error) as error:
            message = f"the gzip data is damaged or cut off: {error}"
            raise FileFormatError(message, file=self._source.name, line=self._line) from error
        self._text, self._place = kept + more, 0
        return not self._is_ended or bool(more)
