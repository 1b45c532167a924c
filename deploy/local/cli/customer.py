"""`throughline customer …`: the customer's side, and what staff tell the customer."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.local.cli.acting import act, filled
from deploy.local.cli.options import ComplaintId, Key

app = typer.Typer(help="The customer's side of a complaint.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="In the customer's words")]
_ROLE = "customer"


@app.command()
def acknowledge(
    *,
    complaint: ComplaintId,
    next_step: Annotated[str, typer.Option("--next", help="What happens next, as the customer was told")],
    by_when: Annotated[str, typer.Option(metavar="INSTANT", help="By when, 2026-01-31T12:00:00Z")] = "",
    key: Key = "",
) -> None:
    """Say that a person has spoken to the customer; this stops the acknowledgement clock."""
    body = filled(next=next_step, by_when=by_when)
    act(f"intake/complaints/{complaint}/acknowledge", body, key=key)


@app.command()
def accept(
    *,
    complaint: ComplaintId,
    learning_code: Annotated[str, typer.Option(help="What was learnt, by the organisation's codes")] = "",
    key: Key = "",
) -> None:
    """Accept the outcome; the complaint is closed."""
    body = filled(learning_code=learning_code)
    act(f"intake/complaints/{complaint}/accept", body, key=key, role=_ROLE)


@app.command()
def reject(*, complaint: ComplaintId, reason: Reason, key: Key = "") -> None:
    """Reject the outcome; the second stage begins, with a different lead."""
    body = {"reason": reason}
    act(f"intake/complaints/{complaint}/reject", body, key=key, role=_ROLE)


@app.command()
def escalate(*, complaint: ComplaintId, reason: Reason, key: Key = "") -> None:
    """Ask for management; nobody may refuse it."""
    body = {"reason": reason}
    act(f"intake/complaints/{complaint}/escalate", body, key=key, role=_ROLE)


@app.command()
def withdraw(*, complaint: ComplaintId, reason: Reason, key: Key = "") -> None:
    """Take the complaint back."""
    body = {"reason": reason}
    act(f"intake/complaints/{complaint}/withdraw", body, key=key, role=_ROLE)


@app.command()
def feedback(
    *,
    complaint: ComplaintId,
    score: Annotated[list[int], typer.Option(min=1, max=5, help="One per question, in their order")],
    key: Key = "",
) -> None:
    """Answer the questions that were asked after closing."""
    body = {"scores": score}
    act(f"intake/complaints/{complaint}/feedback", body, key=key, role=_ROLE)
