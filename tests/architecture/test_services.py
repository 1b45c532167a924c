"""What every service has in common, and what ties its events and commands to its decisions."""

import ast
import re
from dataclasses import fields
from importlib import import_module
from typing import Any, get_args

import pytest

from services import NAMES, definition_of, owners
from shared.contracts.event import Audience, Due, Event
from shared.contracts.intake import COMPLAINTS, ComplaintEvent
from shared.eventsourcing.definition import Definition
from tests.architecture.tree import ROOT, cases, named, nodes, parsed, part_of

ALWAYS = {"main", "settings", "access", "consumers", "views"}
DECIDING = {"api", "timers", "decide", "state", "policy", "commands"}
"""What a service has that decides anything; one that only shows what others decided has projections instead."""
ANATOMY = {*ALWAYS, *DECIDING, "projections"}
ALLOWED_TO_SAY_NOTHING: set[str] = set()
"""Events that change no state: none so far. An event that only tells others something would be listed here."""
WHO_DECIDES = [name for name in NAMES if definition_of(name).streams]
PURE = ("commands", "state", "decide", "policy", "projections")
CLOCKS = {"now", "utcnow", "today"}


def expected(definition: Definition) -> set[str]:
    """The parts of a service, by what it is."""
    return {
        *ALWAYS,
        *(DECIDING if definition.streams else ()),
        *(["projections"] if definition.projectors else []),
    }


def unions_of(service: str) -> list[set[str]]:
    """The service's commands, per aggregate; one that has a single command needs no case for it."""
    module = import_module(f"services.{service}.commands")
    unions = [value for name, value in vars(module).items() if name.endswith("Command")]
    return [{member.__name__ for member in get_args(union) or (union,)} for union in unions]


def commands_of(service: str) -> set[str]:
    return set[str]().union(*unions_of(service))


def classes_in(service: str, part: str) -> set[str]:
    return {
        node.name
        for path in part_of(service, part)
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def published_by(service: str) -> set[type[Event]]:
    return {event for stream in definition_of(service).streams for event in stream.events.values()}


def events_of(service: str) -> set[str]:
    return {event.__name__ for event in published_by(service)}


@pytest.mark.parametrize("service", NAMES)
class TestEveryService:
    def test_has_the_same_parts_and_nothing_else(self, service: str) -> None:
        folder = ROOT / "services" / service
        found = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
        parts = {name.removesuffix(".py") for name in found} - {"__init__", "README.md"}
        assert parts == expected(definition_of(service))
        assert {"__init__.py", "README.md"} <= found

    def test_has_no_part_twice(self, service: str) -> None:
        folder = ROOT / "services" / service
        assert not [part for part in ANATOMY if (folder / part).is_dir() and (folder / f"{part}.py").exists()]

    def test_says_what_it_owns_hears_and_says(self, service: str) -> None:
        text = ast.get_docstring(parsed(ROOT / "services" / service / "__init__.py")) or ""
        missing = [word for word in ("Owns:", "Listens to:", "Says:") if word not in text]
        missing += [topic for topic, owner in owners().items() if owner == service and topic not in text]
        assert not missing

    def test_shows_its_states_topics_and_variables_on_half_a_page(self, service: str) -> None:
        text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
        assert "```mermaid" in text
        assert f"THROUGHLINE_{service.upper()}_" in text
        assert not [topic for topic, owner in owners().items() if owner == service and topic not in text]
        assert len(text.splitlines()) <= 60

    def test_evolves_by_every_event(self, service: str) -> None:
        silent = events_of(service) - cases(part_of(service, "state"))
        assert silent == ALLOWED_TO_SAY_NOTHING & events_of(service)

    def test_states_who_hears_of_each_event_which_clock_it_reports_and_what_happens_once(self, service: str) -> None:
        silent = [event.__name__ for event in events_defined_by(service) if "traits" not in vars(event)]
        assert silent == []

    def test_publishes_every_event_that_it_defines(self, service: str) -> None:
        definition = definition_of(service)
        streams = (*definition.streams, *(projector.rows for projector in definition.projectors))
        retired = {event for stream in streams for event in stream.retired.values()}
        assert events_defined_by(service) == published_by(service) | retired

    def test_hears_each_event_once(self, service: str) -> None:
        subscribed = [listen.event for listen in definition_of(service).listens]
        assert len(subscribed) == len(set(subscribed))

    def test_asks_no_clock_where_it_decides(self, service: str) -> None:
        carried_out = [
            f"{named(path)}:{node.lineno}"
            for part in PURE
            for path in part_of(service, part)
            for node in nodes(path)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
        ]
        assert carried_out == []

    def test_reads_its_environment_in_main_only(self, service: str) -> None:
        readers = [
            named(path)
            for part in ANATOMY - {"main", "settings"}
            for path in part_of(service, part)
            for node in nodes(path)
            if (isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".settings"))
            or (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"})
        ]
        assert readers == []


def events_defined_by(service: str) -> set[type[Event]]:
    """The event classes that the service's contract holds; the base of a stream's events is none."""
    contract = import_module(f"shared.contracts.{service}")
    classes = [value for value in vars(contract).values() if isinstance(value, type) and issubclass(value, Event)]
    return {one for one in classes if one.__module__.startswith(contract.__name__) and "stream" not in vars(one)}


class TestAnEventThatLeavesOutATrait:
    @pytest.mark.parametrize("left_out", ["audience", "due", "once_per"])
    def test_is_refused_at_import(self, left_out: str) -> None:
        stated: dict[str, Any] = {"audience": Audience.NOBODY, "due": None, "once_per": None}
        del stated[left_out]
        with pytest.raises(TypeError, match="must state its audience, due and once_per"):
            type("Unstated", (ComplaintEvent,), {"__module__": __name__}, **stated)
        assert "Unstated.v1" not in COMPLAINTS.events

    def test_names_a_field_that_is_not_there_and_is_refused(self) -> None:
        stated: dict[str, Any] = {"audience": Audience.NOBODY, "due": Due("until"), "once_per": None}
        with pytest.raises(TypeError, match="until"):
            type("Misstated", (ComplaintEvent,), {"__module__": __name__}, **stated)
        del COMPLAINTS.events["Misstated.v1"]


def is_carried_out(service: str, name: str) -> bool:
    """A command carries the instant and the role; other classes beside them are parts of commands."""
    fields = getattr(import_module(f"services.{service}.commands"), name)
    known = set(getattr(fields, "__dataclass_fields__", None) or getattr(fields, "model_fields", {}))
    return {"now", "by"} <= known


class TestNames:
    PAST = re.compile(r"[a-z]+ed$|^(Sent|Made|Kept|Broken|Given|Held|Found|Took|Done|Withdrawn|Silent|Overdue)$")

    def words(self, name: str) -> list[str]:
        return re.findall(r"[A-Z][a-z]+", name)

    def test_an_event_is_in_the_past(self) -> None:
        events = {event for service in NAMES for event in events_of(service)}
        present = [event for event in sorted(events) if not any(map(self.PAST.search, self.words(event)))]
        assert present == []

    def test_a_command_is_an_imperative(self) -> None:
        commands = {command for service in WHO_DECIDES for command in commands_of(service)}
        events = {event for service in NAMES for event in events_of(service)}
        assert commands & events == set()
        assert [name for name in sorted(commands) if re.search(r"(ed|ing)$", self.words(name)[0])] == []

    def test_no_event_has_a_field_for_who_a_person_is(self) -> None:
        personal = {"name", "email", "phone", "address", "person", "employee", "culprit", "identity", "user"}
        for service in NAMES:
            for event in published_by(service):
                assert personal & set(event.model_fields) == set(), event.__name__


@pytest.mark.parametrize("service", WHO_DECIDES)
class TestTheCommands:
    def test_decides_every_command(self, service: str) -> None:
        only = {name for members in unions_of(service) if len(members) == 1 for name in members}
        assert commands_of(service) - cases(part_of(service, "decide")) - only == set()

    def test_lists_every_command_in_its_union(self, service: str) -> None:
        carried_out = {name for name in classes_in(service, "commands") if is_carried_out(service, name)}
        assert carried_out - commands_of(service) == set()

    def test_closes_its_match_over_commands(self, service: str) -> None:
        found = (node for path in part_of(service, "decide") for node in nodes(path))
        names = {node.id for node in found if isinstance(node, ast.Name)}
        assert "assert_never" in names

    def test_are_frozen_and_take_keywords_only(self, service: str) -> None:
        module = import_module(f"services.{service}.commands")
        for name in commands_of(service):
            command = getattr(module, name)
            assert all(field.kw_only for field in fields(command)), name
            assert command.__dataclass_params__.frozen, name

    def test_have_a_union_that_says_whose_they_are(self, service: str) -> None:
        module = import_module(f"services.{service}.commands")
        assert "Command" not in vars(module)
