"""Commands run in this process, and `throughline up` as one of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from throughline.cli.main import app


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The one object on stdout."""
        assert self.code == 0, self.err
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)


Run = Callable[..., Ran]


def command(*words: object, stdin: str | bytes | None = None) -> Ran:
    """Run a command in this process."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True)
class Served:
    """A data folder with `throughline up` running on it."""

    folder: Path
    url: str
    process: subprocess.Popen[str]


def up(folder: Path, *options: str) -> Served:
    """Start `throughline up` as its own process and return when it serves."""
    command = [sys.executable, "-m", "throughline.cli.main", "up", "--data-dir", str(folder), "--port", "0", "--json"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"up ended with {process.wait()}"
    return Served(folder, json.loads(line)["url"], process)


def ended(served: Served) -> int:
    """Wait for the end of the process and return its exit code."""
    served.process.communicate(timeout=30)
    return served.process.returncode
