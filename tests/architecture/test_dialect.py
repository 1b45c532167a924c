"""One way to name the same thing in every service, so that who knows one of them can find their way in all."""

import ast
import re
from importlib import import_module

import pytest
from pydantic import TypeAdapter

from services import NAMES, definition_of
from tests.architecture.tree import ROOT, named, nodes, parsed, part_of


def read_event(function: ast.FunctionDef, events: set[str]) -> str:
    """The event that a function of `consumers.py` reads; nothing where it reads several, or none."""
    first = function.args.args[0].annotation if len(function.args.args) == 1 else None
    if isinstance(first, ast.Subscript) and ast.unparse(first.value) == "Incoming":
        first = first.slice
    name = ast.unparse(first).rpartition(".")[2] if isinstance(first, ast.Name | ast.Attribute) else ""
    return name if name in events else ""


@pytest.mark.parametrize("service", NAMES)
class TestEveryService:
    def test_a_consumer_has_the_name_of_the_event_that_it_reads(self, service: str) -> None:
        definition = definition_of(service)
        events = {listen.event.__name__ for listen in (*definition.listens, *definition.fan_ins)}
        module = parsed(ROOT / "services" / service / "consumers.py")
        functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
        readers = {node.name: event for node in functions if (event := read_event(node, events))}
        assert bool(readers) == bool(events)
        assert readers == {re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower(): event for event in readers.values()}

    def test_the_serialiser_of_a_state_is_called_the_same_everywhere(self, service: str) -> None:
        adapters = {
            name: value
            for path in part_of(service, "state")
            for name, value in vars(import_module(named(path).removesuffix(".py").replace("/", "."))).items()
            if isinstance(value, TypeAdapter)
        }
        assert set(adapters) == ({"STATE"} if definition_of(service).streams else set())

    def test_a_name_is_imported_from_the_module_that_defines_it(self, service: str) -> None:
        """A list of re-exports is one more place to edit, and hides where a name lives."""
        lists = [
            named(path)
            for path in sorted((ROOT / "services" / service).rglob("__init__.py"))
            for node in nodes(path)
            if isinstance(node, ast.Name) and node.id == "__all__"
        ]
        assert lists == []
