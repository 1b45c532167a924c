"""One call makes a service: its HTTP edge, its Kafka edge, its clocks, its health, and a graceful stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

import httpx
from fastapi import APIRouter, FastAPI

from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.ports import Clock, Ids, RandomIds, SystemClock
from shared.eventsourcing.timers import Timers
from shared.hosting.ops import operations
from shared.hosting.settings import ServiceSettings
from shared.messaging.antientropy import AntiEntropy
from shared.messaging.kafka.connector import KafkaConnector
from shared.messaging.parking import Parking
from shared.messaging.parse import Reader
from shared.messaging.processor import Processor
from shared.messaging.relay import Relay
from shared.messaging.replay import Replay
from shared.messaging.sources import HttpSource, StoreSource, by_topic
from shared.store.port import Store, StoreUnavailable
from shared.web import problems
from shared.web.limits import Limits

REPUBLISHED_COMMITS: Final = 1_000
"""How much of its log a service publishes again, for subscribers, when the broker started with an empty memory.

Other services find what they lack by comparing with the log, whatever its length.
"""
_RESTART_SECONDS: Final = 1.0
_CONNECTING_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 3.0
"""A broker that takes longer than this to answer counts as away."""
_HANGS_SECONDS: Final = 90.0
"""A batch waits a minute for an outage to end and is then handed back; after longer than this, the consumer hangs."""
log = logging.getLogger(__name__)

Routes = Callable[["Service"], Sequence[APIRouter]]


class Closable(Protocol):
    """Something that a service keeps beside its store; it opens when it is used."""

    async def close(self) -> None:
        """Release everything; idempotent."""
        ...


class Service:
    """A running service. `app` is its HTTP edge; `start` and `stop` are also the app's lifespan."""

    def __init__(
        self,
        definition: Definition,
        settings: ServiceSettings,
        store: Store,
        routes: Routes,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        beside: Sequence[Closable] = (),
    ) -> None:
        self.definition = definition
        self.settings = settings
        self.store = store
        self.clock = clock or SystemClock()
        self.ids = ids or RandomIds()
        # Plain HTTP needs no certificates, and loading the machine's takes longer than the rest of a start.
        encrypted = any(url.startswith("https:") for url in settings.sources.values())
        self._client = httpx.AsyncClient(timeout=10.0, verify=encrypted)
        services = {name: HttpSource(self._client, url) for name, url in settings.sources.items()}
        sources = by_topic(definition.sources, services)
        source = f"/{definition.name}"
        self.connector = KafkaConnector(definition, settings)
        self.engine = Engine(definition, store, self.clock, self._saved)
        self.relay = Relay(source, store, self.connector, self.clock, repair=self.engine.refresh)
        self.timers = Timers(definition, self.engine, store, self.clock)
        self.reader = Reader(definition)
        self.processor = Processor(self.reader, self.engine, store, self.clock, sources)
        self.parking = Parking(self.reader, self.engine, self.processor, store, self.clock)
        self.antientropy = AntiEntropy(definition, self.reader, self.processor, store, self.clock, sources)
        self.replay = Replay(definition, self.reader, self.processor, self.clock, sources)
        self.source = StoreSource(source, store)
        self.execute = Executor(self.engine, self.ids)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._beside = beside
        self._broken: dict[str, str] = {}
        self._store_trouble = "not open yet"
        self.app = self._web(routes)

    def _web(self, routes: Routes) -> FastAPI:
        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
            await self.start()
            try:
                yield
            finally:
                await self.stop()

        app = FastAPI(title=f"Throughline {self.definition.name}", lifespan=lifespan)
        app.add_middleware(Limits)
        problems.install(app)
        for router in (*routes(self), *operations(self)):
            app.include_router(router)
        return app

    async def _saved(self, saved: Saved) -> None:
        await self.relay.offer(saved)
        self.timers.saved(saved)

    async def start(self) -> None:
        """Open the store and start every part; returns before the broker is there.

        Raises:
            SchemaMismatch: the data is of another version.
        """
        # A request that comes before the store is there gets an answer at once instead of waiting for an engine.
        self._run("engine", self.engine.run)
        await self._open_store()
        if self.settings.embedded:
            position = await self.store.position()
            await self.store.mark_unpublished(after=max(0, position - REPUBLISHED_COMMITS))
        parts: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "relay": self.relay.run,
            "consumer": lambda: self.connector.run(self.processor),
            "timers": self.timers.run,
            "parking": self.parking.run,
            "anti-entropy": lambda: self.antientropy.run(at_once=self.settings.embedded),
        }
        for name, run in parts.items():
            self._run(name, run)

    def _run(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks[name] = asyncio.create_task(self._supervise(name, run), name=f"{self.definition.name} {name}")

    async def _open_store(self) -> None:
        while True:
            try:
                await self.store.open()
            except StoreUnavailable as error:
                self._store_trouble = str(error)
                log.warning("%s waits for its store: %s", self.definition.name, error)
                await asyncio.sleep(_RESTART_SECONDS)
            else:
                self._store_trouble = ""
                return

    async def _supervise(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await run()
            except Exception as error:
                self._broken[name] = repr(error)
                log.exception("%s: %s broke and starts again", self.definition.name, name)
                await asyncio.sleep(_RESTART_SECONDS)
                self._broken.pop(name, None)
            else:
                return

    async def stop(self) -> None:
        """Stop accepting work, finish what is under way, close."""
        # A connector that is still connecting would open a consumer after this returned. It gets a moment to end by
        # itself, because the Kafka client leaves a connection open when it is cancelled while connecting.
        if (connecting := self._tasks.get("consumer")) is not None:
            await asyncio.wait([connecting], timeout=_CONNECTING_SECONDS)
        await self._cancel("consumer")
        await self.connector.stop()
        await self._cancel(*self._tasks)
        await self._client.aclose()
        for part in self._beside:
            await part.close()
        await self.store.close()

    async def _cancel(self, *names: str) -> None:
        tasks = [self._tasks.pop(name) for name in names if name in self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def pending(self) -> dict[str, int]:
        """Return what is pending here, by kind; all zero when what was accepted has had its effect."""
        return {
            # A broker that started empty cannot bring what was under way when the last process was killed.
            "comparing": int(self.settings.embedded and not self.antientropy.compared),
            "submitted": self.engine.waiting,
            "queued": self.relay.queued,
            "unpublished": len(await self.store.unpublished(limit=1)),
            "handling": self.processor.busy,
            "lag": await self.connector.lag(),
            "due": len(await self.store.due(self.clock.now(), limit=1)),
        }

    async def not_ready(self) -> dict[str, str]:
        """Return what is missing, and why; empty when the service is ready."""
        missing = dict(self._broken)
        if self.connector.why_not:
            missing["broker"] = self.connector.why_not
        elif self.relay.failing:
            missing["broker"] = (
                f"{self.relay.queued} commits wait for {self.settings.broker}: {self.connector.last_error!r}"
            )
        elif self.relay.unanswered_seconds > _PATIENCE_SECONDS:
            missing["broker"] = f"{self.settings.broker} has not answered for {self.relay.unanswered_seconds:.0f} s"
        elif silence := await self.connector.silence():
            # With nothing to send, only asking shows that nothing comes in either.
            missing["broker"] = silence
        if self.processor.outage:
            missing["processing"] = self.processor.outage
        elif (age := self.connector.poll_age or 0.0) > _HANGS_SECONDS:
            missing["consumer"] = f"has not asked for records for {age:.0f} s: a batch hangs"
        if self._store_trouble:
            missing["store"] = self._store_trouble
            return missing
        try:
            await self.store.position()
            if self.execute.outage:
                # A store that can be read may still refuse writes: only a write shows it.
                await self.store.set_mark("readiness", 1)
                self.execute.outage = ""
        except StoreUnavailable as error:
            missing["store"] = str(error)
        return missing
