"""``python -m tools.generate`` writes the documents that are made from the code; a test says when to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.asyncapi import asyncapi
from tools.markdown import events
from tools.operators import operators_files
from tools.problems import problem_types
from tools.reading import messages, parts

ROOT: Final = Path(__file__).parents[1]


def documents() -> Mapping[str, str]:
    """Return paths in the repository and what is to stand in those files."""
    published = messages()
    return {
        "docs/reference/events.md": events(published, parts()),
        "docs/reference/asyncapi.yaml": asyncapi(published),
        "docs/reference/problems.md": problem_types(),
        **operators_files(),
    }


def main() -> None:
    """Write them."""
    for name, text in documents().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
