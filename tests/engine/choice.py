"""Which broker and store the tests meet: the best that there is here, or the one that was asked for.

In this order: containers, what the environment names, processes of our own, the embedded ones. With
``THROUGHLINE_TEST_ENGINE`` set to one of their names that one is used or the tests that need it fail.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from confluent_kafka.admin import AdminClient, NewTopic

from shared.messaging.embedded import EmbeddedBroker, EmbeddedBrokerUnavailable
from tests.engine import containers, documentstore
from tests.engine.jars import EngineMissing
from tests.engine.kafka import Kafka

FORCED_BY: Final = "THROUGHLINE_TEST_ENGINE"
_ADMIN_SECONDS: Final = 30.0


@dataclass
class Engine:
    """A broker that runs, and a store that starts when it is first asked for.

    Attributes:
        kind: which of the ways it is.
        bootstrap: Kafka bootstrap servers.
        open_store: returns the URL of a MongoDB without a database, empty where the stores are SQLite files.
        passed_over: per way that was tried before: why not.
        kafka: the local broker's process, for tests that stop it.
    """

    kind: str
    bootstrap: str
    open_store: Callable[[], str] = lambda: ""
    passed_over: Mapping[str, str] = field(default_factory=dict[str, str])
    kafka: Kafka | None = None
    embedded: EmbeddedBroker | None = None
    _mongodb: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def mongodb(self) -> str:
        """The URL of the MongoDB, empty where there is none. Raises EngineMissing."""
        with self._lock:
            if self._mongodb is None:
                self._mongodb = self.open_store()
            return self._mongodb

    def store_url(self, database: str, folder: Path) -> str:
        """Return the URL of a service's store; a file in the folder where there is no MongoDB."""
        if not self.mongodb:
            return f"sqlite:///{folder / database}.sqlite3"
        parts = urlsplit(self.mongodb)
        return urlunsplit(parts._replace(path=f"/{database}"))

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """Create topics with so many partitions each; they must not be there yet."""
        if self.embedded is not None:
            for topic, partitions in topics.items():
                self.embedded.create_topics([topic], partitions=partitions)
            return
        wanted = [NewTopic(topic, num_partitions=n, replication_factor=1) for topic, n in topics.items()]
        for done in self.admin.create_topics(wanted, operation_timeout=_ADMIN_SECONDS).values():
            done.result(_ADMIN_SECONDS)
        # The controller has them at once, the broker a moment later.
        while not topics.keys() <= self.topics():
            time.sleep(0.02)

    def delete_topics(self, topics: Sequence[str]) -> None:
        """Delete topics of a real broker; the embedded one keeps its own."""
        if self.embedded is not None or not topics:
            return
        for done in self.admin.delete_topics(list(topics), operation_timeout=_ADMIN_SECONDS).values():
            done.result(_ADMIN_SECONDS)
        while self.topics() & set(topics):
            time.sleep(0.02)

    def topics(self) -> set[str]:
        """Return the names of the topics that a real broker has now."""
        return set(self.admin.list_topics(timeout=_ADMIN_SECONDS).topics)

    @cached_property
    def admin(self) -> AdminClient:
        """A client for asking the broker about itself; kept, as its answers go with it."""
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def said(self) -> str:
        """Return one line for the summary of the run."""
        passed = "; ".join(f"{name}: {why}" for name, why in self.passed_over.items())
        store = "not needed" if self._mongodb is None else self._mongodb or "SQLite"
        return f"{self.kind}: broker {self.bootstrap}, store {store}" + (f" (not used: {passed})" if passed else "")


Way = Callable[[ExitStack, Path], Engine]
"""Starts an engine that ends with the stack, its files in the folder. Raises EngineMissing."""


def choose(ways: Mapping[str, Way], forced: str, cleanup: ExitStack, folder: Path) -> Engine:
    """Return the first engine that can be had, or the forced one.

    Raises:
        EngineMissing: the forced one cannot be had, or none can; the message says why.
    """
    if forced and forced not in ways:
        msg = f"{FORCED_BY}={forced} is none of {', '.join(ways)}"
        raise EngineMissing(msg)
    passed_over: dict[str, str] = {}
    for name, way in ways.items():
        if forced and name != forced:
            continue
        with ExitStack() as attempt:
            try:
                engine = way(attempt, folder)
            except EngineMissing as error:
                if forced:
                    msg = f"{FORCED_BY}={forced} allows nothing else, and {error}"
                    raise EngineMissing(msg) from error
                passed_over[name] = str(error)
                continue
            cleanup.push(attempt.pop_all())
        engine.passed_over = passed_over
        return engine
    msg = "no engine can be had: " + "; ".join(f"{name}: {why}" for name, why in passed_over.items())
    raise EngineMissing(msg)


def _containers(cleanup: ExitStack, _folder: Path) -> Engine:
    containers.need_docker()
    return Engine("testcontainers", containers.start_kafka(cleanup), lambda: containers.start_mongodb(cleanup))


def _environment(_cleanup: ExitStack, _folder: Path) -> Engine:
    missing = [name for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI") if not os.environ.get(name)]
    if missing:
        msg = f"{' and '.join(missing)} not set"
        raise EngineMissing(msg)
    return Engine("env", os.environ["KAFKA_BOOTSTRAP_SERVERS"], lambda: os.environ["MONGODB_URI"])


def _local(cleanup: ExitStack, folder: Path) -> Engine:
    kafka = Kafka.start(folder / "kafka")
    cleanup.callback(kafka.stop)

    return Engine("local", kafka.bootstrap, lambda: documentstore.shared().url, kafka=kafka)


def _embedded(cleanup: ExitStack, _folder: Path) -> Engine:
    try:
        broker = EmbeddedBroker.start()
    except EmbeddedBrokerUnavailable as error:
        raise EngineMissing(str(error)) from error
    cleanup.callback(broker.stop)
    return Engine("embedded", broker.bootstrap_servers, embedded=broker)


WAYS: Final[Mapping[str, Way]] = {
    "testcontainers": _containers,
    "env": _environment,
    "local": _local,
    "embedded": _embedded,
}
