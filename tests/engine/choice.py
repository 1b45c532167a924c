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

from confluent_kafka.admin import AdminClient, NewTopic

from shared.messaging.kafka.embedded import EmbeddedBroker, EmbeddedBrokerUnavailable
from tests.engine import containers, documentstore
from tests.engine.jars import EngineMissing, class_path
from tests.engine.kafka import Kafka
from tests.engine.urls import database_url

FORCED_BY: Final = "THROUGHLINE_TEST_ENGINE"
_ADMIN_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Broker:
    """A broker that runs.

    Attributes:
        bootstrap: Kafka bootstrap servers.
        kafka: the local one's process, for tests that stop it.
        embedded: the embedded one itself.
    """

    bootstrap: str
    kafka: Kafka | None = None
    embedded: EmbeddedBroker | None = None


@dataclass
class Engine:
    """A broker and a store, each of which starts when it is first asked for.

    Attributes:
        kind: which of the ways it is.
        open_broker: starts the broker. Raises EngineMissing.
        open_store: returns the URL of a MongoDB without a database, empty where the stores are SQLite files.
        passed_over: per way that was tried before: why not.
    """

    kind: str
    open_broker: Callable[[], Broker]
    open_store: Callable[[], str] = lambda: ""
    passed_over: Mapping[str, str] = field(default_factory=dict[str, str])
    _broker: Broker | None = None
    _mongodb: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def broker(self) -> Broker:
        """The broker. Raises EngineMissing: it did not start."""
        with self._lock:
            if self._broker is None:
                self._broker = self.open_broker()
            return self._broker

    @property
    def bootstrap(self) -> str:
        """Kafka bootstrap servers. Raises EngineMissing."""
        return self.broker.bootstrap

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
        return database_url(self.mongodb, database)

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """Create topics with so many partitions each; they must not be there yet."""
        if self.broker.embedded is not None:
            for topic, partitions in topics.items():
                self.broker.embedded.create_topics([topic], partitions=partitions)
            return
        wanted = [NewTopic(topic, num_partitions=n, replication_factor=1) for topic, n in topics.items()]
        for done in self.admin.create_topics(wanted, operation_timeout=_ADMIN_SECONDS).values():
            done.result(_ADMIN_SECONDS)
        # The controller has them at once, the broker a moment later.
        while not topics.keys() <= self.topics():
            time.sleep(0.02)

    def delete_topics(self, topics: Sequence[str]) -> None:
        """Delete topics of a real broker; the embedded one keeps its own."""
        if not topics or self.broker.embedded is not None:
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

    def describe(self) -> str:
        """Return one line for the summary of the run."""
        passed = "; ".join(f"{name}: {why}" for name, why in self.passed_over.items())
        broker = "not needed" if self._broker is None else self._broker.bootstrap
        store = "not needed" if self._mongodb is None else self._mongodb or "SQLite"
        return f"{self.kind}: broker {broker}, store {store}" + (f" (not used: {passed})" if passed else "")


Way = Callable[[ExitStack, Path], Engine]
"""Makes an engine that ends with the stack, its files in the folder. Raises EngineMissing: it cannot be had here."""


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
        # The engine keeps it: what starts later ends with it too.
        attempt = cleanup.enter_context(ExitStack())
        try:
            engine = way(attempt, folder)
        except EngineMissing as error:
            attempt.close()
            if forced:
                msg = f"{FORCED_BY}={forced} allows nothing else, and {error}"
                raise EngineMissing(msg) from error
            passed_over[name] = str(error)
            continue
        engine.passed_over = passed_over
        return engine
    msg = "no engine can be had: " + "; ".join(f"{name}: {why}" for name, why in passed_over.items())
    raise EngineMissing(msg)


def _containers(cleanup: ExitStack, _folder: Path) -> Engine:
    containers.need_docker()
    return Engine(
        "testcontainers",
        lambda: Broker(containers.start_kafka(cleanup)),
        lambda: containers.start_mongodb(cleanup),
    )


def _environment(_cleanup: ExitStack, _folder: Path) -> Engine:
    missing = [name for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI") if not os.environ.get(name)]
    if missing:
        msg = f"{' and '.join(missing)} not set"
        raise EngineMissing(msg)
    broker, store = Broker(os.environ["KAFKA_BOOTSTRAP_SERVERS"]), os.environ["MONGODB_URI"]
    return Engine("env", lambda: broker, lambda: store)


def _local(cleanup: ExitStack, folder: Path) -> Engine:
    # Nothing can be started later where this fails.
    class_path()

    def broker() -> Broker:
        kafka = Kafka.start(folder / "kafka")
        cleanup.callback(kafka.stop)
        return Broker(kafka.bootstrap, kafka=kafka)

    def store() -> str:
        started = documentstore.start(folder / "documents")
        cleanup.callback(started.stop)
        return started.url

    return Engine("local", broker, store)


def _embedded(cleanup: ExitStack, _folder: Path) -> Engine:
    try:
        embedded = EmbeddedBroker.start()
    except EmbeddedBrokerUnavailable as error:
        raise EngineMissing(str(error)) from error
    cleanup.callback(embedded.stop)
    return Engine("embedded", lambda: Broker(embedded.bootstrap_servers, embedded=embedded))


WAYS: Final[Mapping[str, Way]] = {
    "testcontainers": _containers,
    "env": _environment,
    "local": _local,
    "embedded": _embedded,
}
