"""The `throughline` command as processes that can be killed, an invented file of rows, and what the stores hold."""

import asyncio
import csv
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from shared.eventsourcing.ports import RandomIds
from shared.verification import Evidence, Finding, Request, check
from shared.verification.collect import evidence_of
from throughline.app.evidence import in_folder, opened
from throughline.app.folder import DataFolder

COMMAND = (sys.executable, "-m", "throughline.cli.main")
PATIENCE_SECONDS = 150.0
_COLUMNS = (
    *("order_id", "sample", "order_status", "purchased_at", "approved_at", "carrier_handover_limit"),
    *("carrier_handover_at", "delivered_at", "delivery_promised_by", "items", "sellers", "seller_state"),
    *("customer_state", "category", "price", "freight", "review_score", "review_title", "review_text"),
    *("review_asked_at", "review_answered_at"),
)
_WORDS = ("Chegou com atraso", "Produto veio quebrado", "Não recebi meu pedido", "Veio errado", "")


def invented_rows(path: Path, number: int, seed: int = 7) -> list[str]:
    """Write orders of a marketplace that never was; returns their ids. Each is a complaint: one star or two."""
    rng = random.Random(seed)
    ids = [f"order-{number:05}-{rng.getrandbits(40):010x}" for number in range(number)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        writer.writerows(_row(order, rng) for order in ids)
    return ids


def _row(order: str, rng: random.Random) -> dict[str, object]:
    bought = datetime(2018, 3, 1, 8, tzinfo=UTC) + timedelta(minutes=rng.randrange(100_000))
    paid = bought + timedelta(hours=rng.randrange(1, 60))
    handed = paid + timedelta(hours=rng.randrange(5, 200))
    there = handed + timedelta(hours=rng.randrange(20, 500))
    stamps = {
        "purchased_at": bought,
        "approved_at": paid,
        "carrier_handover_limit": paid + timedelta(days=4),
        "carrier_handover_at": handed,
        "delivered_at": there,
        "delivery_promised_by": bought + timedelta(days=16),
        "review_asked_at": there,
        "review_answered_at": there + timedelta(days=1),
    }
    known = {name: f"{instant:%Y-%m-%d %H:%M:%S}" for name, instant in stamps.items()}
    return known | {
        "order_id": order,
        "sample": "invented",
        "order_status": "delivered",
        "items": 1,
        "sellers": 1,
        "seller_state": "SP",
        "customer_state": "RJ",
        "category": "lamps",
        "price": f"{rng.randrange(10, 300)}.90",
        "freight": "12.50",
        "review_score": rng.choice("12"),
        "review_title": "",
        "review_text": rng.choice(_WORDS),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)


class Running:
    """A `throughline` process; its output goes to files beside the data folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        logs = folder.parent / f"{arguments[0]}-{time.monotonic_ns()}"
        self.stdout, self.stderr = logs.with_suffix(".out"), logs.with_suffix(".err")
        self.folder = folder
        with self.stdout.open("w") as out, self.stderr.open("w") as err:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*COMMAND, *arguments, "--data-dir", str(folder), "--json"], stdout=out, stderr=err
            )

    def kill(self) -> None:
        """As a power cut would: at once, whatever it is doing."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for the end; returns the exit code."""
        return self.process.wait(seconds)

    def stop(self) -> int:
        """Ask it to stop; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    @property
    def output(self) -> str:
        return self.stderr.read_text()

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object it printed."""
        found: dict[str, Any] = json.loads(self.stdout.read_text())
        return found


class Up(Running):
    """`throughline up`."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0) -> None:
        super().__init__(folder, "up", "--port", str(port), *arguments)

    def wait_ready(self) -> str:
        """Return the address once it serves."""
        until(lambda: self.stdout.read_text().endswith("\n") or self.process.poll() is not None)
        assert self.process.poll() is None, self.output
        url: str = self.answer["url"]
        return url


@contextmanager
def up(folder: Path, *arguments: str, port: int = 0) -> Iterator[Up]:
    """Run the services; whatever happens, no process stays behind."""
    running = Up(folder, *arguments, port=port)
    try:
        running.wait_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()


def importing(folder: Path, file: Path) -> Running:
    return Running(folder, "import", str(file), "--mapping", "marketplace")


def counted(url: str, service: str) -> int:
    """How many complaints a service knows of; 0 while it does not answer."""
    try:
        # Without `verify` each look would read the machine's certificates, which costs more than the look.
        counts: dict[str, int] = httpx.get(f"{url}/{service}/counts", verify=url.startswith("https:")).json()
    except (httpx.HTTPError, ValueError):
        return 0
    return sum(number for number in counts.values() if isinstance(number, int))


def evidence_in(folder: Path, sources: Sequence[str]) -> Evidence:
    """What the stores of a data folder hold, with one accepted request per row; nothing may run on it."""
    return asyncio.run(_evidence(DataFolder(folder), sources))


async def _evidence(folder: DataFolder, sources: Sequence[str]) -> Evidence:
    async with opened(in_folder(folder)) as stores:
        return await evidence_of(stores, [_request(source) for source in sources], (), now=datetime.now(UTC))


def _request(source: str) -> Request:
    complaint = RandomIds().derived(f"intake:{source}")
    return Request(f"complaint/{complaint}:{source}", "accepted", complaint)


def wrong(evidence: Evidence) -> dict[str, Finding]:
    """Every invariant that does not hold."""
    return {name: finding for name, finding in check(evidence).items() if not finding.ok}


def cpu_seconds(process: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
