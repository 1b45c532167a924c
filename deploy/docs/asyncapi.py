"""docs/asyncapi.yaml: the published language for machines, AsyncAPI 3.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml
from pydantic.json_schema import models_json_schema

from deploy.docs.reading import DEPARTMENT_TOPIC, Message
from services import owners, readers
from shared.contracts import topics
from shared.contracts.envelope import Envelope

_HEAD: Final = "# Made by `make docs` from shared/contracts; not edited by hand.\n"
_REFERENCE: Final = "#/components/schemas/{model}"
Json = dict[str, Any]


def asyncapi(messages: Sequence[Message]) -> str:
    """Return the whole document."""
    document: Json = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Throughline",
            "version": "1",
            "description": "What the services tell each other about complaints. Order holds per key within one topic.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel_id(topic): _channel(topic, messages) for topic in _addresses()},
        "operations": dict(_operations(messages)),
        "components": {
            "messages": {message.name: _message(message) for message in messages},
            "schemas": {"Headers": _headers(), **_schemas(messages)},
        },
    }
    return _HEAD + yaml.safe_dump(document, sort_keys=False, width=120, allow_unicode=True)


def _addresses() -> Iterator[str]:
    yield from owners()
    yield DEPARTMENT_TOPIC


def _channel_id(topic: str) -> str:
    """The topic's middle: ``complaints.intake.v1`` is ``intake``."""
    return "department" if topic == DEPARTMENT_TOPIC else topic.split(".")[1]


def _channel(topic: str, messages: Sequence[Message]) -> Json:
    said = [message.name for message in messages if topic in message.topics]
    channel: Json = {"address": topic, "messages": {name: _to("components/messages", name) for name in said}}
    if topic == DEPARTMENT_TOPIC:
        channel["parameters"] = {"department": {"description": "id of a department in the organisation file"}}
    channel["bindings"] = {"kafka": {"partitions": topics.PARTITIONS, "bindingVersion": "0.5.0"}}
    return channel


def _operations(messages: Sequence[Message]) -> Iterator[tuple[str, Json]]:
    for topic in _addresses():
        channel = _channel_id(topic)
        said = [message for message in messages if topic in message.topics]
        owner = owners().get(topic, owners()[topics.DEPARTMENTS])
        yield f"{owner}-says-{channel}", _operation("send", channel, said)
        for reader in readers().get(topic, ()):
            heard = [message for message in said if reader in message.heard_by]
            yield f"{reader}-hears-{channel}", _operation("receive", channel, heard)


def _operation(action: str, channel: str, messages: Sequence[Message]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [_to(f"channels/{channel}/messages", message.name) for message in messages],
    }


def _message(message: Message) -> Json:
    return {
        "name": message.name,
        "summary": message.shape.prose,
        "headers": _to("components/schemas", "Headers"),
        "payload": _to("components/schemas", message.model.__name__),
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


def _headers() -> Json:
    names = [name for name, _ in Envelope("a:1", "/a", "A.v1", "now", "a", 1, traceparent="00").headers()]
    return {
        "type": "object",
        "description": "CloudEvents 1.0 in Kafka's binary mode; traceparent where the cause had one.",
        "properties": {name: {"type": "string"} for name in names},
        "required": [name for name in names if name != "traceparent"],
    }


def _schemas(messages: Sequence[Message]) -> Mapping[str, Json]:
    models = [(message.model, "serialization") for message in messages]
    _, schema = models_json_schema(models, ref_template=_REFERENCE)  # type: ignore[arg-type]
    found: Mapping[str, Json] = schema["$defs"]
    return found


def _to(where: str, name: str) -> Json:
    return {"$ref": f"#/{where}/{name}"}
