"""A TCP proxy on loopback that makes the network between a client and a server as bad as a test wants it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

_CHUNK = 65_536
_SLOW_CHUNK = 64

Lost = Literal["request", "answer"]


@dataclass(eq=False)
class _Pair:
    """One connection and its twin to the server."""

    writers: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])
    loses_answer: bool = False

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


class Proxy:
    """Forwards what comes to `port` to a server; its switches may be turned at any time.

    Args:
        host, port: the server's.

    Attributes:
        port: where it listens on loopback; the same after `stop` and `start`.
        latency_seconds: before each piece is forwarded, in each direction.
        bytes_per_second: of answers, slowly in small pieces; 0 for as fast as they come.
        lost: how many requests or answers were lost by `lose`.
        loss: set since one was lost.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._server_address = (host, port)
        self._server: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._marker = b""
        self._what: Lost = "answer"
        self._left = 0
        self.port = 0
        self.latency_seconds = 0.0
        self.bytes_per_second = 0
        self.lost = 0
        self.loss = asyncio.Event()

    async def start(self) -> None:
        """Listen; nothing happens when it does."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut every connection and refuse new ones, as if nobody were there."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.cut()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def cut(self) -> None:
        """Cut the connections that there are."""
        for pair in list(self._pairs):
            pair.cut()

    def hold(self) -> None:
        """Keep connections and accept new ones, but forward nothing."""
        self._flowing.clear()

    def resume(self) -> None:
        """Forward again, what was held first."""
        self._flowing.set()

    def lose(self, marker: bytes, what: Lost = "answer", times: int = 1) -> None:
        """Cut the connection of the next requests that contain `marker`.

        Before they reach the server (`request`), or when it has carried them out and answers (`answer`).
        """
        self._marker, self._what, self._left = marker, what, times

    def _lose_one(self) -> None:
        self.lost += 1
        self.loss.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = _Pair([writer])
        self._pairs.add(pair)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._server_address)
            pair.writers.append(far_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(pair, reader, far_writer))
                both.create_task(self._answers(pair, far_reader, writer))
        except* (OSError, asyncio.CancelledError):
            pass  # one side went, or the proxy is stopped: the other side goes too
        finally:
            self._tasks.discard(task)
            self._pairs.discard(pair)
            pair.cut()

    async def _requests(self, pair: _Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            if self._left and self._marker in data:
                self._left -= 1
                if self._what == "request":
                    self._lose_one()
                    break
                pair.loses_answer = True
            await self._forward(data, writer)
        pair.cut()

    async def _answers(self, pair: _Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            if pair.loses_answer:
                self._lose_one()
                break
            while data and (rate := self.bytes_per_second):
                await asyncio.sleep(_SLOW_CHUNK / rate)
                await self._forward(data[:_SLOW_CHUNK], writer)
                data = data[_SLOW_CHUNK:]
            if data:
                await self._forward(data, writer)
        pair.cut()

    async def _forward(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
        writer.write(data)
        with suppress(ConnectionError):
            await writer.drain()
