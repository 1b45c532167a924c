"""Import mappings: the rows of a source become registrations, by data."""

from shared.organisation.mapping.loader import (
    MappingInvalid,
    check_fits,
    from_path,
    load,
    missing_columns,
    packaged_names,
)
from shared.organisation.mapping.models import ImportMapping, MappedStep
from shared.organisation.mapping.rows import MappedRow, Row, RowRejected, RowSkipped, condition_of, map_row

__all__ = [
    "ImportMapping",
    "MappedRow",
    "MappedStep",
    "MappingInvalid",
    "Row",
    "RowRejected",
    "RowSkipped",
    "check_fits",
    "condition_of",
    "from_path",
    "load",
    "map_row",
    "missing_columns",
    "packaged_names",
]
