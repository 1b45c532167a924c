"""What no single model can check: references, duplicate ids, and durations that contradict each other. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from shared.organisation.datafile import Problem, closest, is_list, is_mapping, path_of
from shared.organisation.kinds import LEVELS
from shared.organisation.models import Organisation

# Where an id is named -> the list that must define it. `*` is every entry of a list.
REFERENCES = (
    ("customer_calendar", "calendars"),
    ("departments.*.calendar", "calendars"),
    ("steps.*.department", "departments"),
    ("promises.*.steps.*", "steps"),
    ("categories.*.steps.*", "steps"),
    ("rules.*.steps.*", "steps"),
    ("rules.*.category", "categories"),
)
SINGULAR = {"calendars": "calendar", "departments": "department", "steps": "step", "categories": "category"}
LISTS_OF_IDS = (
    "calendars",
    "departments",
    "steps",
    "promises",
    "categories",
    "playbook.remedies",
    "playbook.declines",
    "playbook.learnings",
    "playbook.preventions",
)


def reference_problems(raw: dict[str, Any]) -> list[Problem]:
    """Unknown references and duplicate ids in a file as read; reported even if other things are wrong."""
    problems = [problem for name in LISTS_OF_IDS for problem in _duplicates(raw, name)]
    for pattern, kind in REFERENCES:
        known = [entry for _, entry in _values(raw, [kind, "*", "id"])]
        if not known:
            continue  # the list itself is missing or broken; that is reported elsewhere
        for path, wanted in _values(raw, pattern.split(".")):
            if isinstance(wanted, str) and wanted not in known:
                wrong = f"there is no {SINGULAR[kind]} '{wanted}'"
                problems.append(Problem(path_of(path), wrong, closest(wanted, map(str, known))))
    return problems


def _duplicates(raw: dict[str, Any], name: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, identifier in _values(raw, [*name.split("."), "*", "id"]):
        if isinstance(identifier, str):
            if identifier in first:
                yield Problem(path_of(path), f"'{identifier}' is used twice", f"it is the id of {first[identifier]}")
            first.setdefault(identifier, path_of(path[:-1]))


def _values(node: Any, pattern: Sequence[str], path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:  # noqa: ANN401 - YAML as read
    if not pattern:
        yield path, node
    elif pattern[0] == "*":
        for index, entry in enumerate(node if is_list(node) else []):
            yield from _values(entry, pattern[1:], (*path, index))
    elif is_mapping(node) and pattern[0] in node:
        yield from _values(node[pattern[0]], pattern[1:], (*path, pattern[0]))


def sense_problems(organisation: Organisation) -> list[Problem]:
    """Durations that contradict each other, in a file whose parts are each valid."""
    return [*_promises_that_cannot_be_kept(organisation), *_deadlines_that_contradict(organisation)]


def _promises_that_cannot_be_kept(organisation: Organisation) -> Iterator[Problem]:
    for index, promise in enumerate(organisation.promises):
        standards = [organisation.step(step).standard for step in promise.steps]
        total = sum((standard for standard in standards if standard), timedelta(0))
        if total > promise.within:
            wrong = (
                f"the standards of its steps add up to {_hours(total)}, more than the {_hours(promise.within)} promised"
            )
            yield Problem(f"promises[{index}].within", wrong, "shorten the steps or promise later")


def _deadlines_that_contradict(organisation: Organisation) -> Iterator[Problem]:
    customer_never_closes = organisation.calendar(organisation.customer_calendar).always
    for level in LEVELS:
        deadlines = organisation.deadlines.of(level)
        table = (deadlines.respond, deadlines.round, deadlines.agree)
        # Working hours never exceed elapsed ones, so a sum over calendars is sound only against a 24x7 promise.
        comparable = customer_never_closes or {deadline.calendar for deadline in table} == {deadlines.answer.calendar}
        total = sum((deadline.within for deadline in table), timedelta(0))
        if comparable and total > deadlines.answer.within:
            allowed = _hours(deadlines.answer.within)
            wrong = f"respond, round and agree add up to {_hours(total)}, more than the {allowed} of answer"
            yield Problem(
                f"deadlines.{level}.answer.within", wrong, "promise the answer later or shorten the table's clocks"
            )
        same_clock = deadlines.acknowledge.calendar == deadlines.answer.calendar
        if (same_clock or customer_never_closes) and deadlines.acknowledge.within > deadlines.answer.within:
            yield Problem(
                f"deadlines.{level}.acknowledge.within", "is later than the answer", "acknowledge before answering"
            )
    yield from _levels_that_fall(organisation)


def _levels_that_fall(organisation: Organisation) -> Iterator[Problem]:
    for name in ("acknowledge", "answer", "contact"):
        for milder, worse in pairwise(LEVELS):
            before, after = (getattr(organisation.deadlines.of(level), name) for level in (milder, worse))
            if before.calendar == after.calendar and after.within > before.within:
                wrong = f"{_hours(after.within)} is longer than the {_hours(before.within)} of severity {milder}"
                yield Problem(f"deadlines.{worse}.{name}.within", wrong, "the worse it is, the sooner")


def _hours(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 3600:g} h"
