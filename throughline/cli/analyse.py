"""`throughline analyse …`: times, causes, costs, and how well routing works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from throughline.cli.client import connected
from throughline.cli.imports.expected import expected_departments
from throughline.cli.invocation import invocation
from throughline.cli.options import Period
from throughline.cli.output import Exit, emit, fail, progress, record, table
from throughline.cli.summary import money, pareto
from throughline.cli.summary import times as show_lines

app = typer.Typer(
    help="Analyse times, causes, costs and how well complaints reach the right departments.", no_args_is_help=True
)


@app.command("times")
def times_command(
    *,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Analyse all orders in a file, with or without a complaint; omit it to analyse what is stored",
        ),
    ] = None,
    mapping: Annotated[
        str, typer.Option("--mapping", metavar="NAME|FILE", help="The mapping that describes the columns of FILE")
    ] = "",
    sample: Annotated[str, typer.Option(help="Only rows of this sample, for example random")] = "",
    organisation: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="The organisation; the default is the one of the mapping")
    ] = "",
) -> None:
    """Show how long each step takes and how often it exceeds its standard."""
    from throughline.cli.ordertimes import of_file, of_stored, show

    if file is not None:
        report = of_file(file, mapping, sample, organisation)
        emit(report) if invocation().as_json else show(report)
        return
    if mapping or sample:
        fail("--mapping and --sample need a FILE; without one, the stored complaints are analysed", Exit.USAGE)
    with connected(reads=True) as api:
        report = of_stored(api)
        handling = api.get("review/times")
    if invocation().as_json:
        emit({**report, "handling": handling})
    else:
        show(report)
        show_lines("Time per department, for orders and complaints", handling["lines"])


@app.command("causes")
def causes_command(*, period: Period = "") -> None:
    """Rank the causes of complaints by count and by cost (Pareto)."""
    with connected(reads=True) as api:
        themes = api.get("review/themes", period=period)
    if invocation().as_json:
        emit(themes)
        return
    pareto(f"Causes by count, {period or 'all periods'}", themes["by_count"])
    pareto(f"Causes by cost, {period or 'all periods'}", themes["by_cost"])


@app.command("costs")
def costs_command(*, period: Period = "") -> None:
    """Show what complaints cost: staff, compensation, rework and value at risk, and the causes behind it."""
    with connected(reads=True) as api:
        board = api.get("review/summary", period=period)
        by_cost = api.get("review/themes", period=period)["by_cost"]
    found = {name: board[name] for name in ("period", "complaints", "costs", "total")} | {"by_cost": by_cost}
    if invocation().as_json:
        emit(found)
        return
    costs = {name: money(amount) for name, amount in board["costs"].items()}
    record(f"Costs of {board['complaints']} complaints", {**costs, "total": money(board["total"])})
    pareto("Causes by cost", by_cost)


@app.command("routing")
def routing_command() -> None:
    """Show how often the department that really answered was invited; needs imports that name it."""
    from shared.organisation.analysis import analyse_routing
    from throughline.cli.logs import invitations

    expected = expected_departments(invocation().folder)
    if not expected:
        fail("no import says which department really answered; its mapping must name an `expected_department`")
    with connected(reads=True) as api, progress("comparing") as bar:
        invited = {}
        for number, (_, registered, letters) in enumerate(invitations(api), start=1):
            if registered["source_row"] in expected:
                invited[registered["source_row"]] = {letter["department"] for letter in letters}
            bar.at(number)
    pairs = ((department, sorted(invited.get(row, ()))) for row, department in expected.items())
    found = analyse_routing(pairs)
    if invocation().as_json:
        emit(found)
        return
    shown = {name: found[name] for name in ("rows", "agreed", "among", "nobody", "share")}
    record("Invited departments compared with those that really answered", shown)
    rows = [(one["expected"], ", ".join(one["invited"]) or "nobody", one["rows"]) for one in found["differences"]]
    table("Differences", ("answered", "invited", "complaints"), rows, numeric=(2,))
