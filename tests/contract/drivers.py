"""The adapters that need a MongoDB server, as parameters of the contract suites."""

from typing import Final

import pytest

MONGODB_DRIVERS: Final = [pytest.param(driver, marks=pytest.mark.mongodb) for driver in ("motor", "pymongo")]
