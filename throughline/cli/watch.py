"""`throughline watch`: the status of all complaints, or of one, as it changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services import NAMES
from throughline.cli.client import Api, connected
from throughline.cli.complaints import everything
from throughline.cli.invocation import invocation
from throughline.cli.output import Exit, emit, fail, grid, out

if TYPE_CHECKING:
    from rich.table import Table

_EVERY_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(watch)


def watch(
    *,
    complaint: Annotated[str, typer.Argument(metavar="[ID]", help="One complaint; the default is all")] = "",
    once: Annotated[bool, typer.Option("--once", help="Print the status once and exit")] = False,
) -> None:
    """Show the status of all complaints until Ctrl-C, or of one until it is finished."""
    with connected(reads=True) as api:

        def look() -> dict[str, dict[str, Any]]:
            return statuses_of(api, complaint) if complaint else counts(api)

        first = look()
        if invocation().as_json:
            emit(first)
        elif once:
            out.print(_shown(first))
        else:
            _follow(look, ended if complaint else lambda _: False)


def counts(api: Api) -> dict[str, dict[str, Any]]:
    """Return by service how many complaints have which status."""
    found = {name: api.get(f"{name}/counts") for name in NAMES}
    return {name: count.get("status", count) for name, count in found.items()}


def statuses_of(api: Api, complaint: str) -> dict[str, dict[str, Any]]:
    """Return the status of one complaint in each service."""
    found = everything(api, complaint)
    if not any(found.values()):
        fail(f"there is no complaint {complaint}", Exit.FAILED)
    fields = {
        "complaint": ("status", "stage", "management"),
        "triage": ("status", "category", "severity"),
        "resolution": ("status", "stage", "lead"),
        "review": ("status", "waits_for"),
    }
    statuses = {
        service: {field: part[field] for field in fields[name]} if part else {}
        for service, (name, part) in zip(NAMES, found.items(), strict=True)
    }
    for seat in (found["resolution"] or {}).get("seats", ()):
        statuses["departments"][seat["department"]] = seat["standing"]
    return statuses


def ended(statuses: dict[str, dict[str, Any]]) -> bool:
    """Whether nothing more will happen to the complaint."""
    customer, review = statuses["intake"].get("status"), statuses["review"].get("status")
    return customer in {"closed", "withdrawn"} and review == "concluded"


def _follow(look: Callable[[], dict[str, Any]], over: Callable[[dict[str, Any]], bool]) -> None:
    try:
        if not out.is_terminal:
            _lines(look, over)
            return
        from rich.live import Live

        with Live(_shown(statuses := look()), console=out, auto_refresh=False) as live:
            while not over(statuses):
                time.sleep(_EVERY_SECONDS)
                statuses = look()
                live.update(_shown(statuses), refresh=True)
    except KeyboardInterrupt:
        # The usual way to leave, not a failure.
        raise typer.Exit(Exit.OK) from None


def _lines(look: Callable[[], dict[str, Any]], over: Callable[[dict[str, Any]], bool]) -> None:
    """Off a terminal: print a line for each change."""
    before: dict[str, Any] = {}
    while True:
        statuses = look()
        for service, now in statuses.items():
            if now != before.get(service):
                out.print(f"{time.strftime('%H:%M:%S')} {service}: {_line(now)}", markup=False)
        out.file.flush()
        before = statuses
        if over(statuses):
            return
        time.sleep(_EVERY_SECONDS)


def _shown(statuses: dict[str, dict[str, Any]]) -> Table:
    return grid("", ("", "status"), [(service, _line(now)) for service, now in statuses.items()])


def _line(now: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in now.items()) or "nothing yet"
