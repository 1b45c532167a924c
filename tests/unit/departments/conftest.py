from collections.abc import AsyncIterator

import pytest

from tests.unit.departments.edge import Table, laid_table


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    async with laid_table() as table:
        yield table
