"""Sending registrations to intake in batches, again and again while it is away."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from shared.organisation.mapping import MappedRow
from throughline.cli.client import Api, Refused

ITEMS: Final = 500
"""Intake's limit for one request."""
BYTES: Final = 2 * 1024 * 1024
"""Well below intake's limit for a request, which is in bytes; this counts characters."""
AT_ONCE: Final = 2
"""While intake handles one batch, the next one is read and sent."""
PATIENCE_SECONDS: Final = 60.0
_TOO_MUCH: Final = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_REQUEST)
_AWAY: Final = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as mapped, and where and what it is in the file."""

    mapped: MappedRow
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a row: `status` is ``registered``, ``already`` or ``rejected``."""

    row: Row
    status: str
    problem: str = ""


def deliver(
    api: Api, rows: Iterable[Row], *, patience: float = PATIENCE_SECONDS, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Answer]:
    """Register rows, with their source row as idempotency key; yield the result of each, in order.

    Args:
        patience: seconds for which a batch is retried while intake is away.

    Raises:
        Refused, httpx.TransportError: intake was away for longer. The rows yielded so far stay registered.
    """

    def send(batch: Sequence[Row]) -> list[Answer]:
        return _send(api, batch, patience, sleep)

    under_way: deque[Future[list[Answer]]] = deque()
    with ThreadPoolExecutor(AT_ONCE, "delivery") as pool:
        try:
            for batch in batches(rows):
                under_way.append(pool.submit(send, batch))
                if len(under_way) > AT_ONCE:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows into batches that intake accepts."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        weight = sum(map(len, row.cells)) + 1_000
        if batch and (len(batch) == ITEMS or size + weight > BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += weight
    if batch:
        yield batch


def _send(api: Api, batch: Sequence[Row], patience: float, sleep: Callable[[float], None]) -> list[Answer]:
    items = [{"idempotency_key": row.mapped.source_row, "complaint": registration(row.mapped)} for row in batch]
    try:
        results = _post(api, items, patience, sleep)
    except Refused as refused:
        if refused.status not in _TOO_MUCH:
            raise
        # Halving the batch finds the one row that spoils it.
        if len(batch) == 1:
            return [Answer(batch[0], "rejected", str(refused))]
        half = len(batch) // 2
        return _send(api, batch[:half], patience, sleep) + _send(api, batch[half:], patience, sleep)
    return [Answer(row, one["status"], one.get("problem") or "") for row, one in zip(batch, results, strict=True)]


def _post(api: Api, items: list[dict[str, Any]], patience: float, sleep: Callable[[float], None]) -> Any:  # noqa: ANN401 - JSON
    until = time.monotonic() + patience
    pause = 0.1
    while True:
        try:
            return api.post("intake/complaints/bulk", items, role="import")
        except Refused as refused:
            if refused.status not in _AWAY or time.monotonic() > until:
                raise
        except httpx.TransportError:
            # It may have been handled: the idempotency keys make sending it again harmless.
            if time.monotonic() > until:
                raise
        api.follow()
        sleep(pause)
        pause = min(2 * pause, 5.0)


def registration(row: MappedRow) -> dict[str, Any]:
    """Return the body that registers a row."""
    body: dict[str, Any] = {
        "channel": "import",
        "received_at": row.received_at,
        "language": row.language,
        "text": row.text,
        "historic": row.historic,
        "source_row": row.source_row,
        "category_hint": row.category_hint,
        "order_ref": row.order_ref,
        "value": None if row.value is None else str(row.value),
        "promised_by": row.promised_by,
        "steps": [step.model_dump(mode="json", exclude_none=True) for step in row.steps],
        "facts": row.facts,
        "flags": list(row.flags),
    }
    if row.customer_ref:
        body["customer"] = {"ref": row.customer_ref}
    return {name: value for name, value in body.items() if value not in (None, "", [], {}) or name == "text"}
