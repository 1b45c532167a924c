"""What holds for every document that a person reads."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import named, text_files

DOCUMENTS = [path for path in text_files() if path.suffix == ".md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(document: Path) -> set[str]:
    """Its headings as links name them: lower case, hyphens for spaces, no punctuation."""
    lines = document.read_text(encoding="utf-8").splitlines()
    headings = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def broken(document: Path) -> list[str]:
    found: list[str] = []
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        place, _, anchor = link.partition("#")
        target = document if not place else document.parent / place
        inside = not anchor or target.suffix != ".md" or (target.is_file() and anchor in anchors(target))
        if "://" not in link and not (target.exists() and inside):
            found.append(link)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_document_links_only_to_what_is_there(document: Path) -> None:
    assert broken(document) == []


def test_a_link_to_nothing_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# One thing\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text("[a](other.md#one-thing) [b](none.md) [c](other.md#another) [d](#nowhere)\n", encoding="utf-8")
    assert broken(page) == ["none.md", "other.md#another", "#nowhere"]
