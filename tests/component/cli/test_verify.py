"""`throughline verify` on a folder that was stopped, and where the services' own variables say what there is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import NAMES
from shared.contracts.topics import INTAKE, PARTITIONS_EMBEDDED
from shared.messaging.kafka.producer import Producer
from shared.messaging.outgoing import OutgoingRecord
from tests.component.cli.running import Run
from throughline.app.background import in_background
from throughline.app.deployment import Deployment
from throughline.app.folder import DataFolder


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """A deployment that commands know of by nothing but the environment."""
    folder = DataFolder(tmp_path / "data")
    with in_background(folder, "parcel-retailer", wait=False) as deployment:
        for name in NAMES:
            monkeypatch.setenv(f"THROUGHLINE_{name.upper()}_STORE", folder.store_url(name))
            monkeypatch.setenv(f"THROUGHLINE_{name.upper()}_BROKER", deployment.broker.bootstrap_servers)
            monkeypatch.setenv(f"THROUGHLINE_{name.upper()}_ORGANISATION", "parcel-retailer")
        monkeypatch.setenv("THROUGHLINE_URL", deployment.url)
        yield deployment


def test_stores_and_topics_are_checked_against_each_other(run: Run, elsewhere: Deployment) -> None:
    run("submit", "It came late and broken")
    report = run("verify", "--json").json
    assert report["C-DENSE"]["ok"]
    assert "all topics" in run("verify").out
    strange = OutgoingRecord(INTAKE, b"nobody", b"{}", [("odd", b"header")], 0)
    asyncio.run(_send(elsewhere, strange))
    ran = run("verify", "--json")
    assert ran.code == 0, "what every reader has put aside is accounted for"
    for name in NAMES:
        run("parked", "skip", "--service", name, "--reason", "a stranger's")
    assert json.loads(run("verify", "--json").out)["C-DENSE"]["ok"]


def test_a_folder_that_was_stopped_is_checked_as_it_lies(run: Run, tmp_path: Path) -> None:
    assert run("submit", "It came late", "--data-dir", tmp_path / "data").code == 0
    ran = run("verify", "--data-dir", tmp_path / "data", "--json")
    report = json.loads(ran.out)
    assert "nothing runs here" in ran.err
    assert (ran.code, [name for name, one in report.items() if not one["ok"]]) == (0, [])
    assert report["C-STATE"]["checked"] > 0
    assert not (tmp_path / "data" / "server.json").exists()


async def _send(deployment: Deployment, record: OutgoingRecord) -> None:
    producer = Producer(deployment.broker.bootstrap_servers, {INTAKE: PARTITIONS_EMBEDDED}, client_id="a-stranger")
    await producer.start()
    try:
        assert await producer.publish([record]) == [True]
    finally:
        await producer.stop()
