"""The customers: they register complaints, ask again when nobody answers, and write down what they were told."""

from __future__ import annotations

import asyncio
import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from shared.eventsourcing.ports import RandomIds
from shared.verification import Request
from tests.realrows import DATA

TEXTS: Final = (("olist_orders_reviews.csv", "review_text", "pt"), ("ru_bank_reviews.csv", "text", "ru"))
DOUBLED: Final = 0.05
HISTORIC: Final = 0.5
_PAUSES: Final = (0.3, 1.0, 3.0, *[6.0] * 40)
"""Seconds before each further attempt: who asks without patience takes away what he waits for."""
_AT_ONCE: Final = 16
PLANTED: Final = ("Marguerite Zweifelhofer", "+49 30 5550 1234", "m.zweifelhofer@example.org")
"""Who complains now and then, with a telephone and an address: none of it may come out anywhere."""


def real_texts() -> list[tuple[str, str]]:
    """Return (text, language) of real complaints; empty where the folder with them is missing."""
    found: list[tuple[str, str]] = []
    for name, column, language in TEXTS:
        path = DATA / name
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                found += [(row[column], language) for row in csv.DictReader(file) if row[column].strip()]
    return found


def complaints(texts: Sequence[tuple[str, str]], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield complaints without end: live ones open tables, historic ones go all the way to the board."""
    while True:
        text, language = rng.choice(texts)
        body: dict[str, Any] = {"channel": "web", "text": text[:8_000], "language": language}
        if rng.random() < HISTORIC:
            body |= _of_the_past(rng)
        if rng.random() < 0.1:
            name, phone, email = PLANTED
            body["customer"] = {"ref": email, "name": name, "email": email, "phone": phone}
            body["text"] = f"{name}, {phone}: {body['text']}"
        yield body


def _of_the_past(rng: random.Random) -> dict[str, Any]:
    ordered = datetime(2025, 1, 6, 9, tzinfo=UTC) + timedelta(minutes=rng.randrange(200_000))
    hours = (1, 9, 20 + rng.randrange(200), 300)
    at = [(ordered + timedelta(hours=hour)).isoformat() for hour in hours]
    steps = [
        {"step": step, "started": begin, "ended": end}
        for step, begin, end in zip(("packing", "line-haul", "delivery"), at, at[1:], strict=False)
    ]
    return {"channel": "import", "historic": True, "received_at": at[-1], "steps": steps}


@dataclass
class Clients:
    """Some customers at one address.

    Attributes:
        journal: every attempt, with what was answered.
        accepted: ids of the complaints that were taken.
    """

    url: str
    rng: random.Random
    journal: list[Request] = field(default_factory=list[Request])
    accepted: set[str] = field(default_factory=set[str])
    _number: int = 0
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def register(self, texts: Sequence[tuple[str, str]], *, seconds: float, pause: float, most: int) -> None:
        """Register one complaint after the other, at least `pause` seconds apart, for so long or so many."""
        source = complaints(texts, self.rng)
        until = asyncio.get_running_loop().time() + seconds
        async with httpx.AsyncClient(base_url=self.url, timeout=10.0) as http, asyncio.TaskGroup() as customers:
            while asyncio.get_running_loop().time() < until and self._number < most:
                self._number += 1
                customers.create_task(self._insist(http, f"chaos-{self._number}", next(source)))
                await asyncio.sleep(pause)

    async def _insist(self, http: httpx.AsyncClient, key: str, body: dict[str, Any]) -> None:
        """Ask until it is accepted; some ask once more although they were answered."""
        for pause in _PAUSES:
            async with self._places:
                request = await self._ask(http, key, body)
            self.journal.append(request)
            if request.status == "accepted":
                self.accepted.add(request.complaint)
                if self.rng.random() >= DOUBLED:
                    return
            await asyncio.sleep(pause * self.rng.uniform(0.7, 1.3))

    async def _ask(self, http: httpx.AsyncClient, key: str, body: dict[str, Any]) -> Request:
        complaint = RandomIds().derived(f"intake:{key}")
        name = f"complaint/{complaint}:{key}"
        try:
            answer = await http.post("/complaints", json=body, headers={"Idempotency-Key": key})
        except httpx.HTTPError:
            return Request(name, "unknown")
        if answer.status_code == httpx.codes.CREATED:
            return Request(name, "accepted", str(answer.json()["id"]))
        return Request(name, "failed")
