"""JSON schemas of the files that an operator writes: for editors, and for the reference that is made from them."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DictSchema

Json = dict[str, Any]

# Editors know this version best; what pydantic writes is brought to it.
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"


class _TitledByKind(GenerateJsonSchema):
    """Here a title is the name of a kind of value; pydantic makes one of each field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - as pydantic declares it
        return False

    def dict_schema(self, schema: DictSchema) -> Json:
        """Keep what kind of value the keys and the values are, which pydantic leaves out."""
        made = super().dict_schema(schema)
        values: list[Json] = list(made.get("patternProperties", {}).values())
        values += [made["additionalProperties"]] if isinstance(made.get("additionalProperties"), dict) else []
        for inner, parts in (
            (schema.get("values_schema"), values),
            (schema.get("keys_schema"), [made.get("propertyNames", {})]),
        ):
            kind = self.generate_inner(inner).get("title") if inner else None
            for part in parts if kind else ():
                part["title"] = kind
        return made


def schema_of(model: type[BaseModel], comment: str) -> Json:
    """Return the schema of a file with this model at its top, each field with what its docstring says."""
    schema = model.model_json_schema(schema_generator=_TitledByKind)
    models = {found.__name__: found for found in models_in(model)}
    for name, definition in schema.get("$defs", {}).items():
        _describe(definition, models[name])
    _describe(schema, model)
    brought: Json = _in_dialect(schema)
    return {"$comment": comment, "$schema": _DIALECT, **brought}


def models_in(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and every model that its fields are made of; one that is used twice comes twice."""
    yield model
    for field in model.model_fields.values():
        yield from _models_of(field.annotation)


def _models_of(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any annotation of a field
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from models_in(annotation)
    for part in get_args(annotation):
        yield from _models_of(part)


def object_in(schema: Json) -> Json | None:
    """Return the part of a definition that has fields: itself, or the long form of one that may be written shorter."""
    found: list[Json] = [form for form in (schema, *schema.get("anyOf", ())) if "properties" in form]
    return found[0] if found else None


def _describe(definition: Json, model: type[BaseModel]) -> None:
    described = object_in(definition)
    if described is None:
        return
    prose = attributes(model)
    for name, field in described["properties"].items():
        field["description"] = prose[name]


def _in_dialect(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(schema, list):
        return [_in_dialect(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    brought = {key: _in_dialect(part) for key, part in schema.items()}
    if "$ref" in brought and len(brought) > 1:  # what stands beside a reference counts only since 2019-09
        brought["allOf"] = [{"$ref": brought.pop("$ref")}]
    if isinstance(brought.get("prefixItems"), list):
        brought["items"] = brought.pop("prefixItems")
    return brought


@cache
def attributes(model: type[BaseModel]) -> Mapping[str, str]:
    """Return what a model's source says of each of its fields: the string below it."""
    source = ast.parse(inspect.getsource(sys.modules[model.__module__]))
    found = [node for node in source.body if isinstance(node, ast.ClassDef) and node.name == model.__name__]
    return _below(found[0].body)


@cache
def constants(module: ModuleType) -> Mapping[str, str]:
    """Return what a module's source says of each of its constants: the string below it."""
    return _below(ast.parse(inspect.getsource(module)).body)


def _below(body: list[ast.stmt]) -> Mapping[str, str]:
    described: dict[str, str] = {}
    for node, following in pairwise(body):
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if (
            isinstance(target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
        ):
            described[target.id] = " ".join(str(following.value.value).split())
    return described
