"""`throughline replay`: a service reads its sources again and applies what it has missed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from throughline.cli.client import connected
from throughline.cli.invocation import invocation
from throughline.cli.options import Service
from throughline.cli.output import Exit, emit, fail, out, progress

_COUNTS = ("read", "applied", "already", "parked")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    *,
    service: Service,
    since: Annotated[
        str, typer.Option(metavar="INSTANT", help="Everything since this instant, e.g. 2026-01-31T12:00:00Z")
    ] = "",
    complaint: Annotated[str, typer.Option(metavar="ID", help="Everything about one complaint")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Everything")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Everything, and the read models from scratch")] = False,
) -> None:
    """Make a service read the logs of its sources again; events it already knows are ignored."""
    if sum((bool(since), bool(complaint), everything, rebuild)) != 1:
        fail("choose what to replay: one of --since INSTANT, --complaint ID, --all and --rebuild", Exit.USAGE)
    what: dict[str, Any] = {"complaint": complaint} if complaint else {"all": True}
    if since:
        what = {"since": _instant(since)}
    total = dict.fromkeys(_COUNTS, 0)
    with connected() as api, progress(f"replaying for {service}") as bar:
        after = ""
        while True:
            begins = {"rebuild": True} if rebuild and not after else {}
            step = api.post(f"{service}/replay", {**what, "after": after, **begins})
            total = {name: total[name] + step[name] for name in _COUNTS}
            bar.at(total["read"], f"replaying for {service}: {total['read']} events, {total['applied']} applied")
            after = step["next"]
            if not after:
                break
    if invocation().as_json:
        emit(total)
        return
    out.print(
        f"{service} read {total['read']} events again: {total['applied']} applied, {total['already']} already known, "
        f"{total['parked']} parked",
        markup=False,
    )


def _instant(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--since {text} is not an instant; give one like 2026-01-31T12:00:00Z", Exit.USAGE)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).isoformat()
