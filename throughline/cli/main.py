"""The `throughline` command: every command and group, each from its own file."""

from __future__ import annotations

import typer

from throughline.cli import (
    analyse,
    complaints,
    customer,
    demo,
    departments,
    doctor,
    export,
    invocation,
    management,
    replay,
    serve,
    summary,
    topics,
    triage,
    up,
    verify,
    watch,
)
from throughline.cli.imports import command as imports
from throughline.cli.parked import commands as parked

app = typer.Typer(
    name="throughline",
    cls=invocation.Commands,
    callback=invocation.shared_options,
    help="Takes each complaint to every department whose step it touches, from registration to root causes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (up, serve, demo, complaints, imports, watch, summary, replay, verify, doctor):
    group.register(app)
app.add_typer(departments.app, name="departments")
app.add_typer(management.app, name="management")
app.add_typer(customer.app, name="customer")
app.add_typer(triage.app, name="triage")
app.add_typer(analyse.app, name="analyse")
app.add_typer(export.app, name="export")
app.add_typer(parked.app, name="parked")
app.add_typer(topics.app, name="topics")

if __name__ == "__main__":
    app()
