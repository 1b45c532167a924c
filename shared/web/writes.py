"""What every write carries: an idempotency key, the version the caller saw, a digest of the body."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel

from shared.runtime.calls import Call, Outcome
from shared.web.problems import Invalid

MAX_KEY = 200
MAX_VERSION = 40


class WriteAnswer(BaseModel):
    """What a write came to.

    Attributes:
        version: of the aggregate now; send it back in ``If-Match``.
        repeated: this idempotency key was carried out before; nothing was done again.
        events: type names of what happened now.
    """

    id: str
    version: int
    repeated: bool
    events: list[str]


@dataclass(frozen=True, slots=True)
class Write:
    """What headers and body say about a write, beside the command itself."""

    key: str
    digest: str
    expected: int | None
    by: str
    traceparent: str

    def call(self, kind: str, key: str, command: object) -> Call:
        """Return the call of a command; the idempotency key counts per aggregate."""
        scoped = f"{kind}/{key}:{self.key}" if self.key else ""
        return Call(kind, key, command, scoped, self.digest, self.expected, traceparent=self.traceparent)


def answer(outcome: Outcome) -> WriteAnswer:
    """Return the answer of an outcome."""
    names = [type(event).type_name() for event in outcome.events]
    return WriteAnswer(id=outcome.key, version=outcome.version, repeated=outcome.repeated, events=names)


def digest_of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the digest of a JSON value; key order and white space do not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


async def write_headers(
    request: Request,
    idempotency_key: Annotated[str, Header(max_length=MAX_KEY)] = "",
    if_match: Annotated[str, Header(max_length=MAX_VERSION)] = "",
    throughline_role: Annotated[str, Header(max_length=60, pattern=r"^[a-z0-9-]*$")] = "",
    traceparent: Annotated[str, Header(max_length=60)] = "",
) -> Write:
    """Read the headers and the digest of a write; use as ``Annotated[Write, Depends(write_headers)]`` or `Framed`."""
    content = _content(await request.body())
    if content and not _takes_a_body(request):
        raise Invalid([("body", "this request takes none")])
    digest = digest_of([request.method, request.url.path, content])
    return Write(idempotency_key, digest, _version(if_match), throughline_role, traceparent)


Framed = Annotated[Write, Depends(write_headers)]


def _content(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body) if body else None
    except ValueError as error:
        raise Invalid([("body", f"is not JSON: {error}")]) from None


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
