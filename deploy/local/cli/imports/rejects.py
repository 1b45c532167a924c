"""The rows an import could not take, for a person to repair and import again."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula. Source: OWASP, CSV Injection."""


def harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet calculates it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


class Rejects:
    """A CSV file with the original columns and `reason`; it exists only when there is something in it.

    Attributes:
        path: ``<stem of the source>.rejected.csv`` in the given folder.
        count: rows written.
    """

    def __init__(self, folder: Path, source: Path, header: Sequence[str]) -> None:
        self.path = folder / f"{source.stem}.rejected.csv"
        self.count = 0
        self._header = tuple(header)
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        elif kind is None:
            # An earlier run's rejected rows are all in now.
            self.path.unlink(missing_ok=True)

    def add(self, cells: Sequence[str], reason: str) -> None:
        """Write one row; missing cells are empty, surplus ones stand in the last column."""
        if self._file is None:
            self._open()
        last = len(self._header) - 1
        fitted = [*cells[:last], ",".join(cells[last:])] if len(cells) > last else [*cells]
        fitted += [""] * (len(self._header) - len(fitted))
        self._writer.writerow([harmless(cell) for cell in (*fitted, reason)])
        self.count += 1

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # The rows hold customers' words: for the owner only. Bytes that were no UTF-8 go out as they came in.
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow([*self._header, "reason"])
