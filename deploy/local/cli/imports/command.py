"""`throughline import`: the rows of a file become complaints, by a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shared.core.packaged import MAPPINGS, names

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, UTF-8, with a header row")]
MappingName = Annotated[
    str,
    typer.Option("--mapping", metavar="NAME|FILE", help=f"One of {', '.join(names(MAPPINGS))}, or a file"),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_file)


def import_file(
    *,
    file: File,
    mapping: MappingName,
    organisation: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Of a new data folder [default: the mapping's]")
    ] = "",
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Leave while the effects are still under way")] = False,
) -> None:
    """Register the complaints in a file. Again is harmless: the same row is the same complaint."""
    from deploy.local.cli.imports.run import carry_out

    carry_out(file, mapping, organisation, wait=not no_wait)
