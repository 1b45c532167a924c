"""What an operator asks, and that the runbook says what there is."""

import re
from pathlib import Path

import pytest

from services import NAMES
from tests.component.web.conftest import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUNBOOK = (Path(__file__).parents[3] / "docs" / "runbook.md").read_text(encoding="utf-8")


class TestTheRunbook:
    async def test_lists_every_metric_that_there_is_and_no_other(self, running: Running) -> None:
        listed = set(re.findall(r"`(throughline_\w+)`", RUNBOOK))
        for service in NAMES:
            text = await running.metrics(service)
            named = set(re.findall(r"^# TYPE (throughline_\w+) ", text, re.MULTILINE))
            assert named == listed

    async def test_names_every_file_of_a_data_folder(self, running: Running) -> None:
        folder = Path(str(running.deployment.services["intake"].settings.store).removeprefix("sqlite://")).parent
        known = {"intake-vault.sqlite3", "intake-vault.key", "folder.json", "lock", "server.json"}
        known |= {f"{service}.sqlite3" for service in NAMES}
        await running.register(customer={"ref": "C-1", "name": "Maria Souza"})
        found = {re.sub(r"-(wal|shm)$", "", file.name) for file in folder.iterdir()}
        assert found == known
        for name in known - {f"{service}.sqlite3" for service in NAMES}:
            assert f"`{name}`" in RUNBOOK


class TestEveryService:
    async def test_says_that_it_is_alive_ready_and_done(self, running: Running) -> None:
        await running.register()
        for service in NAMES:
            assert (await running.web.get(f"/{service}/livez")).json() == {"status": "alive", "service": service}
            assert (await running.web.get(f"/{service}/readyz")).json() == {"status": "ready", "service": service}
            assert set((await running.web.get(f"/{service}/unsettled")).json().values()) == {0}
        assert (await running.web.get("/readyz")).json()["services"] == list(NAMES)

    async def test_counts_what_it_handled(self, running: Running) -> None:
        def handled(text: str) -> float:
            return float(re.search(r"^throughline_events_handled_total\{.*\} (.*)$", text, re.MULTILINE)[1])  # type: ignore[index]

        before = {service: handled(await running.metrics(service)) for service in NAMES}
        await running.register()
        for service in NAMES:
            assert handled(await running.metrics(service)) > before[service]
