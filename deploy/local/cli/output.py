"""What commands print: people's output and one JSON object on stdout, progress on stderr, exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    FAILED = 1
    """The command ran and its answer is no: a check failed, the service refused."""
    USAGE = 2
    """The command could not run as given."""


out: Final = Console(highlight=False, soft_wrap=True)
err: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def emit(value: object) -> None:
    """Print one JSON value on stdout, and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def fail(sentence: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Say on stderr what was wrong, where, and what to do; end with the code."""
    err.print(f"[red]error:[/red] {_plain(sentence)}" if err.is_terminal else f"error: {_plain(sentence)}")
    raise typer.Exit(code)


def _plain(sentence: str) -> str:
    return sentence.replace("[", r"\[")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], numeric: Sequence[int] = ()) -> None:
    """Print a table for people; `numeric` are the indexes of right-aligned columns."""
    shown = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        shown.add_column(column, justify="right" if index in numeric else "left")
    for row in rows:
        shown.add_row(*(str(cell) for cell in row))
    out.print(shown)


def record(title: str, fields: Mapping[str, Any]) -> None:
    """Print one thing for people, a field a line."""
    out.print(title, style="bold")
    for name, value in fields.items():
        out.print(f"  {name:<22} {_plain(str(value))}")


@contextmanager
def progress(total: int | None, what: str) -> Iterator[Progress]:
    """Show a bar on stderr while the context lasts; the first task counts to `total`. Silent off a terminal."""
    columns = (SpinnerColumn(), TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        bar.add_task(what, total=total)
        yield bar
