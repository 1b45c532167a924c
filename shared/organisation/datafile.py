"""Files that people write: YAML read strictly, and errors that say where, what is wrong, and what would be right.

Used by the organisation file and by the import mappings. Pure: text in, data or `DataFileInvalid` out.
"""

import difflib
import re
import typing
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.config import JsonDict


class Frozen(BaseModel):
    """Base of every model of a data file: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: `path` inside it (`steps[2].department`), what is wrong, what would be right."""

    path: str
    wrong: str
    right: str = ""

    def __str__(self) -> str:
        where = self.path or "(the file)"
        return f"{where}: {self.wrong}" + (f"; {self.right}" if self.right else "")


class DataFileInvalid(ValueError):
    """A data file that cannot be used. `problems` holds every problem found, the message lists them all."""

    kind = "file"

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{self.kind} {source} is invalid:\n{listed}")


def written_as(form: JsonDict) -> Callable[[JsonDict], None]:
    """For `json_schema_extra` of a model that a file writes in another form, which takes the place of its fields."""

    def replace(schema: JsonDict) -> None:
        kept = _taken(schema)
        schema.clear()
        schema |= kept | form

    return replace


def or_shorter(*forms: JsonDict) -> Callable[[JsonDict], None]:
    """For `json_schema_extra` of a model that a file may also write in one of these shorter forms."""

    def widen(schema: JsonDict) -> None:
        kept = _taken(schema)
        full = dict(schema)
        schema.clear()
        schema |= kept
        schema["anyOf"] = [*forms, full]

    return widen


def _taken(schema: JsonDict) -> JsonDict:
    return {key: schema.pop(key) for key in ("title", "description") if key in schema}


def closest(word: object, known: Iterable[str]) -> str:
    """What to write instead of `word`: the closest known name, else all of them (at most twelve)."""
    names = sorted(set(known))
    near = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not names:
        return "there is none to choose from"
    listed = ", ".join(f"'{name}'" for name in names[:12])
    return f"use one of {listed}" + (" …" if len(names) > 12 else "")


def path_of(parts: Iterable[object]) -> str:
    """`("steps", 2, "department")` -> `steps[2].department`."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif re.fullmatch(r"[\w-]+", str(part)):
            path += f".{part}" if path else str(part)
        else:
            path += f"['{part}']"
    return path


def is_mapping(value: object) -> TypeGuard[dict[object, object]]:
    """Whether this part of a file is a mapping."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether this part of a file is a list."""
    return isinstance(value, list)


if typing.TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader as _Loader
else:
    from yaml import CSafeLoader as _Loader  # ten times as fast


class _StrictLoader(_Loader):
    """YAML without its traps: no duplicate keys; only `true` and `false` are booleans (`NO` is Norway)."""


_BOOL, _INT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int"
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in {_BOOL, _INT}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_StrictLoader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))  # pyright: ignore[reportUnknownMemberType]
_StrictLoader.add_implicit_resolver(_INT, re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789"))  # pyright: ignore[reportUnknownMemberType]


def _mapping_without_duplicates(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[Hashable] = set()
    for key_node, _ in node.value:
        key: object = loader.construct_object(key_node, deep=True)  # pyright: ignore[reportUnknownMemberType]
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a plain value", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"'{key}' is given twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping_without_duplicates)


def parse_yaml(text: str, source: str, error: type[DataFileInvalid]) -> dict[str, Any]:
    """Read one YAML mapping.

    Raises:
        DataFileInvalid: (as `error`) with line and column for broken YAML, or if the document is not a mapping.
    """
    try:
        data: object = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise error(source, [Problem(where, broken.problem or "not YAML")]) from broken
    except (yaml.YAMLError, ValueError, RecursionError) as broken:
        raise error(source, [Problem("", f"not YAML: {broken}")]) from broken
    if not is_mapping(data):
        raise error(source, [Problem("", "a mapping of sections is expected at the top")])
    return {str(key): value for key, value in data.items()}


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Turn what pydantic found into problems with paths in the file."""
    # A list whose entries were refused one by one also counts as too short; that would be reported twice.
    found = [item for item in error.errors(include_url=False) if item["type"] != "too_short" or not item["input"]]
    return [_problem(item, model) for item in found]


def _problem(item: Any, model: type[BaseModel]) -> Problem:  # noqa: ANN401 - pydantic's ErrorDetails
    where = item["loc"]
    path = path_of(where)
    match item["type"]:
        case "extra_forbidden":
            parent = _model_at(model, where[:-1])
            known = parent.model_fields if parent else ()
            return Problem(path, "no such field", closest(where[-1], known) if parent else "")
        case "missing":
            return Problem(path, "is missing")
        case "too_short":
            return Problem(path, "is empty", "give at least one entry")
        case "value_error":
            return Problem(path, str(item["ctx"]["error"]))
        case _:
            return Problem(path, f"{_shown(item['input'])} is not valid", _lower(item["msg"]))


def _model_at(model: type[BaseModel] | None, where: Sequence[object]) -> type[BaseModel] | None:
    for part in where:
        if model is None:
            return None
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - a typing form
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in typing.get_args(annotation))
    return next((inner for inner in found if inner), None)


def _shown(value: object) -> str:
    text = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
