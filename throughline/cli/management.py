"""`throughline management …`: what a manager does with an escalated complaint."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from throughline.cli.acting import act, filled
from throughline.cli.client import connected
from throughline.cli.invocation import invocation
from throughline.cli.options import ComplaintId, Key, Override, pairs
from throughline.cli.output import emit, table

app = typer.Typer(help="Act as management on escalated complaints.", no_args_is_help=True)
_ROLE = "management"


@app.command()
def queue() -> None:
    """List the complaints that management has."""
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
    table("With management", ("complaint", "severity", "lead", "reason", "contact by", "failed instances"), rows)


def _reasons(item: dict[str, Any]) -> list[str]:
    escalated = [item["escalation"]["reason"]] if item["escalation"] else []
    return escalated + [f"{seat['department']}: {seat['reason']}" for seat in item["seats"]]


@app.command()
def contact(
    *,
    complaint: ComplaintId,
    note: Annotated[str, typer.Option(help="A note on the conversation, without names")],
    key: Key = "",
) -> None:
    """Record that a manager has spoken to the customer in person."""
    act(f"departments/management/{complaint}/contact", {"note": note}, key=key, role=_ROLE)


@app.command()
def close(
    *,
    complaint: ComplaintId,
    finding: Annotated[
        list[str] | None,
        typer.Option(metavar="INSTANCE=TEXT", help="The fix or the reason for a failed instance; repeatable"),
    ] = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """Hand the complaint back, with a fix or a reason for each failed instance."""
    body = {"findings": pairs(finding, "INSTANCE=TEXT"), **filled(override=override)}
    act(f"departments/management/{complaint}/close", body, key=key, role=_ROLE)
