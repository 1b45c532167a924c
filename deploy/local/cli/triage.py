"""`throughline triage …`: what people decide when the rules are not sure enough."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.local.cli.acting import act, filled
from deploy.local.cli.client import connected
from deploy.local.cli.invocation import invocation
from deploy.local.cli.options import ComplaintId, Key, Override
from deploy.local.cli.output import emit, table

app = typer.Typer(help="Decide what the rules are not sure of.", no_args_is_help=True)


@app.command()
def queue() -> None:
    """List what waits for a person."""
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
    table("Waiting for a person", columns, rows, numeric=(2,))


@app.command()
def decide(
    *,
    complaint: ComplaintId,
    category: Annotated[str, typer.Option(help="What it is, by the organisation's categories")],
    reason: Annotated[str, typer.Option(help="Why; stands with every step as its why")],
    step: Annotated[list[str] | None, typer.Option(help="A step it touches; several. Without: the category's")] = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """Decide, or correct what was decided."""
    body = filled(category=category, reason=reason, steps=step, override=override)
    act(f"routing/triages/{complaint}/decide", body, key=key)
