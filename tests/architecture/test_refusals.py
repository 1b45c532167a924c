"""Every refusal is a rule of its service's table: one name, one sentence, and the details that the sentence names."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from services import ALL
from shared.eventsourcing import session
from shared.eventsourcing.decider import Rule
from shared.organisation import wording
from shared.web import problems
from tests.architecture.tree import ROOT, named, nodes, python_files
from tools.problems import rules_of

DECIDING = [definition.name for definition in ALL if definition.streams]
"""Who only projects refuses nothing."""


def table(service: str) -> dict[str, Rule]:
    module = import_module(f"services.{service}.policy.refusals")
    return {name: value for name, value in vars(module).items() if isinstance(value, Rule)}


def named_in(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}


def refusals(path: Path) -> Iterator[tuple[int, str, set[str]]]:
    """Line, name of the rule, details given; details in `**…` are given by a function of their own."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refusal":
            given = {keyword.arg or "**" for keyword in node.keywords}
            yield node.lineno, ast.unparse(node.func.value), given


class TestThePageOfProblems:
    """A problem's `type` is a name, not an address; its end is the anchor under which a person finds it."""

    def test_has_one_anchor_for_every_problem_that_a_service_answers_with(self) -> None:
        anchors = re.findall(r'<a id="([^"]+)"></a>', (ROOT / "docs" / "reference" / "problems.md").read_text())
        rules = {rule.id for service in DECIDING for rule in table(service).values()}
        kinds = {value.id for value in vars(problems).values() if isinstance(value, problems.Kind)}
        shared = {
            value.id for module in (session, wording) for value in vars(module).values() if isinstance(value, Rule)
        }
        assert sorted(anchors) == sorted({*rules, *kinds, *shared, "http"})


@pytest.mark.parametrize("service", DECIDING)
class TestTheTableOfAService:
    def test_has_one_sentence_for_each_name(self, service: str) -> None:
        rules = table(service)
        assert [rule.id for rule in rules.values()] == [name.lower().replace("_", "-") for name in rules]
        assert all(rule.sentence[0].isupper() or rule.sentence[0] in "{'" for rule in rules.values())

    def test_is_all_that_the_service_refuses_by(self, service: str) -> None:
        files = [path for path in python_files(f"services/{service}") if path.name != "refusals.py"]
        raised = {rule for path in files for _, rule, _ in refusals(path)}
        assert raised == table(service).keys()

    def test_gets_the_details_that_its_sentences_name(self, service: str) -> None:
        wrong = [
            f"{named(path)}:{line} {rule}"
            for path in python_files(f"services/{service}")
            for line, rule, given in refusals(path)
            if "**" not in given and given != named_in(table(service)[rule].sentence)
        ]
        assert wrong == []


def test_no_refusal_goes_past_the_tables() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for path in python_files("services", "shared", "throughline", "tools")
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Rejected"
    ]
    assert [one for one in found if not one.startswith("shared/eventsourcing/decider.py")] == []


def test_a_name_means_the_same_in_every_service() -> None:
    meanings: dict[str, set[str]] = {}
    for service in DECIDING:
        for rule in rules_of(import_module(f"services.{service}.policy.refusals")):
            meanings.setdefault(rule.id, set()).add(rule.sentence)
    assert {name: sentences for name, sentences in meanings.items() if len(sentences) > 1} == {}


def test_the_rules_have_a_file_in_each_service() -> None:
    assert all((ROOT / "services" / name / "policy" / "refusals.py").is_file() for name in DECIDING)
