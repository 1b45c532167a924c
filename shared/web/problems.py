"""Errors as RFC 9457 problem documents: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.eventsourcing.calls import KeyReused, VersionConflict
from shared.eventsourcing.decider import Rejected
from shared.store.port import StoreUnavailable

TYPE: Final = "urn:throughline:problem:"
"""How every problem type begins; the rest is listed in docs/reference/problems.md."""
RETRY_AFTER_SECONDS: Final = 2


class Kind(NamedTuple):
    """A problem that any service may answer with, beside those of its own rules.

    Attributes:
        id: the end of the problem type.
        meaning: what is wrong and what to do, in general; the answer's `detail` is about the one request.
    """

    status: int
    id: str
    meaning: str


MALFORMED: Final = Kind(400, "malformed", "The request cannot be read: the body is not JSON, or a header is wrong.")
NOT_FOUND: Final = Kind(404, "not-found", "There is nothing under this address, or it is another department's.")
REFUSED: Final = 409
"""The status of a command that a rule refuses; its type is the rule's."""
VERSION_CONFLICT: Final = Kind(
    412, "version-conflict", "The complaint has changed since `If-Match`; `current` is its version now. Read it again."
)
TOO_LARGE: Final = Kind(
    413, "too-large", "The body is larger than this service takes; the detail says how much it takes."
)
INVALID: Final = Kind(422, "invalid", "The body is JSON, but not what this route takes; `errors` names each field.")
KEY_REUSED: Final = Kind(
    422,
    "idempotency-key-reused",
    "The `Idempotency-Key` was used for another request; `first` is what that one was for.",
)
STORE_AWAY: Final = Kind(503, "store-away", "The store does not answer. Nothing that was accepted is lost; try again.")
SOURCE_AWAY: Final = Kind(
    503, "source-away", "The service to pull from does not answer. What was applied stays; ask again."
)
NOT_READY: Final = Kind(503, "not-ready", "The service cannot work yet; `missing` says what it waits for.")


class NotFound(Exception):
    """Nothing exists at this address, or it belongs to another department."""

    def __init__(self, what: str) -> None:
        super().__init__(what)


class Invalid(Exception):
    """A request that is well-formed but wrong; each problem is a field path and a sentence."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {sentence}" for path, sentence in problems))
        self.problems = tuple(problems)


def problem(kind: Kind, detail: str, **more: Any) -> JSONResponse:  # noqa: ANN401 - extension members are free
    """Return a problem document."""
    return _document(kind.status, kind.id, detail, more)


def _document(status: int, kind: str, detail: str, more: Mapping[str, Any]) -> JSONResponse:
    body = {"type": TYPE + kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def render(error: Exception) -> JSONResponse:
    """Return the problem document of an error that an edge did not handle; an unknown error is raised again."""
    match error:
        case Rejected():
            return _document(REFUSED, error.rule, error.sentence, {})
        case VersionConflict():
            return problem(VERSION_CONFLICT, str(error), current=error.current)
        case KeyReused():
            return problem(KEY_REUSED, str(error), first=error.stream.partition("/")[2])
        case StoreUnavailable():
            return problem(STORE_AWAY, f"the store does not answer; nothing was lost, try again: {error}")
        case NotFound():
            return problem(NOT_FOUND, str(error))
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
        return problem(MALFORMED, f"the body is not JSON: {why} at character {at}")
    return _fields([{"field": _path(item["loc"]), "problem": str(item["msg"])} for item in found])


async def _http(_request: Request, error: Exception) -> JSONResponse:
    known = cast("HTTPException", error)
    return _document(known.status_code, "http", str(known.detail), {})


def _fields(fields: list[dict[str, str]]) -> JSONResponse:
    return problem(INVALID, "; ".join(f"{f['field']}: {f['problem']}" for f in fields[:5]), errors=fields)


def _path(location: Sequence[str | int]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "body"]
    return "".join(parts).lstrip(".") or "body"
