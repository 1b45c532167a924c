"""`throughline triage …`: triage by a person, where the rules are not sure enough."""

from __future__ import annotations

from typing import Annotated

import typer

from throughline.cli.acting import act, filled
from throughline.cli.client import connected
from throughline.cli.invocation import invocation
from throughline.cli.options import ComplaintId, Key, Override
from throughline.cli.output import emit, table

app = typer.Typer(help="Triage complaints that the rules are not sure of.", no_args_is_help=True)


@app.command()
def queue() -> None:
    """List the complaints that wait for a decision."""
    with connected(reads=True) as api:
        items = list(api.pages("routing/triages/queue"))
    if invocation().as_json:
        emit({"items": items})
        return
    rows = [
        (
            item["id"],
            item["category"] or "-",
            f"{item['confidence']:.0%}",
            item["severity"],
            item["language"] or "-",
            item["decide_by"] or "no clock",
        )
        for item in items
    ]
    columns = ("complaint", "best guess", "confidence", "severity", "language", "decide by")
    table("Waiting for a decision", columns, rows, numeric=(2,))


@app.command()
def decide(
    *,
    complaint: ComplaintId,
    category: Annotated[str, typer.Option(help="One of the organisation's categories")],
    reason: Annotated[str, typer.Option(help="The reason, shown with every step")],
    step: Annotated[
        list[str] | None, typer.Option(help="A step it touches; repeatable; the default is the steps of the category")
    ] = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """Decide on a complaint, or correct an earlier decision."""
    body = filled(category=category, reason=reason, steps=step, override=override)
    act(f"routing/triages/{complaint}/decide", body, key=key)
