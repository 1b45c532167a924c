"""The reference of the files that an operator writes, in words, from their JSON schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shared.organisation import kinds
from shared.organisation import models as organisation_models
from shared.organisation.kinds import parse_duration
from shared.organisation.mapping import models as mapping_models
from tools.datafiles import Json, constants, object_in
from tools.markdown import table

_KINDS: Final[Mapping[str, str]] = {
    "id": "Slug",
    "version": "Version",
    "language": "Language",
    "duration": "Duration",
    "amount": "Money",
    "currency": "Currency",
    "share": "Share",
    "phrase": "Phrase",
    "column": "Column",
}
"""What a schema's title calls a kind of value, and the constant that says what it is."""
_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
}
_SHOWN_PATHS: Final = 4


def reference(head: str, schema: Json) -> str:
    """Return the page of one kind of file: its head, the kinds of values, and each part of the file."""
    definitions: Mapping[str, Json] = schema["$defs"]
    return "\n".join(
        [
            head,
            "## The file\n",
            _fields(schema, definitions),
            "## Its parts\n",
            *_parts(schema, definitions),
            "## Kinds of values\n",
            _kinds(schema),
        ]
    )


def _parts(schema: Json, definitions: Mapping[str, Json]) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for name, path in _places(schema, definitions):
        places.setdefault(name, []).append(path)
    for name, paths in places.items():
        definition = definitions[name]
        yield f"### {heading(definition)}\n"
        if object_in(definition):
            shown = ", ".join(f"`{path}`" for path in paths[:_SHOWN_PATHS])
            yield f"At {shown}{' and the like' if len(paths) > _SHOWN_PATHS else ''}.\n"
        yield str(definition["description"]) + "\n"
        if fields := object_in(definition):
            yield _fields(fields, definitions)


def _places(schema: Json, definitions: Mapping[str, Json], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each definition that a part of the file refers to, with the path at which it stands, outer ones first."""
    for name, field in schema["properties"].items():
        at = f"{path}.{name}" if path else name
        for part, suffix in _references(field):
            yield part, at + suffix
            if inner := object_in(definitions[part]):
                yield from _places(inner, definitions, at + suffix)


def _references(field: Json) -> Iterator[tuple[str, str]]:
    if "$ref" in field:
        yield field["$ref"].rpartition("/")[2], ""
    for form in (*field.get("allOf", ()), *field.get("anyOf", ())):
        yield from _references(form)
    if isinstance(field.get("items"), dict):
        yield from ((part, "[]" + suffix) for part, suffix in _references(field["items"]))
    for inner in _values_of(field):
        yield from ((part, f".<{_key(field)}>" + suffix) for part, suffix in _references(inner))


def _fields(schema: Json, definitions: Mapping[str, Json]) -> str:
    needed = schema.get("required", ())
    rows = [
        (
            f"`{name}`",
            words(field, definitions),
            "required" if name in needed else _default(field),
            field["description"],
        )
        for name, field in schema["properties"].items()
    ]
    return table(("field", "type", "default", "meaning"), rows)


def words(field: Json, definitions: Mapping[str, Json]) -> str:
    """Return the type of a field in words, with links to the parts that it is made of."""
    found = _named(field, definitions) or _choice(field, definitions) or _compound(field, definitions)
    return found or _WORDS[field["type"]] + _range(field)


def _named(field: Json, definitions: Mapping[str, Json]) -> str:
    if "$ref" in field:
        title = heading(definitions[field["$ref"].rpartition("/")[2]])
        return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"
    if field.get("title") in _KINDS:
        return f"[{field['title']}](#kinds-of-values)"
    return words(field["allOf"][0], definitions) if "allOf" in field else ""


def _choice(field: Json, definitions: Mapping[str, Json]) -> str:
    if "enum" in field:
        return " · ".join(f"`{choice}`" for choice in field["enum"])
    forms = [form for form in field.get("anyOf", ()) if form.get("type") != "null"]
    return " or ".join(words(form, definitions) for form in forms)


def _compound(field: Json, definitions: Mapping[str, Json]) -> str:
    if isinstance(field.get("items"), list):
        return " and ".join(words(item, definitions) for item in field["items"])
    if "items" in field:
        least = ", at least one" if field.get("minItems") else ""
        return f"list of {words(field['items'], definitions)}{least}"
    if field.get("format") == "date":
        return "date"
    inner = [words(value, definitions) for value in _values_of(field)]
    return f"{inner[0]} by {_key(field)}" if inner else ""


def _values_of(field: Json) -> Sequence[Json]:
    if isinstance(field.get("additionalProperties"), dict):
        return [field["additionalProperties"]]
    return list(field.get("patternProperties", {}).values())


def _key(field: Json) -> str:
    """What the keys of a mapping are."""
    keys = field.get("propertyNames", {})
    return str(keys.get("title") or keys.get("format") or "name")


def _range(field: Json) -> str:
    least, most = field.get("minimum"), field.get("maximum")
    if least is not None and most is not None:
        return f", {least} to {most}"
    return f", at least {least}" if least is not None else ""


def _default(field: Json) -> str:
    default = field.get("default")
    if default in (None, [], {}):
        return "none"
    if isinstance(default, dict):
        return "its defaults"
    if field.get("title") == "duration":
        return f"`{_duration(default)}`"
    if isinstance(default, list):
        return ", ".join(f"`{value}`" for value in default)
    return f"`{default if isinstance(default, str) and default.strip() else json.dumps(default)}`"


def _duration(written: str) -> str:
    hours = parse_duration(written).total_seconds() / 3600
    return f"{hours / 24:g}d" if hours % 24 == 0 else f"{hours:g}h"


def _kinds(schema: Json) -> str:
    described = {**constants(kinds), **constants(organisation_models), **constants(mapping_models)}
    rows: dict[str, tuple[str, str, str]] = {}
    for part in _every(schema):
        title = part.get("title")
        if isinstance(title, str) and title in _KINDS and title not in rows:
            examples = ", ".join(f"`{example}`" for example in part["examples"])
            rows[title] = (title, examples, described[_KINDS[title]])
    return table(("kind", "for example", "meaning"), [rows[title] for title in _KINDS if title in rows])


def _every(part: Any) -> Iterator[Json]:  # noqa: ANN401 - any part of a schema
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from _every(inner)


def heading(definition: Json) -> str:
    """Return the title of a definition as a heading: ``SeverityMatrix`` is "Severity matrix"."""
    return re.sub(r"(?<=[a-z])([A-Z])", r" \1", definition["title"]).capitalize()
