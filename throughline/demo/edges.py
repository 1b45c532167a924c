"""How the actors reach the services: over HTTP, as people would; anything unplanned stops the play."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson

from shared.verification import Request
from shared.web.problems import TYPE
from throughline.demo.wire import Response, Wire


class Unplanned(Exception):
    """A service refused what the play expects to be allowed, or the other way round; says what and where."""


class Edges:
    """The HTTP edges of a deployment. Keeps the journal of the registrations, and counts what was `written`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.written = 0
        self.journal: list[Request] = []

    async def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401 - JSON
        """Return what a GET answers. Raises Unplanned."""
        query = urlencode({name: value for name, value in params.items() if value != ""}, doseq=True)
        response = await self._wire.ask("GET", f"/{path}?{query}")
        if response.status != HTTPStatus.OK:
            raise Unplanned(f"GET /{path} was answered with {_said(response)}")
        return orjson.loads(response.content)

    async def text(self, path: str) -> str:
        """Return what a GET answers, as text."""
        return (await self._wire.ask("GET", f"/{path}")).text

    async def pages(self, path: str, **params: Any) -> AsyncIterator[dict[str, Any]]:  # noqa: ANN401 - JSON
        """Yield the items of a paged listing, all pages. Raises Unplanned."""
        cursor = ""
        while True:
            page = await self.get(path, cursor=cursor, limit=500, **params)
            for item in page["items"]:
                yield item
            cursor = page["next"]
            if not cursor:
                return

    async def post(self, path: str, body: object = None, *, role: str, refused: str = "") -> dict[str, Any]:
        """Send a command and return the answer.

        Args:
            role: who acts.
            refused: the rule by which the play plans it to be refused.

        Raises:
            Unplanned: another answer than the play plans.
        """
        key = f"demo-{self.written + 1}"
        return await self._write(path, body, role, key, refused)

    async def register(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Register a complaint under a key and note it in the journal. Raises Unplanned."""
        answer = await self._write("intake/complaints", body, "customer", key, "")
        complaint = answer["id"]
        self.journal.append(Request(f"complaint/{complaint}:{key}", "accepted", complaint))
        return answer

    async def register_badly(self, body: dict[str, Any], key: str, complaint: str) -> None:
        """Send a registration that must fail; `complaint` is the id it would have had. Raises Unplanned."""
        await self._write("intake/complaints", body, "customer", key, "invalid")
        self.journal.append(Request(f"complaint/{complaint}:{key}", "failed"))

    async def _write(self, path: str, body: object, role: str, key: str, refused: str) -> dict[str, Any]:
        self.written += 1
        headers = {"Idempotency-Key": key, "Throughline-Role": role, "Content-Type": "application/json"}
        content = b"" if body is None else orjson.dumps(body, default=str)
        response = await self._wire.ask("POST", f"/{path}", headers, content)
        answer: dict[str, Any] = orjson.loads(response.content) if response.content else {}
        went_well = response.status < HTTPStatus.BAD_REQUEST
        if went_well == (not refused) and (went_well or answer.get("type") == TYPE + refused):
            return answer
        planned = f", though it was to be refused by '{refused}'" if refused else ""
        sent = content.decode()[:400]
        raise Unplanned(f"POST /{path} as {role} was answered with {_said(response)}{planned}. Sent: {sent}")


def _said(response: Response) -> str:
    return f"{response.status} {response.text[:600]}"
