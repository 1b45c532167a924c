"""`throughline management …`: what a manager does with a complaint that was escalated."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deploy.local.cli.acting import act, filled
from deploy.local.cli.client import connected
from deploy.local.cli.invocation import invocation
from deploy.local.cli.options import ComplaintId, Key, Override, pairs
from deploy.local.cli.output import emit, table

app = typer.Typer(help="Act as management, for complaints that were escalated.", no_args_is_help=True)
_ROLE = "management"


@app.command()
def queue() -> None:
    """List what management has."""
    with connected(reads=True) as api:
        items = list(api.pages("departments/management/queue"))
    if invocation().as_json:
        emit({"items": items})
        return
    rows = [
        (
            item["id"],
            item["severity"],
            item["lead"],
            "; ".join(_reasons(item)),
            (item["escalation"] or {}).get("contact_by") or "-",
            ", ".join((item["escalation"] or {}).get("failed", ())) or "-",
        )
        for item in items
    ]
    table("With management", ("complaint", "severity", "lead", "reason", "contact by", "what failed before"), rows)


def _reasons(item: dict[str, Any]) -> list[str]:
    escalated = [item["escalation"]["reason"]] if item["escalation"] else []
    return escalated + [f"{seat['department']}: {seat['reason']}" for seat in item["seats"]]


@app.command()
def contact(
    *,
    complaint: ComplaintId,
    note: Annotated[str, typer.Option(help="What was said, without names")],
    key: Key = "",
) -> None:
    """Say that a manager has spoken to the customer in person."""
    act(f"departments/management/{complaint}/contact", {"note": note}, key=key, role=_ROLE)


@app.command()
def close(
    *,
    complaint: ComplaintId,
    finding: Annotated[
        list[str] | None, typer.Option(metavar="INSTANCE=TEXT", help="A fix or a reason per failed instance; several")
    ] = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """Hand it back: each failed instance has a fix or a reason."""
    body = {"findings": pairs(finding, "INSTANCE=TEXT"), **filled(override=override)}
    act(f"departments/management/{complaint}/close", body, key=key, role=_ROLE)
