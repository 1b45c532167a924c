"""What can go wrong when services start, stop, and start again."""

import asyncio
import gc
import logging
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from services import owners
from services.intake import main as intake
from services.routing import main as routing
from shared.contracts.topics import PARTITIONS_EMBEDDED
from shared.eventsourcing.ports import SystemClock
from shared.hosting import service as runtime
from shared.messaging.kafka.embedded import EmbeddedBroker
from shared.privacy.vault import MemoryVault
from shared.store.memory import MemoryStore, Moment
from shared.store.port import StoreUnavailable
from shared.testing.harness import Stage, creating, staged
from tests.component.says import NOW, registered
from tests.component.stages import new_id
from throughline.app.clock import SteppedClock
from throughline.app.deployment import deployed
from throughline.app.folder import DataFolder

PAST = {"channel": "import", "text": "The box was damaged.", "language": "en", "historic": True}


async def test_idle_means_compared_with_the_sources_too_after_a_kill_with_much_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the broker had in memory is gone with it; only the sources' logs still tell of it."""
    async with Stage(creating(intake), tmp_path, SystemClock()) as fresh:
        items = [{"idempotency_key": f"{n}", "complaint": PAST} for n in range(50)]
        assert (await fresh.http.post("/complaints/bulk", json=items)).is_success
        await fresh.wait_until_idle()
    folder = _folder_with_intakes_store(tmp_path)
    monkeypatch.setattr(runtime, "REPUBLISHED_COMMITS", 0)
    async with deployed(folder, "parcel-retailer") as deployment:
        await deployment.wait_until_idle()
        counts = {
            name: await part.store.count(part.definition.main.kind, "status")
            for name, part in deployment.services.items()
        }
    assert {name: sum(count.values()) for name, count in counts.items()} == dict.fromkeys(counts, 50)


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.005, 0.02, 0.04, 0.06, 0.1, 0.2])
async def test_stopping_at_any_moment_of_the_start_leaves_nothing_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pause: float
) -> None:
    caplog.set_level(logging.WARNING)
    loop = asyncio.get_running_loop()
    with EmbeddedBroker.start(owners(), partitions=PARTITIONS_EMBEDDED) as broker:
        service = creating(routing)(broker.bootstrap_servers, tmp_path, SteppedClock(NOW))
        before = asyncio.all_tasks()
        await service.start()
        await asyncio.sleep(pause)
        began = loop.time()
        await service.stop()
        assert loop.time() - began < 5.0
        await asyncio.sleep(0.05)
        gc.collect()
        assert asyncio.all_tasks() == before
    assert [record.getMessage() for record in caplog.records if "Unclosed" in record.getMessage()] == []


async def test_stopping_while_the_broker_is_down_takes_seconds_not_minutes(tmp_path: Path) -> None:
    async with staged(routing, tmp_path, SteppedClock(NOW)) as stage:
        about = new_id()
        await stage.send(about, registered(about))
        await stage.wait_until_idle()
        stage.broker.set_down(True)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await stage.service.stop()
        assert loop.time() - began < 15.0
        stage.broker.set_down(False)


def _folder_with_intakes_store(place: Path) -> DataFolder:
    folder = DataFolder(place / "data")
    folder.path.mkdir()
    (stored,) = [file for file in place.glob("*.sqlite3") if "vault" not in file.name]
    stored.rename(folder.path / "intake.sqlite3")
    return folder


async def test_while_the_store_is_away_at_the_start_a_write_is_refused_at_once() -> None:
    async def away(call: str, _moment: Moment) -> None:
        if call == "open":
            raise StoreUnavailable("nobody there")

    settings = intake.Settings(store="sqlite:///nowhere", broker="127.0.0.1:1", pseudonym_key=SecretStr("k"))
    service = intake.create(settings, store=MemoryStore(faults=away), vault=MemoryVault())
    starting = asyncio.create_task(service.start())
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http, asyncio.timeout(10):
        refused = await http.post("/complaints", json=PAST)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await service.stop()
    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
