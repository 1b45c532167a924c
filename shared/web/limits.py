"""Caps on what a request may send, enforced before anything parses it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import problem

MAX_BODY: Final = 256 * 1024
MAX_BULK: Final = 8 * 1024 * 1024
MAX_NESTING: Final = 32

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


def nesting(body: bytes) -> int:
    """Return how deep JSON arrays and objects nest, without parsing; brackets in strings do not count."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


class Limits:
    """ASGI middleware: size cap (larger for paths ending in ``/bulk``), UTF-8, nesting depth."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it with a problem document."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        cap = MAX_BULK if scope["path"].endswith("/bulk") else MAX_BODY
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > cap:
                refused = problem(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", f"at most {cap} bytes; send less text"
                )
                await refused(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        complaint = _complaint(bytes(body))
        if complaint:
            await problem(HTTPStatus.BAD_REQUEST, "malformed", complaint)(scope, receive, send)
            return
        await self._app(scope, _replay(bytes(body), receive), send)


def _complaint(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"the body is not UTF-8: byte {error.start} is {body[error.start]:#04x}"
    if nesting(body) > MAX_NESTING:
        return f"the body nests deeper than {MAX_NESTING} levels"
    return ""


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
