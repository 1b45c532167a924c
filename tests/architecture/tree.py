"""The files of the project, parsed once, for tests that read code as data."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CODE: Final = ("services", "shared", "throughline", "tools", "deploy", "bench", "tests")
_PROSE: Final = {".md", ".yaml", ".yml", ".toml", ".txt", ".json", ".html", ".css", ".js", ".sh", ""}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(parsed(path)))


@cache
def python_files(*tops: str) -> tuple[Path, ...]:
    return tuple(path for top in tops for path in sorted((ROOT / top).rglob("*.py")))


@cache
def text_files() -> tuple[Path, ...]:
    """Every file that a person wrote: code, documents, settings. What tools generate under hidden folders is not."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in _PROSE and path.name != ".git"]
    for top in (*CODE, "docs", "requirements", ".ci", ".github"):
        found += [path for path in (ROOT / top).rglob("*") if path.is_file() and path.suffix in {*_PROSE, ".py"}]
    return tuple(path for path in found if "__pycache__" not in path.parts and "results" not in path.parts)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part_of(service: str, part: str) -> tuple[Path, ...]:
    """A part of a service's anatomy: one file, or the files of the package of the same name."""
    file = ROOT / "services" / service / f"{part}.py"
    return (file,) if file.exists() else tuple(sorted(file.with_suffix("").rglob("*.py")))


def cases(paths: tuple[Path, ...]) -> set[str]:
    """The classes that a `match` case or an `isinstance` in these files tells apart."""
    found: set[str] = set()
    for path in paths:
        for node in nodes(path):
            if isinstance(node, ast.MatchClass):
                found.add(_last(node.cls))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
                found |= {_last(part) for part in ast.walk(node.args[1]) if isinstance(part, ast.Name | ast.Attribute)}
    return found


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Strings with their lines; docstrings are prose and left out."""
    prose = {
        id(node.value) for node in nodes(path) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


def _last(name: ast.expr) -> str:
    return name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
