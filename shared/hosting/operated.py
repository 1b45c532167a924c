"""What the routes for operators need of a service."""

from __future__ import annotations

from typing import Protocol

from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import Engine
from shared.eventsourcing.ports import Clock
from shared.eventsourcing.timers import Timers
from shared.hosting.settings import ServiceSettings
from shared.messaging.antientropy import AntiEntropy
from shared.messaging.kafka.connector import KafkaConnector
from shared.messaging.parking import Parking
from shared.messaging.parse import Reader
from shared.messaging.processor import Processor
from shared.messaging.relay import Relay
from shared.messaging.replay import Replay
from shared.messaging.sources import StoreSource
from shared.store.port import Store


class Operated(Protocol):
    """The parts of a running service; `shared.hosting.service.Service` is one."""

    definition: Definition
    settings: ServiceSettings
    store: Store
    clock: Clock
    connector: KafkaConnector
    engine: Engine
    relay: Relay
    timers: Timers
    reader: Reader
    processor: Processor
    parking: Parking
    antientropy: AntiEntropy
    replay: Replay
    source: StoreSource

    async def pending(self) -> dict[str, int]:
        """Return what is still to be done, by kind."""
        ...

    async def not_ready(self) -> dict[str, str]:
        """Return what the service lacks to work, and why; empty when it is ready."""
        ...
