"""``python -m deploy.docs.generate`` writes the documents that are made from the code; a test says when to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.docs.asyncapi import asyncapi
from deploy.docs.markdown import events
from deploy.docs.problems import problem_types
from deploy.docs.reading import messages, parts

DOCS: Final = Path(__file__).parents[2] / "docs"


def documents() -> Mapping[str, str]:
    """Return file names below `DOCS` and what is to stand in them."""
    said = messages()
    return {
        "events.md": events(said, parts()),
        "asyncapi.yaml": asyncapi(said),
        "reference/problems.md": problem_types(),
    }


def main() -> None:
    """Write them."""
    for name, text in documents().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
