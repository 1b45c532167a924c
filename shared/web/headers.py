"""The headers that callers send. Where several are wrong, the answer names them in the order they have here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

MAX_KEY = 200
MAX_VERSION = 40

RoleHeader = Annotated[str, Header(max_length=60, pattern=r"^[a-z0-9-]*$")]
"""What the caller says it acts as. Only the door (`shared.web.access`) may look at it."""
TraceHeader = Annotated[str, Header(max_length=60)]


@dataclass(frozen=True, slots=True)
class WriteHeaders:
    """The headers of a write as they came; empty where the caller left one out."""

    idempotency_key: str
    if_match: str
    role: str
    traceparent: str


async def _write_headers(
    idempotency_key: Annotated[str, Header(max_length=MAX_KEY)] = "",
    if_match: Annotated[str, Header(max_length=MAX_VERSION)] = "",
    throughline_role: RoleHeader = "",
    traceparent: TraceHeader = "",
) -> WriteHeaders:
    return WriteHeaders(idempotency_key, if_match, throughline_role, traceparent)


async def _role(throughline_role: RoleHeader = "") -> str:
    return throughline_role


async def _traceparent(traceparent: TraceHeader = "") -> str:
    return traceparent


OfWrite = Annotated[WriteHeaders, Depends(_write_headers)]
Said = Annotated[str, Depends(_role)]
"""The role alone, for a route that is no write of a complaint."""
Traced = Annotated[str, Depends(_traceparent)]
"""The `traceparent` alone, likewise."""
