"""A small HTTP/1.1 client with kept connections.

The actors send thousands of requests one after the other to one server on the same machine: a general client would
spend more time on each of them than the services do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_CONNECTIONS: Final = 12
_PATIENCE_SECONDS: Final = 30.0
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered."""

    status: int
    content: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


class Wire:
    """Connections to one server, as many as there are requests at a time, up to a dozen."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._free: list[Connection] = []
        self._slots = asyncio.Semaphore(_CONNECTIONS)

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """Send a request and return the answer. Raises OSError, EOFError, TimeoutError."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        async with self._slots, asyncio.timeout(_PATIENCE_SECONDS):
            while self._free:
                try:
                    return await self._exchange(self._free.pop(), request)
                except (ConnectionError, EOFError):
                    # The server closes idle connections; a request sent at that moment was not read.
                    continue
            return await self._exchange(await asyncio.open_connection(self._host, self._port), request)

    async def _exchange(self, connection: Connection, request: bytes) -> Response:
        reader, writer = connection
        kept = False
        try:
            writer.write(request)
            response, kept = await _read(reader)
        finally:
            if kept:
                self._free.append(connection)
            else:
                writer.close()
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for _, writer in self._free:
            writer.close()
            await writer.wait_closed()
        self._free.clear()


async def _read(reader: asyncio.StreamReader) -> tuple[Response, bool]:
    """Return the answer, and whether the connection may be used again."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    status = int(head[0].split(" ")[1])
    if "content-length" not in headers:
        raise OSError(f"the answer does not say how long it is: {head[0]}")
    content = await reader.readexactly(int(headers["content-length"]))
    return Response(status, content), headers.get("connection") != "close"
