from datetime import UTC, datetime

import pytest

from throughline.app.clock import SteppedClock

MONDAY_NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SteppedClock:
    """Time that stands until a test moves it; every calendar is open when it begins."""
    return SteppedClock(MONDAY_NINE)
