"""The rows an import rejected, for a person to correct and import again."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula. Source: OWASP, CSV Injection."""


def harmless(cell: str) -> str:
    """Return the cell in a form that no spreadsheet evaluates."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


class Rejects:
    """A CSV file with the original columns and `reason`; the file exists only if there is a rejected row.

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
            # No row of an earlier run's file is rejected any more.
            self.path.unlink(missing_ok=True)

    def add(self, cells: Sequence[str], reason: str) -> None:
        """Write one row; missing cells are empty, surplus ones are joined in the last column."""
        if self._file is None:
            self._open()
        last = len(self._header) - 1
        fitted = [*cells[:last], ",".join(cells[last:])] if len(cells) > last else [*cells]
        fitted += [""] * (len(self._header) - len(fitted))
        self._writer.writerow([harmless(cell) for cell in (*fitted, reason)])
        self.count += 1

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Only the owner may read customers' words. Bytes that were not UTF-8 are written as they were read.
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow([*self._header, "reason"])
