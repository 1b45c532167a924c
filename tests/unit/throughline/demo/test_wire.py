import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from throughline.demo.wire import Wire


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve these answers, a connection ending after the last; yields the address and what was asked."""
    requests: list[bytes] = []
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while left:
            requests.append(await reader.readuntil(b"\r\n\r\n"))
            answer = left.pop(0)
            writer.write(answer)
            if b"connection: close" in answer:
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
BYE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nconnection: close\r\n\r\n{}"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n{}"


class TestTheWire:
    async def test_gives_back_what_the_server_answers(self) -> None:
        async with answering(OK) as (url, requests), aclosing(Wire(url)) as wire:
            response = await wire.ask("POST", "/x", {"Idempotency-Key": "k"}, b"")
            assert (response.status, response.text) == (200, "{}")
            assert requests[0].startswith(b"POST /x HTTP/1.1\r\n")
            assert b"Idempotency-Key: k\r\n" in requests[0]

    async def test_opens_another_connection_where_the_server_closed_the_first(self) -> None:
        async with answering(OK, BYE, OK) as (url, requests), aclosing(Wire(url)) as wire:
            for _ in range(3):
                assert (await wire.ask("GET", "/x")).status == 200
            assert len(requests) == 3

    async def test_refuses_an_answer_of_unknown_length(self) -> None:
        async with answering(ENDLESS) as (url, _), aclosing(Wire(url)) as wire:
            with pytest.raises(OSError, match="how long"):
                await wire.ask("GET", "/x")
