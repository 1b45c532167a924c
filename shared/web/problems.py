"""Errors as RFC 9457 problem documents: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.core.decider import Rejected
from shared.runtime.calls import KeyReused, VersionConflict
from shared.store.port import StoreUnavailable

_TYPE = "urn:throughline:problem:"
RETRY_AFTER_SECONDS = 2


class NotFound(Exception):
    """There is nothing under this address, or it is another department's."""

    def __init__(self, what: str) -> None:
        super().__init__(what)


class Invalid(Exception):
    """A request that is well-formed but wrong; each problem is a field path and a sentence."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {sentence}" for path, sentence in problems))
        self.problems = tuple(problems)


def problem(status: int, kind: str, detail: str, **more: Any) -> JSONResponse:  # noqa: ANN401 - extension members are free
    """Return a problem document."""
    body = {"type": _TYPE + kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def render(error: Exception) -> JSONResponse:
    """Return the problem document of an error that edges let escape; an unknown one is raised again."""
    match error:
        case Rejected():
            return problem(409, error.rule, error.sentence)
        case VersionConflict():
            return problem(412, "version-conflict", str(error), current=error.current)
        case KeyReused():
            return problem(422, "idempotency-key-reused", str(error), first=error.stream.partition("/")[2])
        case StoreUnavailable():
            return problem(503, "store-away", f"the store does not answer; nothing was lost, try again: {error}")
        case NotFound():
            return problem(404, "not-found", str(error))
        case Invalid():
            return _fields([{"field": path, "problem": sentence} for path, sentence in error.problems])
        case _:
            raise error


def install(app: FastAPI) -> None:
    """Make the app answer every known error with a problem document."""
    for kind in (Rejected, VersionConflict, KeyReused, StoreUnavailable, NotFound, Invalid):
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


async def _known(_request: Request, error: Exception) -> JSONResponse:
    return render(error)


async def _validation(_request: Request, error: Exception) -> JSONResponse:
    found = cast("RequestValidationError", error).errors()
    broken = next((item for item in found if item["type"] == "json_invalid"), None)
    if broken is not None:
        at, why = broken["loc"][-1], broken["ctx"]["error"]
        return problem(400, "malformed", f"the body is not JSON: {why} at character {at}")
    return _fields([{"field": _path(item["loc"]), "problem": str(item["msg"])} for item in found])


async def _http(_request: Request, error: Exception) -> JSONResponse:
    known = cast("HTTPException", error)
    return problem(known.status_code, "http", str(known.detail))


def _fields(fields: list[dict[str, str]]) -> JSONResponse:
    return problem(422, "invalid", "; ".join(f"{f['field']}: {f['problem']}" for f in fields[:5]), errors=fields)


def _path(location: Sequence[str | int]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "body"]
    return "".join(parts).lstrip(".") or "body"
