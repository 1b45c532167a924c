"""`throughline up`: all services in one process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services import NAMES
from throughline.app.folder import DataFolder
from throughline.cli.client import DEFAULT_ORGANISATION, startup_errors
from throughline.cli.invocation import invocation
from throughline.cli.output import Exit, emit, fail, out

if TYPE_CHECKING:
    from throughline.app.deployment import Deployment


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(
    *,
    organisation: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="For a new data folder; the default is parcel-retailer")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port")] = 8080,
    host: Annotated[str, typer.Option(help="The address to listen on")] = "127.0.0.1",
) -> None:
    """Run all services in one process until Ctrl-C; the next start continues where this one stopped."""
    import asyncio

    from throughline.app.deployment import NotReady

    folder = invocation().folder
    try:
        chosen = organisation or folder.organisation() or DEFAULT_ORGANISATION
        asyncio.run(_serve(folder, chosen, host, port))
    except startup_errors() as error:
        fail(str(error), Exit.USAGE)
    except NotReady as error:
        fail(f"the services did not start: {error}")


async def _serve(folder: DataFolder, organisation: str, host: str, port: int) -> None:
    from throughline.app.deployment import deployed
    from throughline.cli.stopping import run_until_stopped

    def on_start(deployment: Deployment) -> None:
        _welcome(deployment.url, folder.path, organisation)

    await run_until_stopped(deployed(folder, organisation, host=host, port=port), on_start)


def _welcome(url: str, path: Path, organisation: str) -> None:
    services = {name: f"{url}/{name}" for name in NAMES}
    if invocation().as_json:
        emit({"url": url, "ready": f"{url}/readyz", "services": services, "data": str(path)})
        return
    lines = [f"Throughline is running for {organisation} at {url}", f"  {'ready':<12} {url}/readyz"]
    lines += [f"  {name:<12} {address}/docs" for name, address in services.items()]
    lines += [f"  {'data':<12} {path}", "Ctrl-C stops it; nothing that was accepted is lost."]
    for line in lines:
        out.print(line, markup=False)
    out.file.flush()
