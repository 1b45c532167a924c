"""Where real complaint rows are, outside the project: tests that read them say so and skip where they are missing."""

import os
from pathlib import Path
from typing import Final

DATA: Final = Path(os.environ.get("THROUGHLINE_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
