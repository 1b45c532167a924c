"""What commands print: text or one JSON object on stdout, progress and errors on stderr; and exit codes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID
    from rich.table import Table

_LINE_SECONDS: Final = 2.0
"""How often progress is printed as a line where stderr is not a terminal."""
_UNSEEN_SECONDS: Final = 1.0


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    FAILED = 1
    """The command ran and the answer is no: a check failed, a service refused."""
    USAGE = 2
    """The command cannot run as given."""


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # Off a terminal, no window limits a table; at eighty columns its words would break.
    width = None if stream.isatty() else 200
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=width)


_LAST_CONTROL: Final = 0x9F

out: Final = _console(stderr=False)
err: Final = _console(stderr=True)


def plain(text: object) -> str:
    """Return a text that is safe on a terminal: a customer's words must not contain markup or control codes."""
    shown = "".join(
        c if c in "\n\t" or c.isprintable() or ord(c) > _LAST_CONTROL else f"\\x{ord(c):02x}" for c in str(text)
    )
    return escape(shown)


def emit(value: object) -> None:
    """Print one JSON value on stdout, on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def say(sentence: str) -> None:
    """Print a sentence on stderr."""
    err.print(plain(sentence))


def fail(sentence: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Print on stderr what is wrong, where, and what to do; exit with the code."""
    err.print(f"[red]error:[/red] {plain(sentence)}")
    raise typer.Exit(code)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], numeric: Sequence[int] = ()) -> None:
    """Print a table; `numeric` are the indexes of right-aligned columns."""
    out.print(grid(title, columns, rows, numeric))


def grid(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], numeric: Sequence[int] = ()) -> Table:
    """Return such a table."""
    from rich.table import Table

    shown = Table(title=plain(title), title_justify="left")
    for index, column in enumerate(columns):
        shown.add_column(column, justify="right" if index in numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(plain(cell) for cell in row))
    return shown


def record(title: str, fields: Mapping[str, Any]) -> None:
    """Print the fields of one thing, one per line."""
    out.print(plain(title), style="bold")
    for name, value in fields.items():
        out.print(f"  {name:<22} {plain(value)}")


class Steps:
    """The progress of something."""

    def __init__(self, what: str, total: int | None, bar: Progress) -> None:
        self._what = what
        self._total = total
        self._bar = bar
        self._task: TaskID = bar.add_task(what, total=total)
        self._done = 0
        self._printed_at = time.monotonic() - _LINE_SECONDS + _UNSEEN_SECONDS

    def at(self, done: int, what: str = "") -> None:
        """Show how much is done, and what is being done if that has changed."""
        self._what = what or self._what
        self._done = done
        self._bar.update(self._task, completed=done, description=self._what)
        now = time.monotonic()
        if self._bar.disable and now - self._printed_at >= _LINE_SECONDS:
            self._printed_at = now
            share = f" {100 * done // self._total} %" if self._total else ""
            say(f"{self._what}{share}")


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Steps]:
    """Show progress on stderr: a bar on a terminal, otherwise a line every two seconds after the first."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield Steps(what, total, bar)
