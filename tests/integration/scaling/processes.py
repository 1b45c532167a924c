"""Services as processes of their own, by `throughline serve`, on a real Kafka and shared stores."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import OffsetSpec

from deploy.local.folder import SERVICES
from shared.contracts.topics import read_by
from tests.e2e.processes import COMMAND, free_port, until
from tests.engine.choice import Engine

PAST = {"channel": "import", "text": "The box was damaged.", "language": "en", "historic": True}
_LOOK_SECONDS = 0.1


class Served:
    """One `throughline serve` process; its output goes to files."""

    def __init__(self, service: str, port: int, environment: Mapping[str, str], logs: Path) -> None:
        self.service = service
        # One client for all questions: making one costs more than an answer.
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60.0)
        self.log = logs / f"{service}-{port}-{time.monotonic_ns()}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*COMMAND, "serve", service, "--port", str(port), "--json"],
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
            )

    def wait_ready(self) -> None:
        until(lambda: self._answers("/readyz"))

    def _answers(self, path: str) -> bool:
        time.sleep(_LOOK_SECONDS)
        assert self.process.poll() is None, self.said
        try:
            return self.http.get(path).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60.0)

    def counted(self) -> int:
        """How many complaints it knows of."""
        time.sleep(_LOOK_SECONDS)
        counts: dict[str, Any] = self.http.get("/counts").json()
        return sum(number for number in counts.values() if isinstance(number, int))

    def register(self, first: int, count: int) -> list[str]:
        """Let intake register so many complaints of the past; returns their keys."""
        keys = [f"{n}" for n in range(first, first + count)]
        items = [{"idempotency_key": key, "complaint": PAST} for key in keys]
        answer = self.http.post("/complaints/bulk", json=items)
        assert answer.is_success, answer.text
        return keys

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


class Site:
    """All four services on one broker; one of them may have several instances, which share its store."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.ports = {name: free_port() for name in SERVICES}
        self.running: list[Served] = []

    def store_url(self, service: str) -> str:
        return f"sqlite:///{self.folder / service}.sqlite3"

    def start(self, service: str, instance: str = "0", port: int = 0) -> Served:
        """Start one instance; the first of a service is the one that others ask."""
        prefix = f"THROUGHLINE_{service.upper()}_"
        settings = {
            "BROKER": self.engine.bootstrap,
            "STORE": self.store_url(service),
            "ORGANISATION": "parcel-retailer",
            "INSTANCE": instance,
            "SOURCES": json.dumps({name: f"http://127.0.0.1:{at}" for name, at in self.ports.items()}),
        }
        environment = {f"{prefix}{name}": value for name, value in settings.items()}
        served = Served(service, port or self.ports[service], environment, self.folder)
        self.running.append(served)
        return served

    def close(self) -> None:
        for served in self.running:
            served.http.close()
            if served.process.poll() is None:
                served.kill()

    def settled(self, *services: Served) -> bool:
        time.sleep(_LOOK_SECONDS)
        looks = [one.http.get("/unsettled").json() for one in services]
        return not any(number for look in looks for number in look.values())

    def lag(self, service: str) -> int:
        """How many records of its topics the group of a service has not committed yet."""
        admin = self.engine.admin
        (answer,) = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(service)]).values()
        committed = {(at.topic, at.partition): at.offset for at in answer.result(30).topic_partitions}
        ends = self._ends(read_by(service))
        return sum(end - max(0, committed.get(at, 0)) for at, end in ends.items())

    def _ends(self, topics: tuple[str, ...]) -> dict[tuple[str, int], int]:
        admin = self.engine.admin
        there = admin.list_topics(timeout=30).topics
        asked = {TopicPartition(name, at): OffsetSpec.latest() for name in topics for at in there[name].partitions}
        return {(at.topic, at.partition): done.result(30).offset for at, done in admin.list_offsets(asked).items()}

    def assignments(self, service: str) -> dict[str, set[int]]:
        """Which partitions each named member of a service's group has."""
        time.sleep(_LOOK_SECONDS)
        group = self.engine.admin.describe_consumer_groups([service])[service].result(30)
        return {
            str(member.group_instance_id): {at.partition for at in member.assignment.topic_partitions}
            for member in group.members
        }
