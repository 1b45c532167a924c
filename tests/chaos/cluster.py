"""What chaos asks of the services beside running: complaints to register, and the evidence of all that happened."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from services import ALL
from shared.eventsourcing.definition import Definition
from shared.eventsourcing.ports import RandomIds
from shared.messaging.parse import Raw
from shared.organisation import from_path
from shared.store.opening import store_at
from shared.store.port import Store
from shared.testing.topics import read_everything
from shared.verification import Evidence, Request
from shared.verification.collect import evidence_of
from tests.engine.choice import Engine
from tests.engine.services import ORGANISATION, Served, Site

PARTITIONS: Final = 4
LATE: Final = timedelta(seconds=5)
"""What is due for less than this may be about to fire."""
_TRIES: Final = 20
Position = tuple[str, str, int, int]
"""Service, topic, partition, offset."""


def topics() -> list[str]:
    """Return every topic that the services publish on."""
    company = from_path(ORGANISATION)
    return sorted({topic for one in ALL for topic in one.given(company).topics})


@contextmanager
def on(engine: Engine, folder: Path, *, partitions: int = PARTITIONS) -> Iterator[tuple[Site, Callable[[str], str]]]:
    """Run a site on an engine that has none of Throughline's topics; yields it and its stores' URLs."""
    engine.create_topics(dict.fromkeys(topics(), partitions))
    run = f"run{uuid.uuid4().hex[:8]}"

    def store_of(service: str) -> str:
        return engine.store_url(f"{run}_{service}", folder)

    site = Site(folder, engine.bootstrap, store_of, partitions=partitions)
    try:
        yield site, store_of
    finally:
        site.close()


def register(intake: Served, key: str) -> Request:
    """Ask once to register a complaint; what came of it is unknown where no answer comes."""
    complaint = RandomIds().derived(f"intake:{key}")
    body = {"channel": "web", "text": "The parcel came late and the box was damaged.", "language": "en"}
    try:
        answer = intake.http.post("/complaints", json=body, headers={"Idempotency-Key": key})
    except httpx.HTTPError:
        return Request(f"complaint/{complaint}:{key}", "unknown", complaint)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    assert answer.json()["id"] == complaint
    return Request(f"complaint/{complaint}:{key}", "accepted", complaint)


@dataclass(frozen=True)
class _Opened:
    """What the checker asks of a service."""

    definition: Definition
    store: Store


async def evidence(
    site: Site,
    store_of: Callable[[str], str],
    journal: Sequence[Request],
    *,
    poison: Iterable[Position] = (),
    planted: Sequence[str] = (),
) -> Evidence:
    """Return what the stores and all topics from offset 0 hold, with logs and metrics.

    Taken again where a clock fired meanwhile: all of it has to be of one quiet moment.
    """
    company = from_path(site.organisation)
    opened = [_Opened(one.given(company), store_at(store_of(one.name))) for one in ALL]
    outputs = {log.name: log.read_text(encoding="utf-8", errors="replace") for log in site.logs}
    outputs |= {f"{member.service}'s metrics": member.http.get("/metrics").text for member in site.running()}
    try:
        for service in opened:
            await service.store.open()
        for _ in range(_TRIES):
            before = [await service.store.position() for service in opened]
            await site.wait_until_idle()
            found = await evidence_of(
                opened,
                journal,
                await observed(site),
                now=datetime.now(UTC) - LATE,
                poison=poison,
                planted=planted,
                outputs=outputs,
            )
            if before == [await service.store.position() for service in opened]:
                return found
        msg = f"something was decided during each of {_TRIES} attempts to take the evidence"
        raise AssertionError(msg)
    finally:
        for service in opened:
            await service.store.close()


async def observed(site: Site) -> list[Raw]:
    """Return every record of every topic, from offset 0."""
    return await read_everything(site.bootstrap, topics())
