"""`throughline serve SERVICE`: one service as one process, as a company runs it."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Annotated

import typer

from deploy.local.cli.client import unusable
from deploy.local.cli.invocation import Standalone, invocation
from deploy.local.cli.output import Exit, emit, fail, out, say
from services import NAMES

ServiceName = Enum("ServiceName", {name: name for name in NAMES}, type=str)  # type: ignore[misc]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=Standalone)(serve)


def serve(
    *,
    service: Annotated[ServiceName, typer.Argument(help="Which one")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 lets the system choose")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
) -> None:
    """Serve one service until Ctrl-C, as its environment says (THROUGHLINE_<SERVICE>_BROKER, _STORE, …)."""
    import asyncio

    from deploy.local.cli.stopping import until_told
    from deploy.local.single_service import SettingsInvalid, TopicsRefused, alone, lasts, settings_of

    name = str(service.value)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # What these say of their own accord is for who develops them.
    for chatty in ("aiokafka", "faststream", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

    def welcome(url: str) -> None:
        if invocation().as_json:
            emit({"service": name, "url": url, "ready": f"{url}/readyz"})
            return
        out.print(f"{name} serves at {url}, ready when {url}/readyz says so. Ctrl-C stops it.", markup=False)
        out.file.flush()

    mistakes: tuple[type[Exception], ...] = (*unusable(), SettingsInvalid, TopicsRefused, ValueError)
    try:
        settings, strange = settings_of(name)
        for sentence in strange:
            say(sentence)
        asyncio.run(until_told(alone(name, settings, host, port, welcome), lasts=lasts))
    except mistakes as error:
        fail(str(error), Exit.USAGE)
