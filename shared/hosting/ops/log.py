"""A service's own log, for readers that missed something, and reading the logs of others again."""

from __future__ import annotations

from typing import Annotated, Final, Self

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.hosting.operated import Operated
from shared.hosting.ops.access import Operating, Pulling
from shared.messaging.rebuild import drop_rows
from shared.messaging.replay import Replayed, Selection
from shared.messaging.sources import Copy, Head, SourceUnavailable, Want
from shared.web.problems import SOURCE_AWAY, problem

_LAST_POSITION: Final = 2**63 - 1
"""Log positions are 64-bit numbers in every store."""


class ReplayRequest(BaseModel):
    """What to read again: exactly one of `since`, `complaint` and `all`.

    Attributes:
        after: `next` of the answer before; empty to begin.
        rebuild: with `all`, and to begin: drops the read models first, so that they are built anew.
    """

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    complaint: str = Field(default="", max_length=200)
    all: bool = False
    after: str = Field(default="", max_length=200)
    rebuild: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum((self.since is not None, bool(self.complaint), self.all)) != 1:
            msg = "choose what to read again: one of since (an instant), complaint (an id) and all (true)"
            raise ValueError(msg)
        if self.rebuild and (not self.all or self.after):
            msg = "rebuild begins with all: leave out since, complaint and after"
            raise ValueError(msg)
        return self


def log_router(service: Operated) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/log/heads")
    async def heads(
        _asker: Pulling,
        after: Annotated[int, Query(ge=0, le=_LAST_POSITION)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    ) -> list[Head]:
        return await service.source.heads(after, limit)

    @router.post("/log/pull")
    async def pull(_asker: Pulling, wants: list[Want]) -> list[Copy]:
        return await service.source.pull(wants)

    @router.post("/replay", response_model=Replayed)
    async def replay(_asker: Operating, body: ReplayRequest) -> Replayed | Response:
        if body.rebuild:
            await drop_rows(service.definition, service.antientropy, service.store)
        try:
            return await service.replay.step(Selection(body.since, body.complaint), body.after)
        except SourceUnavailable as error:
            return problem(SOURCE_AWAY, f"{error}; what was applied stays, ask again from the same place")

    return router
