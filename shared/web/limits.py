"""Caps on what a request may send, enforced before anything parses it."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import MALFORMED, TOO_LARGE, problem

MAX_BODY: Final = 256 * 1024
MAX_BULK: Final = 8 * 1024 * 1024
MAX_NESTING: Final = 32
LARGE: Final = 64 * 1024

# Possessive, and the closing quote may be missing: one pass, whatever the body tries.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def too_deep(body: bytes) -> bool:
    """Return whether arrays and objects nest deeper than allowed, without parsing; brackets in strings do not count."""
    left = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    # Each turn removes the innermost pairs; what is left after as many turns as allowed levels nests deeper.
    for _ in range(MAX_NESTING):
        left = left.replace(b"[]", b"").replace(b"{}", b"")
        if not left:
            return False
    return b"[]" in left or b"{}" in left or left.count(b"[") + left.count(b"{") > MAX_NESTING


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
                await problem(TOO_LARGE, f"at most {cap} bytes; send less text")(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        content = bytes(body)
        # Looking through a large body takes a while; the other requests of this process go on meanwhile.
        complaint = await asyncio.to_thread(_complaint, content) if len(content) > LARGE else _complaint(content)
        if complaint:
            await problem(MALFORMED, complaint)(scope, receive, send)
            return
        await self._app(scope, _replay(content, receive), send)


def _complaint(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"the body is not UTF-8: byte {error.start} is {body[error.start]:#04x}"
    if too_deep(body):
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
