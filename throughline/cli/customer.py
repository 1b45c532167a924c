"""`throughline customer …`: what the customer does, and the acknowledgement by staff."""

from __future__ import annotations

from typing import Annotated

import typer

from throughline.cli.acting import act, filled
from throughline.cli.options import ComplaintId, Key

app = typer.Typer(help="Act for the customer of a complaint.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="In the customer's words")]
_ROLE = "customer"


@app.command()
def acknowledge(
    *,
    complaint: ComplaintId,
    next_step: Annotated[str, typer.Option("--next", help="The next step, as told to the customer")],
    by_when: Annotated[
        str, typer.Option(metavar="INSTANT", help="When the next step is due, e.g. 2026-01-31T12:00:00Z")
    ] = "",
    key: Key = "",
) -> None:
    """Record that a person has contacted the customer; this stops the acknowledgement clock."""
    body = filled(next=next_step, by_when=by_when)
    act(f"intake/complaints/{complaint}/acknowledge", body, key=key)


@app.command()
def accept(
    *,
    complaint: ComplaintId,
    learning_code: Annotated[str, typer.Option(help="One of the organisation's learning codes")] = "",
    key: Key = "",
) -> None:
    """Accept the outcome; this closes the complaint."""
    body = filled(learning_code=learning_code)
    act(f"intake/complaints/{complaint}/accept", body, key=key, role=_ROLE)


@app.command()
def reject(*, complaint: ComplaintId, reason: Reason, key: Key = "") -> None:
    """Reject the outcome; this starts the second stage, with another lead."""
    body = {"reason": reason}
    act(f"intake/complaints/{complaint}/reject", body, key=key, role=_ROLE)


@app.command()
def escalate(*, complaint: ComplaintId, reason: Reason, key: Key = "") -> None:
    """Ask for management; nobody can refuse this."""
    body = {"reason": reason}
    act(f"intake/complaints/{complaint}/escalate", body, key=key, role=_ROLE)


@app.command()
def withdraw(*, complaint: ComplaintId, reason: Reason, key: Key = "") -> None:
    """Withdraw the complaint."""
    body = {"reason": reason}
    act(f"intake/complaints/{complaint}/withdraw", body, key=key, role=_ROLE)


@app.command()
def feedback(
    *,
    complaint: ComplaintId,
    score: Annotated[
        list[int], typer.Option(min=1, max=5, help="1 to 5, one per question in order; repeat the option")
    ],
    key: Key = "",
) -> None:
    """Answer the feedback questions sent after closing."""
    body = {"scores": score}
    act(f"intake/complaints/{complaint}/feedback", body, key=key, role=_ROLE)
