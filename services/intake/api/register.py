"""HTTP edge of registration: one, or many. Personal data is in the vault before anything is accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.intake.access import ForCustomer, Importing
from services.intake.api.registration import Frame, Registrar, Registration
from services.intake.api.requests import MAX_BULK_ITEMS, BulkItem, RegisterRequest
from shared.eventsourcing.calls import Execute, KeyReused, Outcome, VersionConflict
from shared.eventsourcing.decider import Rejected
from shared.privacy.vault import Vault
from shared.web.headers import Traced
from shared.web.problems import Invalid
from shared.web.writes import Framed, WriteAnswer, answer

_BULK_ITEM: Final = TypeAdapter(BulkItem)
_WORDS_SHOWN: Final = 5


class BulkAnswer(BaseModel):
    """What became of one complaint of many; `problem` says why it was rejected."""

    id: str
    status: Literal["registered", "already", "rejected"]
    problem: str = ""


def register_router(execute: Execute, registrar: Registrar, vault: Vault) -> APIRouter:
    """Return the routes by which complaints come in."""
    routes = APIRouter()

    @routes.post("/complaints", status_code=HTTPStatus.CREATED)
    async def register(
        asker: ForCustomer, request: Request, body: RegisterRequest, write: Framed, response: Response
    ) -> WriteAnswer:
        frame = Frame(write.content, write.key, write.expected, write.traceparent)
        registration = registrar.registration(asker, body, frame)
        if registration.vault is not None:
            await vault.put({registration.call.key: registration.vault})
        outcome = await execute(registration.call)
        response.headers["Location"] = f"{request.url.path}/{outcome.key}"
        return answer(outcome)

    @routes.post(
        "/complaints/bulk",
        response_model=list[BulkAnswer],
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _bulk_schema()}}}},
    )
    async def register_many(asker: Importing, request: Request, traceparent: Traced) -> Response:
        items = _items(await request.body())
        answers: list[BulkAnswer | None] = [None] * len(items)
        accepted: dict[int, Registration] = {}
        for position, raw in enumerate(items):
            try:
                item = _BULK_ITEM.validate_python(raw)
                frame = Frame(raw["complaint"], item.idempotency_key, traceparent=traceparent)
                accepted[position] = registrar.registration(asker, item.complaint, frame)
            except (ValidationError, Invalid) as error:
                answers[position] = BulkAnswer(id="", status="rejected", problem=_sentence(error))
        await vault.put({item.call.key: item.vault for item in accepted.values() if item.vault is not None})
        outcomes = await execute.many([item.call for item in accepted.values()])
        for (position, registration), outcome in zip(accepted.items(), outcomes, strict=True):
            answers[position] = _answer(registration, outcome)
        content = orjson.dumps([known.model_dump() for known in answers if known is not None])
        return Response(content, media_type="application/json")

    return routes


def _items(body: bytes) -> Sequence[Any]:
    try:
        items: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Invalid([("body", f"is not JSON: {error}")]) from error
    if not isinstance(items, list) or len(items) > MAX_BULK_ITEMS:  # pyright: ignore[reportUnknownArgumentType]
        raise Invalid([("body", f"must be an array of at most {MAX_BULK_ITEMS} items")])
    return items  # pyright: ignore[reportUnknownVariableType]


def _answer(item: Registration, outcome: Outcome | Exception) -> BulkAnswer:
    match outcome:
        case Outcome():
            return BulkAnswer(id=outcome.key, status="registered" if outcome.events else "already")
        case Rejected() | KeyReused() | VersionConflict():
            return BulkAnswer(id=item.call.key, status="rejected", problem=str(outcome))
        case _:
            raise outcome


def _sentence(error: ValidationError | Invalid) -> str:
    """Name the fields and the reasons, never the values: the answer ends up in files and logs."""
    if isinstance(error, Invalid):
        found = [f"{path}: {sentence}" for path, sentence in error.problems]
    else:
        listed = error.errors(include_url=False, include_context=False, include_input=False)
        found = [f"{_path(item['loc'])}: {item['msg']}" for item in listed]
    return "; ".join(found[:_WORDS_SHOWN])


def _path(location: Sequence[int | str]) -> str:
    inside = location[1:] if location[:1] == ("complaint",) and len(location) > 1 else location
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inside).lstrip(".") or "item"


def _bulk_schema() -> Mapping[str, Any]:
    """Written by hand: the body is validated item by item, so the framework does not see its model."""
    properties = {
        "idempotency_key": {"type": "string", "minLength": 1, "maxLength": 200},
        "complaint": {"$ref": "#/components/schemas/NewComplaint"},
    }
    item = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {"type": "array", "maxItems": MAX_BULK_ITEMS, "items": item}
