"""HTTP edge of what intake knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from services.intake.access import ReadingAll, ReadingOne
from services.intake.views import ComplaintPage, ComplaintView, PromiseCounts, Views

Status = Literal["registered", "acknowledged", "answered", "closed", "withdrawn"]


def reads_router(views: Views) -> APIRouter:
    """Return the routes that only read."""
    routes = APIRouter()

    @routes.get("/complaints")
    async def complaints(
        _asker: ReadingAll,
        status: Annotated[list[Status] | None, Query()] = None,
        cursor: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> ComplaintPage:
        return await views.complaints(status or [], cursor, limit)

    @routes.get("/complaints/{complaint}")
    async def complaint(
        _asker: ReadingOne, complaint: Annotated[str, Path(max_length=64)], response: Response
    ) -> ComplaintView:
        view = await views.complaint(complaint)
        response.headers["ETag"] = f'"{view.version}"'
        return view

    @routes.get("/promises/summary")
    async def promises(_asker: ReadingAll) -> PromiseCounts:
        return await views.promises()

    @routes.get("/counts")
    async def counts(_asker: ReadingAll) -> Mapping[str, int]:
        return await views.counts()

    return routes
