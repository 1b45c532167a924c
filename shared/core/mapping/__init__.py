"""Import mappings: the rows of a source become registrations, by data."""

from shared.core.mapping.loader import MappingInvalid, check_fits, from_path, load, missing_columns, packaged_names
from shared.core.mapping.models import ImportMapping, MappedStep
from shared.core.mapping.rows import MappedRow, Row, RowRejected, RowSkipped, condition_of, map_row

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
