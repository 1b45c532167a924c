"""Who really answered an imported complaint: kept beside the services, which must never see it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from deploy.local.folder import DataFolder

_FILE = "answered.json"


def remembered(folder: DataFolder) -> dict[str, str]:
    """Return the department per source row."""
    try:
        found: dict[str, str] = json.loads(folder.file(_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def remember(folder: DataFolder, answered: Mapping[str, str]) -> None:
    """Add the departments of some source rows."""
    if not answered:
        return
    target, draft = folder.file(_FILE), folder.file(f"{_FILE}.draft")
    draft.write_text(json.dumps({**remembered(folder), **answered}, ensure_ascii=False), encoding="utf-8")
    draft.replace(target)
