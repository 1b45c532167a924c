"""A server that speaks MongoDB's protocol, as a process of its own on this machine.

It is a stand-in: stopped (SIGTERM) it keeps everything it acknowledged, killed (SIGKILL) it does not. A test that
counts may stop, suspend or cut it off, never kill it.
"""

from __future__ import annotations

import atexit
import os
import selectors
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.engine.jars import HERE, EngineMissing, class_path

_JAVA = ("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_SAYS = b"port "
_USUAL_PORT = 27_017
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
    command = [*_JAVA, "-cp", class_path(), str(HERE / "DocumentStore.java"), str(port), str(folder / "documents.mv")]
    log = folder / "documentstore.log"
    with log.open("ab") as complaints:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True
        )
    said = _port(process)
    if said is None:
        process.kill()
        process.wait()
        msg = f"the document store did not start: {log.read_text(errors='replace').strip()[-500:]}"
        raise EngineMissing(msg)
    return DocumentStore(process, said)


@cache
def shared() -> DocumentStore:
    """Return the one server of this test process: the first who asks starts it, the end of the process stops it.

    Raises:
        EngineMissing: see `start`.
    """
    folder = Path(mkdtemp(prefix="documentstore-"))
    started = start(folder)

    def end() -> None:
        started.stop()
        rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return started


def server() -> str:
    """Return the URL of the server that tests of this process share; for one of its databases see `database_url`.

    `MONGODB_URI` names one that runs already. Without a server the test is skipped, or fails where
    `THROUGHLINE_TEST_ENGINE` is `local`.
    """
    given = os.environ.get("MONGODB_URI", "")
    if given:
        return given
    try:
        return shared().url
    except EngineMissing as missing:
        said = f"no document store to test on: {missing}"
        if os.environ.get("THROUGHLINE_TEST_ENGINE") == "local":
            pytest.fail(said)
        pytest.skip(reason=f"tests on MongoDB's protocol are left out: {said}")


def database_url(name: str, *, through: int | None = None) -> str:
    """Return the URL of a database on that server; `through` the proxy on this port instead of directly."""
    parts = urlsplit(server())._replace(path=f"/{name}")
    if through is None:
        return urlunsplit(parts)
    user, at, _ = parts.netloc.rpartition("@")
    # a driver that knows a replica set would go to its members instead of the proxy
    options = [option for option in parts.query.split("&") if option and not option.startswith("replicaSet=")]
    query = "&".join([*options, "directConnection=true"])
    return urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{through}", query=query))


def address() -> tuple[str, int]:
    """Return host and port of that server, for a proxy before it."""
    host, _, port = urlsplit(server()).netloc.rpartition("@")[2].partition(",")[0].partition(":")
    return host, int(port or _USUAL_PORT)


def _port(process: subprocess.Popen[bytes]) -> int | None:
    """The port that the server says it listens on; None where it ends or says nothing."""
    assert process.stdout is not None
    give_up = time.monotonic() + _START_SECONDS
    said = b""
    with selectors.DefaultSelector() as selector, process.stdout as output:
        selector.register(output, selectors.EVENT_READ)
        while selector.select(max(0.0, give_up - time.monotonic())):
            heard = os.read(output.fileno(), 4096)
            if not heard:
                return None
            said += heard
            lines = [line for line in said.split(b"\n")[:-1] if line.startswith(_SAYS)]
            if lines:
                return int(lines[0].removeprefix(_SAYS))
    return None
