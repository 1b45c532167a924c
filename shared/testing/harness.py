"""One real service on a stage: its HTTP edge, its store, a broker of its own; the neighbours are played.

What a neighbour says goes out as the neighbour would publish it: the real event, the envelope, a dense sequence per
stream and topic. What the service says is read back from the topics, from offset 0, as any outsider would read it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final, Self

import httpx

from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.eventsourcing.catalogue import Catalogue
from shared.eventsourcing.ports import Clock, SystemClock
from shared.hosting.idle import Pending, wait_until_idle
from shared.hosting.service import Service
from shared.messaging.kafka.embedded import EmbeddedBroker
from shared.messaging.kafka.producer import Producer
from shared.messaging.outgoing import OutgoingRecord
from shared.messaging.parse import Raw
from shared.testing.topics import read_everything

Create = Callable[[str, Path, Clock], Service]
"""Makes the service under test from bootstrap servers, its data folder and the clock."""

_PATIENCE_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Published:
    """A record as an outsider reads it; `key` is the record's own, `raw` its bytes."""

    topic: str
    partition: int
    key: str
    envelope: Envelope
    event: Event
    raw: Raw

    @property
    def name(self) -> str:
        """The event's name, e.g. ``ComplaintRegistered``."""
        return type(self.event).__name__


def creating(main: ModuleType, organisation: str = "parcel-retailer") -> Create:
    """Return how to make the service of a ``services.<name>.main``; it has no sources, the stage is its only world."""

    def create(broker: str, folder: Path, clock: Clock) -> Service:
        settings = main.Settings(
            broker=broker,
            store=f"sqlite:///{folder / main.__name__}.sqlite3",
            organisation=organisation,
            partitions=topics.PARTITIONS_EMBEDDED,
            embedded=True,
        )
        service: Service = main.create(settings, clock=clock)
        return service

    return create


class Stage:
    """A running service and its played neighbours. Use `staged`.

    Attributes:
        sent: every record that neighbours published, in order; it outlives a restart, as their logs would.
        http: the service's HTTP edge.
    """

    def __init__(self, create: Create, folder: Path, clock: Clock) -> None:
        self._create = create
        self._folder = folder
        self.clock = clock
        self.sent: list[OutgoingRecord] = []
        self._sequences: dict[tuple[str, str], int] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the service with a broker that remembers nothing; returns when it is ready."""
        self.broker = EmbeddedBroker.start()
        self.service = self._create(self.broker.bootstrap_servers, self._folder, self.clock)
        everywhere = sorted({*self.service.definition.sources, *self.service.definition.topics})
        self.broker.create_topics(everywhere, partitions=topics.PARTITIONS_EMBEDDED)
        self._neighbours = Producer(
            self.broker.bootstrap_servers, dict.fromkeys(everywhere, topics.PARTITIONS_EMBEDDED), client_id="neighbours"
        )
        await self._neighbours.start()
        await self.service.start()
        transport = httpx.ASGITransport(app=self.service.app)
        self.http = httpx.AsyncClient(transport=transport, base_url=f"http://{self.service.definition.name}")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while await self.service.not_ready():  # noqa: ASYNC110 - readiness is asked for, as by any outsider
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Stop the service, then the broker, which forgets everything."""
        await self.http.aclose()
        await self.service.stop()
        await self._neighbours.stop()
        self.broker.stop()

    async def restart(self) -> None:
        """Stop, and start on the same store with an empty broker."""
        await self.stop()
        await self.start()

    async def send(self, about: str, *events: Event, cause: str = "command:of-the-test") -> None:
        """Let neighbours publish events about a complaint, each on its owner's topic, and wait for the broker's ack."""
        await self.publish([self.record(about, event, cause=cause) for event in events])

    def record(self, about: str, event: Event, *, cause: str = "command:of-the-test") -> OutgoingRecord:
        """Return an event as its owner would publish it next; one after the other makes a dense sequence."""
        topic, stream = event.stream.topic, event.stream.name(about)
        seq = self._sequences[stream, topic] = self._sequences.get((stream, topic), 0) + 1
        envelope = Envelope(
            id=f"{stream}:{seq}",
            source=f"/{event.stream.service}",
            type=event.type_name(),
            time=event.at.isoformat(),
            subject=about,
            sequence=seq,
            causation=cause,
            correlation=about,
        )
        millis = int(event.at.timestamp() * 1000)
        return OutgoingRecord(topic, about.encode(), event.model_dump_json().encode(), envelope.headers(), millis)

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Send records as they are; they count as sent."""
        self.sent += records
        await self._send(records)

    async def send_again(self) -> None:
        """Redeliver everything the neighbours ever sent, in order, byte for byte."""
        await self._send(self.sent)

    async def _send(self, records: Sequence[OutgoingRecord]) -> None:
        if not all(await self._neighbours.publish(records)):
            raise AssertionError(self._neighbours.last_error)

    async def wait_until_idle(self) -> None:
        """Return when the service has nothing left to do. Raises NotIdle."""

        async def look() -> Pending:
            return {self.service.definition.name: await self.service.pending()}

        await wait_until_idle(look, within_seconds=_PATIENCE_SECONDS)

    async def published(self, about: str = "") -> list[Published]:
        """Wait until idle; return what the service published since the broker began, by topic, partition and offset.

        Args:
            about: only records under this key.
        """
        await self.wait_until_idle()
        records = await read_everything(self.broker.bootstrap_servers, self.service.definition.topics)
        catalogue = self.service.definition.catalogue
        found = [_published(raw, catalogue) for raw in records]
        found.sort(key=lambda one: (one.topic, one.partition, one.raw.offset))
        return [one for one in found if about in ("", one.key)]

    async def commits(self) -> int:
        """Return the log position of the service's store: unchanged means that nothing was decided."""
        return await self.service.store.position()

    async def digest(self) -> str:
        """Return a digest of every commit in the store: equal means that nothing changed."""
        digest, at = hashlib.sha256(), 0
        while page := await self.service.store.log(after=at):
            for at, commit in page:  # noqa: B007 - the last position is where the next page begins
                digest.update(repr(commit).encode())
        return digest.hexdigest()


def _published(raw: Raw, catalogue: Catalogue) -> Published:
    envelope = Envelope.parse(raw.headers)
    event = catalogue.read(envelope.type, raw.value)
    return Published(raw.topic, raw.partition, raw.key.decode(), envelope, event, raw)


@contextlib.asynccontextmanager
async def staged(main: ModuleType, folder: Path, clock: Clock | None = None) -> AsyncGenerator[Stage]:
    """Run the service of a ``services.<name>.main`` in a folder while the context lasts."""
    async with Stage(creating(main), folder, clock or SystemClock()) as stage:
        yield stage
