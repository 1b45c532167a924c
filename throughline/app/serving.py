"""Serving over HTTP in this process: one socket, one server, services that start and stop with it."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Generator, Iterable
from typing import Final

import uvicorn
from fastapi import FastAPI

from shared.hosting.service import Service

_GOODBYE_SECONDS: Final = 5
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


def calm_collector() -> None:
    """Let the garbage collector run less often: with long-lived immutable states its full passes find nothing.

    At exit it is skipped: everything is closed by then, and the memory goes with the process.
    """
    gc.set_threshold(50_000, 20, 50)
    atexit.register(gc.freeze)


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 lets the system choose. Raises OSError: the message says what to do."""
    # Named TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for the client's acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        why = error.strerror if isinstance(error, OSError) else str(error)
        msg = f"cannot listen on {host}:{port}: {why}; choose another --port or --host"
        raise OSError(msg) from error
    return listening


def url_of(host: str, listening: socket.socket) -> str:
    """Return where this machine reaches a socket."""
    reachable = "127.0.0.1" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{reachable}:{listening.getsockname()[1]}"


class _Server(uvicorn.Server):
    """A server that leaves the signals to its owner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture nothing."""
        yield


@contextlib.asynccontextmanager
async def serving(app: FastAPI, services: Iterable[Service], listening: socket.socket) -> AsyncIterator[None]:
    """Answer on the socket, start the services one after the other, and stop all of that in the end."""
    started: list[Service] = []
    server = _Server(
        uvicorn.Config(
            app, lifespan="off", log_level="warning", access_log=False, timeout_graceful_shutdown=_GOODBYE_SECONDS
        )
    )
    answering = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        for service in services:
            await service.start()
            started.append(service)
        yield
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await answering
        for service in started:
            await service.stop()
