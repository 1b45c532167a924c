"""The schema of every published event as it was when it was last agreed, and one sample of its bytes.

``python -m tests.contract.messages.snapshots`` writes them anew. It refuses a change that readers or writers of the
earlier form would stumble over, and it never rewrites a sample: that is what an earlier writer sent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from services import catalogue
from shared.contracts.event import Event, Upcast

FOLDER: Final = Path(__file__).parent
ADVICE: Final = (
    "a new optional field: run `python -m tests.contract.messages.snapshots` and commit what it writes; anything else:"
    " a new version, with an upcaster from the old one (CONTRIBUTING.md)"
)
_PLAIN: Final[dict[object, object]] = {
    str: "some words",
    int: 3,
    float: 0.5,
    bool: True,
    Decimal: Decimal("12.50"),
    timedelta: timedelta(hours=36),
    datetime: datetime.fromisoformat("2026-03-02T09:30:00+00:00"),
    date: date(2026, 3, 5),
}

Json = dict[str, Any]


def published() -> dict[str, tuple[str, type[Event]]]:
    """Type name on the wire -> (service, model)."""
    return {name: (event.stream.service, event) for name, event in catalogue().published.items()}


def schema_file(service: str, name: str) -> Path:
    return FOLDER / service / f"{name}.schema.json"


def sample_file(service: str, name: str) -> Path:
    return FOLDER / service / f"{name}.sample.json"


def schema_of(model: type[BaseModel]) -> Json:
    """What is on the wire; the prose of docstrings is no part of the contract."""
    found: Json = _without_prose(model.model_json_schema(mode="serialization"))
    return found


def sample_of(model: type[BaseModel]) -> bytes:
    """One event with a value in every field."""
    return _example(model).model_dump_json().encode()


def kept() -> dict[str, Path]:
    """Type name -> folder of every event that was ever published, today or in a version that is retired."""
    return {file.name.removesuffix(".sample.json"): file.parent for file in FOLDER.glob("*/*.sample.json")}


def astray(events: Container[str], upcasters: Mapping[str, Upcast]) -> list[str]:
    """The retired types that no chain of upcasters leads from to an event of today."""
    return [name for name in upcasters if not _arrives(name, events, upcasters)]


def breaks(before: Json, after: Json) -> list[str]:
    """What of `after` an old reader or an old writer's event would stumble over; empty for compatible changes."""
    return [f"{path or 'event'}: {what}" for path, what in _breaks(before, before, after, after, "")]


def shown(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    refused = 0
    for name, (service, model) in published().items():
        file, sample = schema_file(service, name), sample_file(service, name)
        schema = schema_of(model)
        found = breaks(json.loads(file.read_text(encoding="utf-8")), schema) if file.exists() else []
        if found:
            refused = 1
            print(f"{name} is left as it is: {'; '.join(found)}.\n  {ADVICE}", file=sys.stderr)  # noqa: T201
            continue
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown(schema), encoding="utf-8")
        if not sample.exists():
            sample.write_text(shown(json.loads(sample_of(model))), encoding="utf-8")
    return refused


def _arrives(name: str, events: Container[str], upcasters: Mapping[str, Upcast]) -> bool:
    for _ in upcasters:
        if name in upcasters:
            name = upcasters[name].to
    return name in events and name not in upcasters


def _example(annotation: Any) -> Any:  # noqa: ANN401, PLR0911 - any annotation of a contract has its example
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation(**{name: _example(field.annotation) for name, field in annotation.model_fields.items()})
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _example(inner[0])
    if origin is Literal:
        return inner[0]
    if origin is tuple:
        return (_example(inner[0]),)
    if origin is dict:
        return {"one": _example(inner[1])}
    given = next((part for part in inner if part is not NoneType), None)
    if given is None or origin not in {Union, type(int | None)}:
        raise TypeError(f"no example for {annotation}: name one in snapshots.py")
    return _example(given)


def _without_prose(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(schema, list):
        return [_without_prose(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: value for key, value in schema.items() if key not in {"title", "description"} or isinstance(value, dict)
    }
    return {key: _without_prose(value) for key, value in kept.items()}


def _breaks(old_root: Json, old: Json, new_root: Json, new: Json, path: str) -> Iterator[tuple[str, str]]:
    old, new = _resolved(old_root, old), _resolved(new_root, new)
    if "properties" in old and "properties" in new:
        yield from _broken_fields(old_root, old, new_root, new, path)
        return
    for inner in ("items", "additionalProperties"):
        if isinstance(old.get(inner), dict) and isinstance(new.get(inner), dict):
            yield from _breaks(old_root, old[inner], new_root, new[inner], f"{path}[]")
            old, new = ({key: value for key, value in side.items() if key != inner} for side in (old, new))
    if "anyOf" in old and "anyOf" in new and len(old["anyOf"]) == len(new["anyOf"]):
        for before, after in zip(old["anyOf"], new["anyOf"], strict=True):
            yield from _breaks(old_root, before, new_root, after, path)
        return
    gone = set(old.get("enum", ())) - set(new.get("enum", old.get("enum", ())))
    if gone:
        yield path, f"no longer {', '.join(sorted(map(str, gone)))}"
    if {**old, "enum": None, "default": None} != {**new, "enum": None, "default": None}:
        yield path, f"was {json.dumps(old)}, would be {json.dumps(new)}"


def _broken_fields(old_root: Json, old: Json, new_root: Json, new: Json, path: str) -> Iterator[tuple[str, str]]:
    for name, before in old["properties"].items():
        field = f"{path}.{name}".lstrip(".")
        if name not in new["properties"]:
            yield field, "is gone"
        else:
            yield from _breaks(old_root, before, new_root, new["properties"][name], field)
    wanted, had = set(new.get("required", ())), set(old.get("required", ()))
    for name in sorted(wanted - had):
        yield f"{path}.{name}".lstrip("."), "would be required, which earlier writers did not know"
    for name in sorted((had - wanted) & set(new["properties"])):
        yield f"{path}.{name}".lstrip("."), "would be optional, which earlier readers do not expect"


def _resolved(root: Json, schema: Json) -> Json:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


if __name__ == "__main__":
    sys.exit(main())
