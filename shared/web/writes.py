"""What every write carries: an idempotency key, the version the caller saw, a digest of the body."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel

from shared.eventsourcing.calls import Call, Outcome
from shared.web.headers import LEFT_BY_DOOR, WriteHeaders
from shared.web.problems import Invalid


class WriteAnswer(BaseModel):
    """What a write came to.

    Attributes:
        version: of the aggregate now; send it back in ``If-Match``.
        repeated: a request with this idempotency key was carried out before; nothing was done again.
        events: type names of what happened now.
    """

    id: str
    version: int
    repeated: bool
    events: list[str]


@dataclass(frozen=True, slots=True)
class Write:
    """What headers and body say about a write, apart from the command itself.

    Attributes:
        route: method and path.
        content: the body as parsed JSON; None where there is none.
    """

    key: str
    route: tuple[str, str]
    content: Any
    expected: int | None
    traceparent: str

    def call(self, kind: str, key: str, command: object) -> Call:
        """Return the call of a command; the idempotency key counts per aggregate."""
        scoped = f"{kind}/{key}:{self.key}" if self.key else ""
        digest = digest_of([*self.route, self.content])
        return Call(kind, key, command, scoped, digest, self.expected, traceparent=self.traceparent)


def answer(outcome: Outcome) -> WriteAnswer:
    """Return the answer of an outcome."""
    names = [type(event).type_name() for event in outcome.events]
    return WriteAnswer(id=outcome.key, version=outcome.version, repeated=outcome.repeated, events=names)


def digest_of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the digest of a JSON value; key order and white space do not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


async def _frame(request: Request) -> Write | None:
    headers: WriteHeaders | None = request.scope.get(LEFT_BY_DOOR)
    if headers is None:
        # The door found a wrong header: that is the answer, and the route is not reached.
        return None
    return Write(
        key=headers.key,
        route=(request.method, request.url.path),
        content=await _content(request),
        expected=_version(headers.version),
        traceparent=headers.traceparent,
    )


Framed = Annotated[Write, Depends(_frame)]
"""The frame of a write; only behind a `shared.web.access.WriteDoor`, which reads its headers."""


async def _content(request: Request) -> Any:  # noqa: ANN401 - any JSON
    if not await request.body():
        return None
    try:
        # The request keeps what it parsed, so a body that the framework has already read is not parsed again.
        content = await request.json()
    except ValueError as error:
        raise Invalid([("body", f"is not JSON: {error}")]) from None
    if content and not _takes_a_body(request):
        raise Invalid([("body", "this request takes none")])
    return content


def _takes_a_body(request: Request) -> bool:
    """FastAPI ignores a body that the route does not take, so it is looked for here."""
    route = request.scope.get("route")
    return getattr(route, "body_field", route) is not None


def _version(if_match: str) -> int | None:
    text = if_match.removeprefix("W/").strip('"')
    if not text or text == "*":
        return None
    if not text.isascii() or not text.isdigit():
        raise Invalid([("If-Match", "is the version you saw, a number, e.g. 3")])
    return int(text)
