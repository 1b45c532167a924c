"""`throughline summary`: the figures for the review board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from throughline.cli.client import connected
from throughline.cli.invocation import invocation
from throughline.cli.options import Period
from throughline.cli.output import emit, record, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("summary")(summary)


def summary(*, period: Period = "") -> None:
    """Print the review board's summary of one month, or of all."""
    with connected(reads=True) as api:
        board = api.get("review/summary", period=period)
    if invocation().as_json:
        emit(board)
    else:
        show_board(board)


def show_board(board: Mapping[str, Any]) -> None:
    """Print the board's summary."""
    fields = {
        "complaints reviewed": f"{board['complaints']} ({board['historic']} historic)",
        "severities": ", ".join(f"{name} {n}" for name, n in board["severities"].items()) or "none",
        "escalated": board["escalated"],
        "promises kept": board["promises_kept"],
        "promises broken": board["promises_broken"],
        "mean chain time": hours(board["chain_mean_hours"]),
        "mean handling time": hours(board["handling_mean_hours"]),
        "cost": f"{money(board['total'])}: " + ", ".join(f"{name} {money(n)}" for name, n in board["costs"].items()),
    }
    record(f"Review board, {board['period'] or 'all periods'}", fields)
    pareto("Causes by count", board["by_count"])
    pareto("Causes by cost", board["by_cost"])
    times("Over standard", board["overruns"])


def pareto(title: str, lines: list[dict[str, Any]]) -> None:
    """Print causes, the largest first."""
    rows = [
        (
            line["step"],
            line["factor"],
            line["department"],
            line["count"],
            money(line["cost"]),
            f"{line['share']:.1%}",
            f"{line['cumulative']:.1%}",
        )
        for line in lines
    ]
    columns = ("step", "factor", "department", "complaints", "cost", "share", "cumulative")
    table(title, columns, rows, numeric=(3, 4, 5, 6))


def times(title: str, lines: list[dict[str, Any]]) -> None:
    """Print the time per step and department, compared with the standard."""
    rows = [
        (
            line["step"] or "-",
            line["department"],
            line["what"],
            line["count"],
            hours(line["mean_hours"]),
            hours(line["p90_hours"]),
            hours(line["standard_hours"]) if line["standard_hours"] is not None else "per order",
            line["over_count"],
            hours(line["over_hours"]),
        )
        for line in lines
    ]
    columns = ("step", "department", "what", "complaints", "mean", "p90", "standard", "over", "over by")
    table(title, columns, rows, numeric=(3, 4, 5, 6, 7, 8))


def hours(value: float) -> str:
    """Return hours for people."""
    return f"{value:,.1f} h"


def money(value: str) -> str:
    """Return an amount for people."""
    return f"{float(value):,.2f}"
