"""The embedded Kafka broker: librdkafka's in-process cluster, real Kafka protocol on loopback, memory only.

The library is the one bundled in the confluent-kafka wheel, called through ctypes; nothing else is installed or
started. It keeps `KEPT_BYTES_PER_PARTITION` of each partition and silently drops the oldest beyond that
(librdkafka 2.x, `rdkafka_mock.c`, partition init), which is why `shared.messaging.kafka.holdback` exists.
Its second limit, 100,000 record batches per partition, cannot be reached first: no record batch is under 62 bytes.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

import confluent_kafka  # pyright: ignore[reportMissingTypeStubs]
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

KEPT_BYTES_PER_PARTITION: Final = 5 * 1024 * 1024
API_PRODUCE: Final = 0
API_FETCH: Final = 1
API_METADATA: Final = 3
API_OFFSET_COMMIT: Final = 8
API_OFFSET_FETCH: Final = 9

_ADVICE: Final = "set the Kafka bootstrap servers to a real broker instead"
_SELF_TEST_TOPIC: Final = "throughline.self-test"
_ONLY_BROKER: Final = 1
_PRODUCER_HANDLE: Final = 0
_CONF_OK: Final = 0
_BETWEEN_COMMANDS_SECONDS: Final = 0.001

_POINTER: Final = ctypes.c_void_p
_SIGNATURES: Final[dict[str, tuple[object, list[object]]]] = {
    "rd_kafka_conf_new": (_POINTER, []),
    "rd_kafka_conf_set": (
        ctypes.c_int,
        [_POINTER, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t],
    ),
    "rd_kafka_new": (_POINTER, [ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_size_t]),
    "rd_kafka_destroy": (None, [_POINTER]),
    "rd_kafka_mock_cluster_new": (_POINTER, [_POINTER, ctypes.c_int]),
    "rd_kafka_mock_cluster_destroy": (None, [_POINTER]),
    "rd_kafka_mock_cluster_bootstraps": (ctypes.c_char_p, [_POINTER]),
    "rd_kafka_mock_topic_create": (ctypes.c_int, [_POINTER, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]),
    "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [_POINTER, ctypes.c_int32]),
    "rd_kafka_mock_push_request_errors_array": (
        None,
        [_POINTER, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int)],
    ),
    "rd_kafka_mock_broker_set_down": (ctypes.c_int, [_POINTER, ctypes.c_int32]),
    "rd_kafka_mock_broker_set_up": (ctypes.c_int, [_POINTER, ctypes.c_int32]),
    "rd_kafka_mock_broker_set_rtt": (ctypes.c_int, [_POINTER, ctypes.c_int32, ctypes.c_int]),
}


class EmbeddedBrokerUnavailable(RuntimeError):
    """The embedded broker cannot run here; the message says why and what to do instead."""


def find_library(package: Path = Path(confluent_kafka.__file__).parent) -> Path:
    """Return the path of librdkafka inside the installed confluent-kafka package.

    Raises:
        EmbeddedBrokerUnavailable: the installed package has no such library (another platform, perhaps).
    """
    # Where the wheel repair tools of Linux, macOS and Windows put a bundled library.
    folders = (package.parent / "confluent_kafka.libs", package / ".dylibs", package.parent / ".dylibs", package)
    for folder in folders:
        for pattern in ("librdkafka-*.so*", "librdkafka*.so*", "librdkafka*.dylib", "librdkafka*.dll"):
            found = sorted(folder.glob(pattern))
            if found:
                return found[0]
    message = f"the confluent-kafka package on this machine has no librdkafka bundled (looked in {package}); {_ADVICE}"
    raise EmbeddedBrokerUnavailable(message)


def _refused(what: str, reason: str) -> EmbeddedBrokerUnavailable:
    return EmbeddedBrokerUnavailable(f"librdkafka refused {what} ({reason}); {_ADVICE}")


def _load(path: Path) -> ctypes.CDLL:
    try:
        if os.name == "nt":  # pragma: no cover - Windows resolves the DLL's own dependencies only from listed folders
            os.add_dll_directory(str(path.parent))  # type: ignore[attr-defined,unused-ignore]
        library = ctypes.CDLL(str(path))
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        message = f"librdkafka in {path.name} has no embedded cluster that can be used ({error}); {_ADVICE}"
        raise EmbeddedBrokerUnavailable(message) from error
    return library


def _let_it_poll() -> None:
    """Give the cluster's thread a moment before the next command.

    A command that reaches it right after it answered one, before it polls again, waits until that poll ends: a second.
    """
    time.sleep(_BETWEEN_COMMANDS_SECONDS)


class EmbeddedBroker:
    """One Kafka broker on a free loopback port, until `stop()`. Also a context manager.

    It forgets everything when it stops: publishers must be able to publish again from their own stores.
    The fault switches (`fail_next`, `set_down`, `set_rtt`) are there for tests.
    """

    def __init__(self) -> None:
        self._library = _load(find_library())
        self._handle: int | None = None
        self._cluster: int | None = None
        self._topics: dict[str, int] = {}
        self.bootstrap_servers = ""

    @classmethod
    def start(cls, topics: Iterable[str] = (), *, partitions: int = 4) -> Self:
        """Start a broker that has these topics, each with this many partitions.

        Raises:
            EmbeddedBrokerUnavailable: no library, or the library refused.
        """
        broker = cls()
        broker._open()
        broker.create_topics(topics, partitions=partitions)
        return broker

    def _open(self) -> None:
        library, reason = self._library, ctypes.create_string_buffer(512)
        configuration = library.rd_kafka_conf_new()
        # Only what stops the library itself is worth a line: it would complain that it has no bootstrap.servers.
        if library.rd_kafka_conf_set(configuration, b"log_level", b"2", reason, len(reason)) != _CONF_OK:
            raise _refused("its settings", reason.value.decode())
        self._handle = library.rd_kafka_new(_PRODUCER_HANDLE, configuration, reason, len(reason))
        if not self._handle:
            raise _refused("to start", reason.value.decode())
        self._cluster = library.rd_kafka_mock_cluster_new(self._handle, _ONLY_BROKER)
        if not self._cluster:
            self.stop()
            raise _refused("to open its embedded cluster", "no reason given")
        library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.bootstrap_servers = library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def create_topics(self, topics: Iterable[str], *, partitions: int = 4) -> None:
        """Create each topic that is not there yet.

        Raises:
            ValueError: a topic is there with another number of partitions.
            EmbeddedBrokerUnavailable: the library refused.
        """
        for topic in topics:
            known = self._topics.get(topic)
            if known == partitions:
                continue
            if known is not None:
                message = f"topic {topic} has {known} partitions, not {partitions}"
                raise ValueError(message)
            error = self._command("rd_kafka_mock_topic_create", topic.encode(), partitions, _ONLY_BROKER)
            if error:
                raise _refused(f"topic {topic}", f"error {error}")
            self._topics[topic] = partitions

    def _command(self, name: str, *arguments: object) -> int | None:
        """Call a function of the cluster; returns its answer."""
        if self._cluster is None:
            message = "the embedded broker is stopped; start a new one"
            raise EmbeddedBrokerUnavailable(message)
        _let_it_poll()
        answer: int | None = getattr(self._library, name)(self._cluster, *arguments)
        return answer

    def stop(self) -> None:
        """Close every connection and forget everything; idempotent."""
        cluster, self._cluster = self._cluster, None
        handle, self._handle = self._handle, None
        if cluster:
            _let_it_poll()
            self._library.rd_kafka_mock_cluster_destroy(cluster)
        if handle:
            self._library.rd_kafka_destroy(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fail_next(self, api_key: int, *error_codes: int) -> None:
        """Answer the next requests of one kind with these Kafka error codes, one each, in order."""
        codes = (ctypes.c_int * len(error_codes))(*error_codes)
        self._command("rd_kafka_mock_push_request_errors_array", api_key, len(error_codes), codes)

    def set_down(self, down: bool) -> None:  # noqa: FBT001 - a switch has two positions
        """Take the broker off the network (it keeps its data), or bring it back."""
        self._command("rd_kafka_mock_broker_set_down" if down else "rd_kafka_mock_broker_set_up", _ONLY_BROKER)

    def set_rtt(self, milliseconds: int) -> None:
        """Delay every answer by this round-trip time."""
        self._command("rd_kafka_mock_broker_set_rtt", _ONLY_BROKER, milliseconds)

    async def self_test(self, *, timeout_s: float = 5.0) -> None:
        """Produce and consume one record over loopback.

        Raises:
            EmbeddedBrokerUnavailable: that did not work within `timeout_s` seconds.
        """
        self.create_topics([_SELF_TEST_TOPIC], partitions=1)
        try:
            async with asyncio.timeout(timeout_s):
                await self._round_trip()
        except (TimeoutError, KafkaError, OSError) as error:
            message = f"the embedded broker on {self.bootstrap_servers} does not answer ({error!r}); {_ADVICE}"
            raise EmbeddedBrokerUnavailable(message) from error

    async def _round_trip(self) -> None:
        sent = os.urandom(16)
        producer: Any = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers, acks="all", enable_idempotence=True)
        consumer: Any = AIOKafkaConsumer(
            _SELF_TEST_TOPIC,
            bootstrap_servers=self.bootstrap_servers,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
        )
        try:
            await producer.start()
            await consumer.start()
            await producer.send_and_wait(_SELF_TEST_TOPIC, sent)
            async for record in consumer:
                if record.value == sent:
                    return
        finally:
            await consumer.stop()
            await producer.stop()
