"""A CSV file whose columns fit a mapping."""

from __future__ import annotations

from pathlib import Path

from shared.organisation import mapping as mappings
from shared.organisation.mapping import ImportMapping
from throughline.cli.imports.csvfile import CsvFile, FileUnusable
from throughline.cli.output import Exit, fail


def open_for(file: Path, mapping: ImportMapping) -> CsvFile:
    """Open a file that has every column the mapping names; otherwise end the command."""
    try:
        table = CsvFile(file)
    except FileUnusable as unusable:
        fail(str(unusable), Exit.USAGE)
    missing = mappings.missing_columns(mapping, table.header)
    if missing:
        with table:
            fail(f"{file} does not fit mapping '{mapping.id}': {'; '.join(missing)}", Exit.USAGE)
    return table
