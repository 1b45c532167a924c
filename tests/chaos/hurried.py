"""The packaged organisation in a hurry: what it gives departments hours for, this one gives them seconds."""

import re
from importlib.resources import files
from pathlib import Path
from shutil import copytree

_CLOCKS = re.compile(r"(acknowledge|join|round|agree): \{within: (\d+)h, calendar: \w+\}")


def hurried(folder: Path) -> str:
    """Write it into a folder; returns its path. Its clocks run day and night, so they run out during any run."""
    packaged = files("deploy.organisation")
    copytree(str(packaged.joinpath("common")), folder / "common", dirs_exist_ok=True)
    text = packaged.joinpath("parcel-retailer.yaml").read_text(encoding="utf-8")
    quick, count = _CLOCKS.subn(r"\1: {within: \2s, calendar: customer}", text)
    assert count >= 16, "the packaged organisation writes its deadlines in another way now"
    path = folder / "in-a-hurry.yaml"
    path.write_text(quick, encoding="utf-8")
    return str(path)
