"""A server that speaks MongoDB's protocol, as a process of its own on this machine.

It is a stand-in: stopped (SIGTERM) it keeps everything it acknowledged, killed (SIGKILL) it does not. A test that
counts may stop, suspend or cut it off, never kill it.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from pathlib import Path

from tests.engine.jars import EngineMissing, class_path

_JAVA = ("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_SAYS = b"port "
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0


class DocumentStore:
    """One running server.

    Attributes:
        port: on loopback.
        url: without a database: add ``/NAME``.
        pid: of the process.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.port = port
        self.url = f"mongodb://127.0.0.1:{port}"
        self.pid = process.pid

    def suspend(self) -> None:
        """Let it stand still: connections stay, nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it with everything written; idempotent.

        Raises:
            subprocess.TimeoutExpired: it does not end.
        """
        if self._process.poll() is None:
            self.resume()
            self._process.terminate()
            self._process.wait(_STOP_SECONDS)


def start(folder: Path, port: int = 0) -> DocumentStore:
    """Start a server on the data in a folder and wait until it answers; port 0 takes a free one.

    Raises:
        EngineMissing: it cannot be had here, or did not start; the message says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [*_JAVA, "-cp", class_path(), "DocumentStore", str(port), str(folder / "documents.mv")]
    log = folder / "documentstore.log"
    with log.open("ab") as complaints:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True
        )
    port = _port(process)
    if port is None:
        process.kill()
        process.wait()
        msg = f"the document store did not start: {log.read_text(errors='replace').strip()[-500:]}"
        raise EngineMissing(msg)
    return DocumentStore(process, port)


def _port(process: subprocess.Popen[bytes]) -> int | None:
    """The port that the server says it listens on; None where it ends or says nothing."""
    assert process.stdout is not None
    give_up = time.monotonic() + _START_SECONDS
    printed = b""
    with selectors.DefaultSelector() as selector, process.stdout as output:
        selector.register(output, selectors.EVENT_READ)
        while selector.select(max(0.0, give_up - time.monotonic())):
            chunk = os.read(output.fileno(), 4096)
            if not chunk:
                return None
            printed += chunk
            lines = [line for line in printed.split(b"\n")[:-1] if line.startswith(_SAYS)]
            if lines:
                return int(lines[0].removeprefix(_SAYS))
    return None
