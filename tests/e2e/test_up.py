"""`throughline up` as a process: what it refuses, and how it ends."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.e2e.processes import Up, cpu_seconds, evidence_in, importing, invented_rows, until, up, wrong


def test_what_another_process_has_is_refused_and_that_one_rests(
    tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """A folder in use, a port taken; no time is asserted on a shared machine, the figure is in the report."""
    folder = tmp_path / "data"
    with up(folder) as running:
        before = cpu_seconds(running.process.pid)
        time.sleep(3.0)
        record_testsuite_property("idle_cpu_of_a_core", round((cpu_seconds(running.process.pid) - before) / 3.0, 3))
        second = Up(folder)
        assert second.end() == 2
        assert f"is in use by process {running.process.pid}" in second.output
        assert "Traceback" not in second.output
        assert httpx.get(f"{running.answer['url']}/readyz").status_code == 200
        taken = Up(tmp_path / "other", port=int(str(running.answer["url"]).rpartition(":")[2]))
        assert taken.end() == 2
        assert "choose another --port" in taken.output
        assert "Traceback" not in taken.output
        assert running.stop() == 0


def test_of_two_that_start_on_one_folder_at_once_exactly_one_serves(tmp_path: Path) -> None:
    both = [Up(tmp_path / "data") for _ in range(2)]
    until(lambda: any(one.process.poll() is not None for one in both))
    (refused,) = [one for one in both if one.process.poll() is not None]
    (serving,) = [one for one in both if one is not refused]
    assert refused.end() == 2
    assert "is in use by" in refused.output
    serving.wait_ready()
    assert serving.stop() == 0


def test_a_store_of_another_schema_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    store = folder / "routing.sqlite3"
    connection = sqlite3.connect(store)
    connection.execute("CREATE TABLE commits (of_a_later_release TEXT)")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = store.read_bytes()
    refused = Up(folder)
    assert refused.end() == 2
    assert "is of schema version 99" in refused.output
    assert "Traceback" not in refused.output
    assert store.read_bytes() == before


def test_stopping_while_messages_flow_ends_well_and_keeps_what_was_accepted(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "orders.csv"
    rows = invented_rows(file, 60)
    accepted: list[str] = []
    with up(folder, "--organisation", "marketplace") as running:
        url = str(running.answer["url"])
        with ThreadPoolExecutor(16) as clients:
            posting = [clients.submit(_register, url, number, accepted) for number in range(16)]
            until(lambda: len(accepted) > 50)
            assert running.stop() == 0, running.output
        assert {future.result() for future in posting} == {None}
        assert "Traceback" not in running.output
        assert "never retrieved" not in running.output
    assert importing(folder, file).end() == 0
    evidence = evidence_in(folder, [*(f"marketplace:{row}" for row in rows), *accepted])
    assert wrong(evidence) == {}


def test_told_to_stop_while_it_starts_it_ends_well(tmp_path: Path) -> None:
    lock = tmp_path / "data" / "lock"
    for pause in (0.0, 0.3):
        lock.unlink(missing_ok=True)
        starting = Up(tmp_path / "data")
        until(lock.exists)
        time.sleep(pause)
        assert starting.stop() == 0, starting.output
        assert "Traceback" not in starting.output


def _register(url: str, client: int, accepted: list[str]) -> None:
    """Register one after the other until nobody answers; only what was answered counts as accepted."""
    number = 0
    with httpx.Client(base_url=url) as http:
        while True:
            key = f"{client}-{number}"
            body = {"channel": "web", "text": "Chegou com atraso", "language": "pt"}
            try:
                answer = http.post("/intake/complaints", json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                return
            if answer.status_code != 201:
                return
            accepted.append(key)
            number += 1
