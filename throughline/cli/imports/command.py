"""`throughline import`: the options of the command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shared.packaged import MAPPINGS, names

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, UTF-8, with a header row")]
MappingName = Annotated[
    str,
    typer.Option("--mapping", metavar="NAME|FILE", help=f"{', '.join(names(MAPPINGS))}, or a file"),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_file)


def import_file(
    *,
    file: File,
    mapping: MappingName,
    organisation: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="For a new data folder; the default is the one of the mapping")
    ] = "",
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait until all departments have seen the complaints")
    ] = False,
) -> None:
    """Register the complaints in a file. Repeating it is harmless: the same row is the same complaint."""
    from throughline.cli.imports.run import carry_out

    carry_out(file, mapping, organisation, wait=not no_wait)
