"""Complaints per second through all services in one process: `python -m bench.through COUNT` prints its figures.

Prints {"accepted_seconds", "settled_seconds", "cpu"}: durable at intake, and with every effect in every service.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from throughline.app.deployment import deployed
from throughline.app.folder import DataFolder

BATCH = 500
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def complaint(number: int) -> dict[str, Any]:
    """Return a historic complaint about a parcel whose line haul took too long."""
    ordered = START + timedelta(minutes=number)
    times = [ordered + timedelta(hours=hours) for hours in (0, 10, 20, 200, 210)]
    names = ("packing", "line-haul", "delivery")
    steps = [
        {"step": name, "started": begin.isoformat(), "ended": end.isoformat()}
        for name, begin, end in zip(names, times[1:], times[2:], strict=False)
    ]
    return {
        "channel": "import",
        "historic": True,
        "language": "en",
        "text": f"Order {number} came more than a week late and nobody told me where it was.",
        "order_ref": f"order-{number}",
        "received_at": times[-1].isoformat(),
        "steps": steps,
        "source_row": f"bench:{number}",
    }


async def through(count: int) -> dict[str, float]:
    """Register so many complaints in bulk and wait for all their effects."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            deployed(DataFolder(Path(folder)), "parcel-retailer") as deployment,
            httpx.AsyncClient(base_url=deployment.url, timeout=60) as client,
        ):
            wall, cpu = time.perf_counter(), time.process_time()
            for first in range(0, count, BATCH):
                batch = [
                    {"idempotency_key": f"bench:{n}", "complaint": complaint(n)}
                    for n in range(first, min(first + BATCH, count))
                ]
                answer = await client.post("/intake/complaints/bulk", json=batch)
                answer.raise_for_status()
                assert all(item["status"] == "registered" for item in answer.json()), answer.text[:500]
            accepted = time.perf_counter() - wall
            await deployment.wait_until_idle()
            settled = time.perf_counter() - wall
            cpu = time.process_time() - cpu
            counts = (await client.get("/review/counts")).json()
            print(counts, file=sys.stderr)
    return {"accepted_seconds": accepted, "settled_seconds": settled, "cpu": cpu}


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(json.dumps(asyncio.run(through(int(sys.argv[1])))))
