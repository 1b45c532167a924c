"""The import contracts of pyproject.toml hold; `make lint` says the same with every broken import."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT


def test_the_import_contracts_hold() -> None:
    found = subprocess.run(  # noqa: S603 - our own tool
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
