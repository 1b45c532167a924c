"""What operations may read, and what each department may read about itself."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from services.departments.access import ReadingResolutions, ReadingTable
from services.departments.api.requests import ComplaintId, DepartmentId
from services.departments.views.models import Briefing, BriefingPage, ResolutionPage, ResolutionView
from services.departments.views.reads import STANDINGS, STATUSES, Views
from shared.store.port import MAX_PAGE
from shared.web.problems import Invalid

Cursor = Annotated[str, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Words = Annotated[list[str] | None, Query(max_length=20)]
_OPEN: Final = tuple(status for status in STATUSES if status != "closed")


def reads_router(views: Views) -> APIRouter:
    """Return the routes that read."""
    routes = APIRouter()

    @routes.get("/resolutions")
    async def resolutions(
        _asker: ReadingResolutions,
        status: Words = None,
        department: Words = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> ResolutionPage:
        return await views.resolutions(_known(status, STATUSES), department or [], cursor, limit)

    @routes.get("/resolutions/{complaint}")
    async def resolution(_asker: ReadingResolutions, complaint: ComplaintId, response: Response) -> ResolutionView:
        found = await views.resolution(complaint)
        response.headers["ETag"] = f'"{found.version}"'
        return found

    @routes.get("/departments/{department}/table")
    async def table(
        _asker: ReadingTable,
        department: DepartmentId,
        status: Words = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> BriefingPage:
        return await views.briefings(department, _known(status, (*STATUSES, *STANDINGS)), cursor, limit)

    @routes.get("/departments/{department}/table/{complaint}")
    async def briefing(
        _asker: ReadingTable, department: DepartmentId, complaint: ComplaintId, response: Response
    ) -> Briefing:
        found = await views.briefing(department, complaint)
        response.headers["ETag"] = f'"{found.version}"'
        return found

    @routes.get("/counts")
    async def counts(_asker: ReadingResolutions) -> dict[str, dict[str, int]]:
        return await views.counts()

    return routes


def _known(words: list[str] | None, known: tuple[str, ...]) -> list[str]:
    """Read the filter; ``open`` stands for every status but closed."""
    wanted = [one for word in words or [] for one in (_OPEN if word == "open" else (word,))]
    unknown = [word for word in wanted if word not in known]
    if unknown:
        raise Invalid([("status", f"'{unknown[0]}' is none of open, {', '.join(known)}")])
    return wanted
