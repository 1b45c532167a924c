"""What holds for every document that a person reads."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import CODE, ROOT, named, text_files

DOCUMENTS = [path for path in text_files() if path.suffix == ".md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
TUTORIAL = ROOT / "docs/tutorial.md"
GUIDES = [TUTORIAL, *sorted((ROOT / "docs/how-to").glob("*.md"))]
NAMED_FILE = re.compile(rf"`((?:{'|'.join((*CODE, 'docs'))})/[^`\s]+|[\w-]+\.(?:md|toml|yml))`( \*\(new\)\*)?")
"""A path from the root of the project; `<service>` and the like stand for any name. What is marked as new is not there
yet."""
EDIT = re.compile(r"^\*\*\d+\. `([^`]+)`.*?^```diff\n(.*?)^```", re.MULTILINE | re.DOTALL)


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


def misnamed(guide: Path) -> list[str]:
    """The files that it names and that are not there, and those that it calls new and that are."""
    named_files = NAMED_FILE.findall(guide.read_text(encoding="utf-8"))
    return [path for path, new in named_files if any(ROOT.glob(re.sub(r"<[\w ]+>", "*", path))) == bool(new)]


def misplaced(tutorial: Path) -> list[str]:
    """The places, as files and lines, at which it edits and that do not look as it shows them."""
    found: list[str] = []
    for path, edits in EDIT.findall(tutorial.read_text(encoding="utf-8")):
        present = (ROOT / path).read_text(encoding="utf-8")
        for edit in edits.split("@@\n"):
            before = "".join(f"{line[1:]}\n" for line in edit.splitlines() if not line.startswith("+"))
            if not before or f"\n{before}" not in f"\n{present}":
                found.append(f"{path}: {before}")
    return found


@pytest.mark.parametrize("guide", GUIDES, ids=named)
def test_a_guide_names_only_files_that_are_there(guide: Path) -> None:
    assert misnamed(guide) == []


def test_a_file_that_is_not_there_is_noticed_and_so_is_a_new_one_that_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "`services/<service>/main.py` `services/<service>/no.py` `none.toml` `docs/no.md` *(new)* `README.md` *(new)*",
        encoding="utf-8",
    )
    assert misnamed(page) == ["services/<service>/no.py", "none.toml", "README.md"]


def test_the_tutorial_edits_places_that_look_as_it_shows_them() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    assert len(EDIT.findall(text)) == text.count("```diff") > 0
    assert misplaced(TUTORIAL) == []


def test_a_place_that_has_changed_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "**1. `tests/architecture/tree.py`** holds\n```diff\n"
        "+x\n from __future__ import annotations\n@@\n-y = 1\n+y = 2\n@@\n+z\n```\n",
        encoding="utf-8",
    )
    assert misplaced(page) == ["tests/architecture/tree.py: y = 1\n", "tests/architecture/tree.py: "]
