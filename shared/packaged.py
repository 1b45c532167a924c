"""The data files that come with Throughline, by name. Their loaders read them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_DEPLOY: Final = Path(__file__).resolve().parents[1] / "deploy"
ORGANISATIONS: Final = _DEPLOY / "organisation"
MAPPINGS: Final = _DEPLOY / "mappings"
TOPICS: Final = _DEPLOY / "kafka" / "topics.yaml"


def names(folder: Path) -> tuple[str, ...]:
    """Return the names in one of these folders, sorted."""
    return tuple(sorted(file.stem for file in folder.glob("*.yaml")))


def path_of(path: str | Path, folder: Path) -> Path:
    """Return the file that is meant: a name without suffix (`city`) is a file of the folder, anything else a path."""
    target = Path(path)
    packaged = not target.suffix and target.name == str(path)
    return folder / f"{path}.yaml" if packaged else target
