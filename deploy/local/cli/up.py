"""`throughline up`: everything in one process until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.local.cli.client import DEFAULT_ORGANISATION, unusable
from deploy.local.cli.invocation import invocation
from deploy.local.cli.output import Exit, emit, fail, out
from deploy.local.folder import DataFolder
from services import NAMES

if TYPE_CHECKING:
    from deploy.local.deployment import Deployment


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(
    *,
    organisation: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Of a new data folder [default: parcel-retailer]")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 lets the system choose")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
) -> None:
    """Start all services and serve until Ctrl-C; start again and everything goes on where it was."""
    import asyncio

    from deploy.local.deployment import NotReady

    folder = invocation().folder
    try:
        chosen = organisation or folder.organisation() or DEFAULT_ORGANISATION
        asyncio.run(_serve(folder, chosen, host, port))
    except unusable() as error:
        fail(str(error), Exit.USAGE)
    except NotReady as error:
        fail(f"the services did not start: {error}")


async def _serve(folder: DataFolder, organisation: str, host: str, port: int) -> None:
    from deploy.local.cli.stopping import until_told
    from deploy.local.deployment import deployed

    def begun(deployment: Deployment) -> None:
        _welcome(deployment.url, folder.path, organisation)

    await until_told(deployed(folder, organisation, host=host, port=port), begun)


def _welcome(url: str, path: Path, organisation: str) -> None:
    services = {name: f"{url}/{name}" for name in NAMES}
    if invocation().as_json:
        emit({"url": url, "ready": f"{url}/readyz", "services": services, "data": str(path)})
        return
    lines = [f"Throughline serves {organisation} at {url}", f"  {'ready':<12} {url}/readyz"]
    lines += [f"  {name:<12} {address}/docs" for name, address in services.items()]
    lines += [f"  {'data':<12} {path}", "Ctrl-C stops it; what was accepted is kept."]
    for line in lines:
        out.print(line, markup=False)
    out.file.flush()
