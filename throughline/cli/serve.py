"""`throughline serve SERVICE`: one service in one process, as in production."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Annotated

import typer

from services import NAMES
from throughline.cli.client import startup_errors
from throughline.cli.invocation import Standalone, invocation
from throughline.cli.output import Exit, emit, fail, out, say

ServiceName = Enum("ServiceName", {name: name for name in NAMES}, type=str)  # type: ignore[misc]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=Standalone)(serve)


def serve(
    *,
    service: Annotated[ServiceName, typer.Argument(help="The service")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port")] = 8080,
    host: Annotated[str, typer.Option(help="The address to listen on")] = "127.0.0.1",
) -> None:
    """Run one service until Ctrl-C, configured by its environment (THROUGHLINE_<SERVICE>_BROKER, _STORE, …)."""
    import asyncio

    from throughline.app.single_service import (
        SettingsInvalid,
        TopicsRefused,
        fail_on_refused_topics,
        running_service,
        settings_of,
    )
    from throughline.cli.stopping import run_until_stopped

    name = str(service.value)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # At INFO, these libraries log what only their developers need.
    for chatty in ("aiokafka", "faststream", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

    def welcome(url: str) -> None:
        if invocation().as_json:
            emit({"service": name, "url": url, "ready": f"{url}/readyz"})
            return
        out.print(f"{name} listens at {url}; {url}/readyz says when it is ready. Ctrl-C stops it.", markup=False)
        out.file.flush()

    usage_errors: tuple[type[Exception], ...] = (*startup_errors(), SettingsInvalid, TopicsRefused, ValueError)
    try:
        settings, warnings = settings_of(name)
        for warning in warnings:
            say(warning)
        asyncio.run(
            run_until_stopped(running_service(name, settings, host, port, welcome), watch=fail_on_refused_topics)
        )
    except usage_errors as error:
        fail(str(error), Exit.USAGE)
