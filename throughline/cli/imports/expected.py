"""The department that an import expects for each row: kept beside the services, which must never see it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from throughline.app.folder import DataFolder

_FILE = "answered.json"


def expected_departments(folder: DataFolder) -> dict[str, str]:
    """Return the expected department by source row."""
    try:
        found: dict[str, str] = json.loads(folder.file(_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def add_expected_departments(folder: DataFolder, expected: Mapping[str, str]) -> None:
    """Add the expected departments of some source rows."""
    if not expected:
        return
    target, draft = folder.file(_FILE), folder.file(f"{_FILE}.draft")
    draft.write_text(json.dumps({**expected_departments(folder), **expected}, ensure_ascii=False), encoding="utf-8")
    draft.replace(target)
