"""What holds for every file, whoever wrote it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from services import catalogue, owners
from tests.architecture.tree import CODE, ROOT, literals, named, nodes, python_files, text_files

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
CATALOGUE = ROOT / "shared/eventsourcing/catalogue.py"
TOPICS = ROOT / "shared/contracts/topics.py"
TOPIC = re.compile(r"^complaints\.[a-z.{}-]*v\d+$|^complaints\.department\.$")
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]|Users/[A-Z a-z])[\w/]*|[A-Z]:\\Users")
REGISTRY = re.compile(
    r"pypi\.(?:org|io)|pythonhosted|crates\.(?:io)|proxy\.(?:golang)|registry\.(?:npmjs|yarnpkg)|repo1?\.maven|deb\.(?:debian)"
    r"|(?<!no-emit-)index-(?:url)[ =]",
)


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with the lines of its body; functions inside it, such as routes, count for themselves."""
    for node in nodes(path):
        if isinstance(node, Function):
            inner = [part for part in node.body if isinstance(part, Function)]
            whole = sum((part.end_lineno or 0) - part.lineno + 1 for part in inner)
            yield f"{named(path)}:{node.lineno} {node.name}", lines(node) - whole


def lines(node: Function) -> int:
    """Without signature and docstring: those are there to be read."""
    documented = ast.get_docstring(node) is not None and len(node.body) > 1
    return (node.end_lineno or 0) - node.body[1 if documented else 0].lineno + 1


class TestEveryFile:
    def test_fits_in_the_head(self) -> None:
        lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*CODE)}
        assert {name: count for name, count in lengths.items() if count > LONGEST_FILE} == {}

    def test_has_functions_that_fit_on_a_screen(self) -> None:
        found = [
            entry for path in python_files("services", "shared", "throughline", "tools") for entry in functions(path)
        ]
        assert [f"{name}: {count} lines" for name, count in found if count > LONGEST_FUNCTION] == []

    def test_is_named_after_what_it_does(self) -> None:
        vague = re.compile(r"(?:^|_)(utils?|helpers?|misc|common_code|stuff)(?:_|$)")
        places = {named(path): (path.stem, path.parent.name) for path in python_files(*CODE)}
        assert [name for name, words in places.items() if any(map(vague.search, words))] == []

    def test_names_no_machine_and_no_registry(self) -> None:
        found = [
            f"{named(path)}:{number} {match.group()}"
            for path in text_files()
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
            if (match := MACHINE.search(line) or REGISTRY.search(line)) and path != Path(__file__)
        ]
        assert found == []

    def test_leaves_topics_where_they_are_named(self) -> None:
        found = [
            f"{named(path)}:{line} {text}"
            for path in python_files("services", "shared", "throughline", "tools", "bench")
            for line, text in literals(path)
            if path != TOPICS and TOPIC.match(text)
        ]
        assert found == []

    def test_names_each_topic_once(self) -> None:
        named = [text for _, text in literals(TOPICS) if text in owners()]
        assert sorted(named) == sorted(owners())


class TestAChangedState:
    def test_names_only_fields_that_there_are(self) -> None:
        """`model_copy(update=…)` takes any name; `shared.contracts.part.replace` and the type checker do not."""
        copies = [
            f"{named(path)}:{node.lineno}"
            for path in python_files("services", "shared", "throughline", "tools")
            for node in nodes(path)
            if isinstance(node, ast.Attribute) and node.attr == "model_copy"
        ]
        assert copies == []


class TestEveryTest:
    def test_uses_the_real_thing_or_a_fake_written_by_hand(self) -> None:
        mock = re.compile(
            r"^\s*(?:from|import) (?:unittest\.mock|unittest import mock|mock|pytest_mock|mongomock|respx)\b",
            re.MULTILINE,
        )
        assert [named(path) for path in python_files(*CODE) if mock.search(path.read_text(encoding="utf-8"))] == []

    def test_says_why_it_is_skipped(self) -> None:
        unexplained = [
            f"{named(path)}:{node.lineno}"
            for path in python_files("tests")
            if re.search(r"skip|xfail", path.read_text(encoding="utf-8"))
            for node in nodes(path)
            if isinstance(node, ast.Call | ast.Attribute) and skips_in_silence(node)
        ]
        assert unexplained == []


def skips_in_silence(node: ast.Call | ast.Attribute) -> bool:
    """`skip`, `skipif` and `xfail` need a sentence; a bare `@pytest.mark.skip` has none."""
    if isinstance(node, ast.Attribute):
        return False
    name = ast.unparse(node.func)
    if not re.fullmatch(r"pytest\.(skip|xfail|importorskip|mark\.(skip|skipif|xfail))", name):
        return False
    named = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
    named += node.args[:1] if name in {"pytest.skip", "pytest.xfail"} else []
    return not named or (isinstance(named[0], ast.Constant) and len(str(named[0].value).split()) < 3)


class TestBytes:
    def test_become_events_in_one_place_that_knows_retired_versions(self) -> None:
        others = [path for path in python_files("services", "shared", "throughline", "tools") if path != CATALOGUE]
        found = [f"{named(path)}:{node.lineno}" for path in others for node in nodes(path) if reads_past_it(node)]
        assert found == [], "read them by a `Catalogue` (shared/eventsourcing/catalogue.py)"

    def test_that_become_events_elsewhere_are_noticed(self) -> None:
        for code in (
            "COMPLAINTS.events[name]",
            "catalogue.events[name]",
            "intake.AnswerSent.model_validate_json",
            "self.stream.events.get(n)",
        ):
            assert any(map(reads_past_it, ast.walk(ast.parse(code)))), code


def reads_past_it(node: ast.AST) -> TypeGuard[ast.expr]:
    """`stream.events[…]`, `stream.events.get`, `AnswerSent.model_validate_json`."""
    if not isinstance(node, ast.Subscript | ast.Attribute):
        return False
    of = ast.unparse(node.value).rpartition(".")[2]
    if isinstance(node.ctx, ast.Store):
        return False
    if isinstance(node, ast.Subscript) or node.attr == "get":
        return of == "events" and "." in ast.unparse(node.value)
    return node.attr == "model_validate_json" and of in {event.__name__ for event in catalogue().published.values()}


class TestTheRequirements:
    def locked(self, kind: str) -> list[str]:
        text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
        joined = text.replace("\\\n", " ").splitlines()
        return [line for line in joined if line.strip() and not line.lstrip().startswith("#")]

    def test_are_locked_by_hash(self) -> None:
        for kind in ("run", "dev"):
            entries = self.locked(kind)
            assert len(entries) > 20
            assert [line for line in entries if "==" not in line or "--hash=sha256:" not in line] == []

    def test_name_no_address(self) -> None:
        for kind in ("run", "dev"):
            assert [line for line in self.locked(kind) if "://" in line or line.startswith("-")] == []

    def test_are_the_same_for_running_and_for_developing(self) -> None:
        run, dev = ({line.split(" ")[0] for line in self.locked(kind)} for kind in ("run", "dev"))
        assert run - dev == set()
