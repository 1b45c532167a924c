"""`throughline export …`: stored data as JSON lines, for other programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from throughline.cli.client import connected
from throughline.cli.output import emit, progress

if TYPE_CHECKING:
    from throughline.cli.logs import EventBody

app = typer.Typer(help="Export stored data as JSON lines.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `invitations` a command of its own while it is the only one."""


@app.command("invitations")
def export_invitations() -> None:
    """Print one JSON object per complaint: the departments invited, because of which steps, and why."""
    from throughline.cli.logs import invitations

    with connected(reads=True) as api, progress("exporting invitations") as bar:
        for number, (complaint, registered, invited) in enumerate(invitations(api), start=1):
            emit(
                {"complaint": complaint, "source_row": registered["source_row"], "departments": by_department(invited)}
            )
            bar.at(number, f"exporting invitations: {number}")


def by_department(invited: Iterable[EventBody]) -> list[dict[str, Any]]:
    """Return each invited department once, with the steps of all its invitations."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for invitation in invited:
        steps = found.setdefault(invitation["department"], {})
        for touched in invitation["steps"]:
            whys = steps.setdefault(touched["step"], {})
            whys.update(dict.fromkeys(why["sentence"] for why in touched["why"]))
    return [
        {"id": department, "steps": [{"step": step, "why": "; ".join(whys)} for step, whys in steps.items()]}
        for department, steps in found.items()
    ]
