"""The services as processes of their own, by `throughline serve`: each can be killed, suspended, and started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx

from services import NAMES
from shared.contracts.topics import PARTITIONS
from shared.hosting.idle import Pending, wait_until_idle
from tests.e2e.processes import free_port, until

ORGANISATION: Final = "parcel-retailer"
_LOOK_SECONDS: Final = 0.1
_GOODBYE_SECONDS: Final = 60.0
_IDLE_LOOKS: Final = 4


class Served:
    """One process of one service; what it prints goes to `log`."""

    def __init__(self, service: str, port: int, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.service = service
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self.process = process
        # One client for all questions: making one costs more than an answer.
        self.http = httpx.Client(base_url=self.url, timeout=60.0)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    @property
    def output(self) -> str:
        """What it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def ask(self, path: str) -> dict[str, Any] | None:
        """Return what it answers; None where it does not, or says no."""
        try:
            answer = self.http.get(path)
        except httpx.HTTPError:
            return None
        found: dict[str, Any] | None = answer.json() if answer.status_code == httpx.codes.OK else None
        return found

    def wait_ready(self) -> None:
        """Return when it says that it is ready."""

        def ready() -> bool:
            time.sleep(_LOOK_SECONDS)
            assert self.runs, self.output
            return self.ask("/readyz") is not None

        until(ready)

    def counted(self) -> int:
        """How many complaints it knows of."""
        time.sleep(_LOOK_SECONDS)
        counts = self.ask("/counts") or {}
        return sum(number for number in counts.values() if isinstance(number, int))

    def kill(self) -> None:
        """SIGKILL: a power cut."""
        self.process.kill()
        self.process.wait()

    def suspend(self) -> None:
        """SIGSTOP: it stands still, and its group takes it for dead."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it wakes up and does not know what happened meanwhile."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """Ask it to end; returns the exit code."""
        self.process.terminate()
        return self.ended()

    def ended(self) -> int:
        """Wait until it has ended; returns the exit code."""
        return self.process.wait(_GOODBYE_SECONDS)


class Site:
    """All four services on one broker; one of them may have several instances, which share its store.

    Args:
        store_of: a service's store URL.
        organisation: packaged name or path.

    Attributes:
        members: by service and instance, the newest process of each.
        logs: of all processes that there were.
    """

    def __init__(
        self,
        folder: Path,
        bootstrap: str,
        store_of: Callable[[str], str],
        *,
        partitions: int = PARTITIONS,
        organisation: str = ORGANISATION,
    ) -> None:
        self.organisation = organisation
        self.folder = folder
        self.bootstrap = bootstrap
        self._store_of = store_of
        self._partitions = partitions
        self._ports = {(service, "a"): free_port() for service in NAMES}
        self.members: dict[tuple[str, str], Served] = {}
        self.logs: list[Path] = []

    def start(self, service: str, instance: str = "a", *, broken: str = "") -> Served:
        """Start a process; it need not serve yet when this returns. The others ask instance `a`.

        Args:
            broken: a way of `tests.chaos.broken_service`.
        """
        port = self._ports.setdefault((service, instance), 0) or free_port()
        self._ports[service, instance] = port
        module = ("tests.chaos.broken_service", broken) if broken else ("throughline.cli.main",)
        log = self.folder / f"{len(self.logs):02}-{service}-{instance}.log"
        self.logs.append(log)
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", *module, "serve", service, "--port", str(port)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._environment(service, instance)},
            )
        if (before := self.members.get((service, instance))) is not None:
            before.http.close()
        served = self.members[service, instance] = Served(service, port, log, process)
        return served

    def _environment(self, service: str, instance: str) -> dict[str, str]:
        sources = {name: f"http://127.0.0.1:{self._ports[name, 'a']}" for name in NAMES}
        settings = {
            "BROKER": self.bootstrap,
            "STORE": self._store_of(service),
            "ORGANISATION": self.organisation,
            "INSTANCE": instance,
            "PARTITIONS": str(self._partitions),
            "SOURCES": json.dumps(sources),
        }
        if service == "intake":
            settings["PSEUDONYM_KEY"] = "of this run only"
        return {f"THROUGHLINE_{service.upper()}_{name}": value for name, value in settings.items()}

    def environment(self) -> dict[str, str]:
        """Return the settings of all four services, as a command finds them that looks at stores and broker itself."""
        return {name: value for service in NAMES for name, value in self._environment(service, "a").items()}

    def running(self) -> list[Served]:
        """Return the members that have not ended."""
        return [member for member in self.members.values() if member.runs]

    def wait_ready(self) -> None:
        """Return when every running member says that it is ready."""
        for member in self.running():
            member.wait_ready()

    async def wait_until_idle(self, seconds: float = _GOODBYE_SECONDS) -> None:
        """Return when nothing is left to do anywhere. Raises NotIdle."""

        def look() -> Pending:
            found = {member.log.name: member.ask("/unsettled") for member in self.running()}
            return {name: {"no answer": 1} if one is None else one for name, one in found.items()}

        await wait_until_idle(
            lambda: asyncio.to_thread(look), within_seconds=seconds, pause_seconds=_LOOK_SECONDS, looks=_IDLE_LOOKS
        )

    def close(self) -> None:
        """End every process, gently where it can."""
        for member in self.running():
            member.resume()
            member.process.terminate()
        for member in self.members.values():
            try:
                member.process.wait(_GOODBYE_SECONDS)
            except subprocess.TimeoutExpired:
                member.kill()
            member.http.close()
