"""The headers that callers send, declared in this file alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header

MAX_KEY = 200
MAX_VERSION = 40

KeyHeader = Annotated[str, Header(alias="idempotency-key", max_length=MAX_KEY)]
VersionHeader = Annotated[str, Header(alias="if-match", max_length=MAX_VERSION)]
RoleHeader = Annotated[str, Header(alias="throughline-role", max_length=60, pattern=r"^[a-z0-9-]*$")]
"""The role that the caller claims. Only the door (`shared.web.access`) looks at it."""
TraceHeader = Annotated[str, Header(alias="traceparent", max_length=60)]


@dataclass(frozen=True, slots=True)
class WriteHeaders:
    """The headers that the door keeps for the frame of a write; empty where the caller sent nothing."""

    key: str
    version: str
    traceparent: str


LEFT_BY_DOOR: Final = "throughline.headers"
"""The key in a request's scope of its `WriteHeaders`."""


async def _traceparent(traceparent: TraceHeader = "") -> str:
    return traceparent


Traced = Annotated[str, Depends(_traceparent)]
"""The `traceparent` of a request that is not framed as a write."""
