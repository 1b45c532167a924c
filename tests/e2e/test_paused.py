"""A laptop that sleeps in the middle of the work: the process stops for longer than any session lasts, and goes on."""

import signal
import time
from pathlib import Path

import httpx

from tests.e2e.processes import counted, evidence_in, importing, invented_rows, until, up, wrong


def test_paused_beyond_the_session_timeout_with_messages_under_way_it_goes_on(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "orders.csv"
    rows = invented_rows(file, 150)
    with up(folder, "--organisation", "marketplace") as running:
        url = str(running.answer["url"])
        at_work = importing(folder, file)
        until(lambda: counted(url, "routing"))
        running.process.send_signal(signal.SIGSTOP)
        time.sleep(12.0)
        running.process.send_signal(signal.SIGCONT)
        assert at_work.end(60.0) == 0, at_work.output
        assert httpx.get(f"{url}/readyz", timeout=20.0).status_code == 200
        assert counted(url, "review") == 150
        assert running.stop() == 0, running.output
        assert "Traceback" not in running.output
    assert wrong(evidence_in(folder, [f"marketplace:{row}" for row in rows])) == {}
