"""The four services as processes on a real broker and store, each of which can be killed, suspended, or cut off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.local.deployment import MAINS
from deploy.local.folder import SERVICES
from shared.core.organisation import from_path
from shared.runtime.definition import Definition
from shared.runtime.parse import Raw
from shared.runtime.ports import RandomIds
from shared.store.opening import store_at
from shared.store.port import Store
from shared.testing.checker import Evidence, Request
from shared.testing.checker.collect import evidence_of
from shared.testing.topics import read_everything
from tests.e2e.processes import free_port
from tests.engine.choice import Engine

ORGANISATION: Final = "parcel-retailer"
PARTITIONS: Final = 4
PATIENCE_SECONDS: Final = 90.0
_PAUSE_SECONDS: Final = 0.2
_QUIET_LOOKS: Final = 4
Place = tuple[str, str, int, int]
"""Service, topic, partition, offset."""


def topics() -> list[str]:
    """Return every topic that the services publish on."""
    company = from_path(ORGANISATION)
    return sorted({topic for main in MAINS.values() for topic in main.definition(company).topics})


class Member:
    """One process of one service.

    Attributes:
        log: what it prints.
    """

    def __init__(self, service: str, url: str, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.service = service
        self.url = url
        self.log = log
        self.process = process

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL: a power cut."""
        self.process.kill()
        self.process.wait()

    def suspend(self) -> None:
        """SIGSTOP: it stands still, and the group takes it for dead."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it wakes up and does not know what happened meanwhile."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """Ask it to end; returns the exit code."""
        self.resume()
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def ended(self) -> int:
        """Wait until it has ended by itself; returns the exit code."""
        return self.process.wait(PATIENCE_SECONDS)


@dataclass(frozen=True)
class _Opened:
    """What the checker asks of a service."""

    definition: Definition
    store: Store


class Cluster:
    """The processes of one run; the topics must be there.

    Args:
        store_of: a service's store URL, as the service reaches it.
        direct: the same as the checker reaches it, past what stands in between.
    """

    def __init__(
        self, folder: Path, bootstrap: str, store_of: Callable[[str], str], direct: Callable[[str], str] | None = None
    ) -> None:
        self.bootstrap = bootstrap
        self._folder = folder
        self._store_of = store_of
        self._direct = direct or store_of
        self._ports = {(service, "a"): free_port() for service in SERVICES}
        self.members: dict[tuple[str, str], Member] = {}
        self.logs: list[Path] = []

    def start(self, service: str, instance: str = "a", *, broken: str = "") -> Member:
        """Start a process; it need not serve yet when this returns. `broken`: a way of `broken_service`."""
        port = self._ports.setdefault((service, instance), 0) or free_port()
        self._ports[service, instance] = port
        module = ("tests.chaos.broken_service", broken) if broken else ("deploy.local.cli.main",)
        log = self._folder / f"{len(self.logs):02}-{service}-{instance}.log"
        self.logs.append(log)
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", *module, "serve", service, "--port", str(port)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._environment(service, instance)},
            )
        member = self.members[service, instance] = Member(service, f"http://127.0.0.1:{port}", log, process)
        return member

    def start_all(self) -> None:
        """Start one process of each service and wait until all are ready."""
        for service in SERVICES:
            self.start(service)
        self.wait_ready()

    def _environment(self, service: str, instance: str) -> dict[str, str]:
        sources = {name: f"http://127.0.0.1:{self._ports[name, 'a']}" for name in SERVICES}
        settings = {
            "BROKER": self.bootstrap,
            "STORE": self._store_of(service),
            "ORGANISATION": ORGANISATION,
            "INSTANCE": instance,
            "PARTITIONS": str(PARTITIONS),
            "SOURCES": json.dumps(sources),
        }
        if service == "intake":
            settings["PSEUDONYM_KEY"] = "of this run only"
        return {f"THROUGHLINE_{service.upper()}_{name}": value for name, value in settings.items()}

    def running(self) -> list[Member]:
        """Return the members that have not ended."""
        return [member for member in self.members.values() if member.runs]

    def wait_ready(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when every running member says that it is ready."""
        _until(lambda: all(_asked(member, "readyz") is not None for member in self.running()), seconds, self._told)

    def wait_quiet(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when nothing is left to do anywhere, seen several times in a row."""
        quiet = 0

        def looks() -> bool:
            nonlocal quiet
            left = [_asked(member, "unsettled") for member in self.running()]
            quiet = quiet + 1 if all(one is not None and not any(one.values()) for one in left) else 0
            return quiet >= _QUIET_LOOKS

        _until(looks, seconds, self._told)

    def _told(self) -> str:
        return "; ".join(f"{m.service}: {_asked(m, 'unsettled')}, log {m.log.name}" for m in self.running())

    def register(self, key: str) -> Request:
        """Ask once to register a complaint; what came of it is unknown where no answer comes."""
        complaint = RandomIds().derived(f"intake:{key}")
        url = f"{self.members['intake', 'a'].url}/complaints"
        body = {"channel": "web", "text": "The parcel came late and the box was damaged.", "language": "en"}
        try:
            answer = httpx.post(url, json=body, headers={"Idempotency-Key": key}, timeout=30.0)
        except httpx.HTTPError:
            return Request(f"complaint/{complaint}:{key}", "unknown", complaint)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        assert answer.json()["id"] == complaint
        return Request(f"complaint/{complaint}:{key}", "accepted", complaint)

    async def evidence(
        self,
        journal: Sequence[Request],
        *,
        poison: Iterable[Place] = (),
        planted: Sequence[str] = (),
    ) -> Evidence:
        """Return what the stores and all topics from offset 0 hold, with logs and metrics; nothing should move."""
        company = from_path(ORGANISATION)
        opened = [_Opened(main.definition(company), store_at(self._direct(name))) for name, main in MAINS.items()]
        outputs = {log.name: log.read_text(encoding="utf-8", errors="replace") for log in self.logs}
        outputs |= {f"{member.service}'s metrics": _text(member, "metrics") for member in self.running()}
        try:
            for service in opened:
                await service.store.open()
            return await evidence_of(
                opened,
                journal,
                await self.observed(),
                now=datetime.now(UTC),
                poison=poison,
                planted=planted,
                outputs=outputs,
            )
        finally:
            for service in opened:
                await service.store.close()

    async def observed(self) -> list[Raw]:
        """Return every record of every topic, from offset 0."""
        return await read_everything(self.bootstrap, topics())

    def stop(self) -> None:
        """End every process, gently where it can."""
        for member in self.running():
            member.resume()
            member.process.terminate()
        for member in self.members.values():
            try:
                member.process.wait(20.0)
            except subprocess.TimeoutExpired:
                member.kill()


@contextmanager
def on(engine: Engine, folder: Path) -> Iterator[Cluster]:
    """Run a cluster on an engine that has none of Throughline's topics; its databases are its own."""
    names = topics()
    engine.create_topics(dict.fromkeys(names, PARTITIONS))
    run = f"run{uuid.uuid4().hex[:8]}"
    cluster = Cluster(folder, engine.bootstrap, lambda service: engine.store_url(f"{run}_{service}", folder))
    try:
        yield cluster
    finally:
        cluster.stop()
        engine.delete_topics(names)


def _asked(member: Member, path: str) -> dict[str, Any] | None:
    """Return what a member answers; None where it does not, or says no."""
    try:
        answer = httpx.get(f"{member.url}/{path}", timeout=5.0)
    except httpx.HTTPError:
        return None
    found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return found if answer.status_code == 200 else None


def _text(member: Member, path: str) -> str:
    return httpx.get(f"{member.url}/{path}", timeout=10.0).text


def _until(condition: Callable[[], bool], seconds: float, told: Callable[[], str]) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"waited {seconds:.0f} s in vain: {told()}"
        time.sleep(_PAUSE_SECONDS)
