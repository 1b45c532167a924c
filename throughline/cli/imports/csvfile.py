"""Reading a CSV file row by row (RFC 4180, UTF-8) so that a bad row costs no other."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

_UNDECODED: Final = range(0xDC80, 0xDD00)
"""What Python decodes bytes to that are not UTF-8 (PEP 383)."""


class FileUnusable(Exception):
    """The whole file cannot be read; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Record:
    """A row with as many cells as the header. `line` is where it starts, from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Malformed:
    """A row that cannot be read, split into cells as far as possible, and why."""

    line: int
    cells: tuple[str, ...]
    reason: str


class CsvFile:
    """An open file; iterate once over its rows. Bytes that are not UTF-8 are kept (PEP 383).

    Attributes:
        header: names of the columns, from the first row.
        size: bytes in the file.
        position: bytes read so far.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
            self.size = path.stat().st_size
        except OSError as error:
            msg = f"{path} cannot be read: {error.strerror}"
            raise FileUnusable(msg) from error
        self.path = path
        self._lines = _Lines(self._file)
        self._reader = csv.reader(self._lines, strict=True)
        try:
            self.header = self._read_header()
        except FileUnusable:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def position(self) -> int:
        """Bytes read so far, at most those in the file."""
        return min(self._lines.bytes, self.size)

    def _read_header(self) -> tuple[str, ...]:
        try:
            header = tuple(next(self._reader))
        except (StopIteration, csv.Error, IsADirectoryError):
            header = ()
        if not any(header):
            msg = f"{self.path}: there is no header row; the first line must name the columns"
            raise FileUnusable(msg)
        if any(undecoded(name) for name in header):
            msg = f"{self.path}: the header is not UTF-8; save the file as UTF-8"
            raise FileUnusable(msg)
        twice = next((name for name in header if header.count(name) > 1), None)
        if twice is not None:
            msg = f"{self.path}: there are two columns named '{twice}'; rename or remove one"
            raise FileUnusable(msg)
        return header

    def __iter__(self) -> Iterator[Record | Malformed]:
        while True:
            self._lines.begin()
            try:
                cells = tuple(next(self._reader))
            except StopIteration:
                return
            except csv.Error as error:
                yield self._broken(_sentence(error))
                continue
            if not cells:
                continue
            if len(cells) != len(self.header):
                yield self._wrong_number(cells)
            elif (at := next((i for i, cell in enumerate(cells) if undecoded(cell)), None)) is not None:
                yield Malformed(self._lines.first, cells, f"{self.header[at]}: holds bytes that are not UTF-8")
            else:
                yield Record(self._lines.first, cells)

    def _broken(self, reason: str) -> Malformed:
        """Reject only the first line and go on after it: an open quote swallows the rows that follow."""
        line, text = self._lines.first, self._lines.taken[0]
        self._lines.give_back()
        return Malformed(line, (text.rstrip("\r\n"),), reason)

    def _wrong_number(self, cells: tuple[str, ...]) -> Malformed:
        if any(self._is_row(line) for line in self._lines.taken[1:]):
            return self._broken("a quote opened on this line is not closed")
        reason = f"has {len(cells)} columns instead of {len(self.header)}"
        return Malformed(self._lines.first, cells, reason)

    def _is_row(self, line: str) -> bool:
        """Whether the line is a whole row; with an odd number of quotes it is part of one."""
        if line.count('"') % 2:
            return False
        try:
            return len(next(csv.reader([line], strict=True), ())) == len(self.header)
        except csv.Error:
            return False


class _Lines:
    """The physical lines of a file, some of which can be pushed back."""

    def __init__(self, file: IO[str]) -> None:
        self._file = iter(file)
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.first = 1
        self.bytes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._back:
            line = self._back.popleft()
        else:
            line = next(self._file)
            self.bytes += len(line) if line.isascii() else len(line.encode(errors="surrogateescape"))
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """Start a new row with the next line."""
        self.first += len(self.taken)
        self.taken = []

    def give_back(self) -> None:
        """Push back every line of this row but the first."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def undecoded(text: str) -> bool:
    """Whether some of it was not UTF-8."""
    return not text.isascii() and any(ord(letter) in _UNDECODED for letter in text)


def _sentence(error: csv.Error) -> str:
    match str(error):
        case "unexpected end of data":
            return "a quote opened on this line is not closed"
        case message if "expected after" in message:
            return "a quote inside a quoted cell must be doubled"
        case message:
            return f"is not valid CSV: {message}"
