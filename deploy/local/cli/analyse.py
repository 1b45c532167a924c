"""`throughline analyse …`: times, causes, costs, and how well complaints find their departments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.cli.answered import remembered
from deploy.local.cli.client import DEFAULT_ORGANISATION, Api, connected
from deploy.local.cli.csvfile import Malformed
from deploy.local.cli.imports import opened
from deploy.local.cli.logs import invitations, registrations
from deploy.local.cli.options import AsJson, DataDir, Period
from deploy.local.cli.output import Exit, emit, fail, progress, record, say, table
from deploy.local.cli.summary import hours, money, pareto
from deploy.local.cli.summary import times as show_lines
from deploy.local.folder import DataFolder
from shared.contracts.intake import ComplaintRegistered
from shared.core import mapping as mappings
from shared.core import organisation as organisations
from shared.core.analysis import Order, TimesReport, analyse_routing, analyse_times, order_of_registration, order_of_row
from shared.core.datafile import DataFileInvalid, closest
from shared.core.mapping import ImportMapping, MappedRow, MappingInvalid, map_row
from shared.core.organisation import Organisation

app = typer.Typer(help="Times, causes, costs, and how well complaints find their departments.", no_args_is_help=True)


@app.command("times")
def times_command(
    *,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="All orders of a file, complaints or not")
    ] = None,
    mapping: Annotated[str, typer.Option("--mapping", metavar="NAME|FILE", help="What the file's columns mean")] = "",
    sample: Annotated[str, typer.Option(help="Only rows of this sample, such as random")] = "",
    organisation: Annotated[str, typer.Option(metavar="NAME|FILE", help="[default: the mapping's]")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """How long each step takes and which are over their time: of a file's orders, or without FILE of what is stored."""
    if file is not None:
        report = _of_file(file, mapping, sample, organisation)
        emit(report) if as_json else _show(report)
        return
    if mapping or sample:
        fail("--mapping and --sample need a FILE; without one, what is stored is analysed", Exit.USAGE)
    with connected(data_dir, reads=True) as api:
        report = _of_stored(api, data_dir)
        handling = api.get("review/times")
    if as_json:
        emit({**report, "handling": handling})
    else:
        _show(report)
        show_lines("Who had the orders and the complaints", handling["lines"])


def _of_file(file: Path, mapping: str, sample: str, organisation: str) -> TimesReport:
    if not mapping:
        fail(f"--mapping is missing; one of: {', '.join(mappings.packaged_names())}, or a file", Exit.USAGE)
    try:
        meaning = mappings.from_path(mapping)
        company = organisations.from_path(organisation or meaning.organisation)
        mappings.check_fits(meaning, company, mapping)
    except DataFileInvalid as invalid:
        fail(str(invalid), Exit.USAGE)
    if meaning.analysis is None:
        fail(f"mapping '{meaning.id}' says nothing about the analysis of times", Exit.USAGE)
    if sample and meaning.analysis.sample is None:
        fail(f"mapping '{meaning.id}' names no column that holds samples", Exit.USAGE)
    samples: set[str] = set()
    rows = _of_sample(_rows(file, meaning), sample, samples)
    report = analyse_times((order_of_row(row, meaning) for row in rows), company)
    if sample and sample not in samples:
        fail(f"{file.name} has no row of sample '{sample}'; {closest(sample, samples)}", Exit.USAGE)
    return report


def _of_sample(rows: Iterable[MappedRow], sample: str, seen: set[str]) -> Iterator[MappedRow]:
    """Yield the rows of a sample, all where none is asked for; takes down which samples there are."""
    for row in rows:
        seen.add(row.sample)
        if sample in ("", row.sample):
            yield row


def _rows(file: Path, meaning: ImportMapping) -> Iterator[MappedRow]:
    unread = 0
    with opened(file, meaning) as rows, progress(f"reading {file.name}", rows.size) as bar:
        for found in rows:
            bar.at(rows.position)
            mapped = (
                None
                if isinstance(found, Malformed)
                else map_row(meaning, dict(zip(rows.header, found.cells, strict=True)), every_row=True)
            )
            if isinstance(mapped, MappedRow):
                yield mapped
            else:
                unread += 1
    if unread:
        say(f"{unread} rows cannot be read and are not in the figures; `throughline import` writes their reasons")


def _of_stored(api: Api, data_dir: Path | None) -> TimesReport:
    folder = DataFolder(data_dir) if data_dir else DataFolder.default()
    company = organisations.from_path(folder.organisation() or DEFAULT_ORGANISATION)
    return analyse_times(_stored(api, company), company)


def _stored(api: Api, company: Organisation) -> Iterator[Order]:
    known: dict[str, ImportMapping | None] = {}
    with progress("reading what is stored") as bar:
        for number, (_, said) in enumerate(registrations(api), start=1):
            registered = ComplaintRegistered.model_validate(said)
            name = registered.source_row.partition(":")[0]
            if name not in known:
                known[name] = _mapping(name, company)
            yield order_of_registration(registered, known[name])
            bar.at(number, f"reading what is stored: {number}")


def _mapping(name: str, company: Organisation) -> ImportMapping | None:
    """The packaged mapping that a complaint was imported by; without it no one knows which column was which fact."""
    if name not in mappings.packaged_names():
        return None
    try:
        meaning = mappings.from_path(name)
    except MappingInvalid:
        return None
    return meaning if meaning.organisation == company.id else None


def _show(report: TimesReport) -> None:
    late = "" if report["late_share"] is None else f" ({report['late_share']:.1%})"
    fields = {
        "orders": report["orders"],
        "with all times": report["delivered_with_all_times"],
        "with a negative step": report["rows_with_a_negative_step"],
        "late": f"{report['late']}{late}",
        "complaints, on time": _share(report["complaint_share"]["on_time"]),
        "complaints, late": _share(report["complaint_share"]["late"]),
    }
    record("Times of the orders", fields)
    rows = [
        (
            step,
            all_["n"],
            *(hours(all_[name]) if all_["n"] else "-" for name in ("mean", "p50", "p90", "p99")),
            _share(over),
        )
        for (step, all_), over in zip(
            report["step_hours"].items(), report["over_limit_share_all"].values(), strict=True
        )
    ]
    table("Steps", ("step", "orders", "mean", "p50", "p90", "p99", "over their time"), rows, numeric=range(1, 7))
    over = list(report["late_by_sectors_over_limit"].items())
    table("Late orders by the steps that were over their time", ("steps", "orders"), over, numeric=(1,))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


@app.command("causes")
def causes_command(*, period: Period = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What causes complaints, by count and by cost (Pareto)."""
    with connected(data_dir, reads=True) as api:
        themes = api.get("review/themes", period=period)
    if as_json:
        emit(themes)
        return
    pareto(f"Causes by count, {period or 'all periods'}", themes["by_count"])
    pareto(f"Causes by cost, {period or 'all periods'}", themes["by_cost"])


@app.command("costs")
def costs_command(*, period: Period = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What complaints cost: staff, compensation, rework, value at risk, and because of which causes."""
    with connected(data_dir, reads=True) as api:
        board = api.get("review/summary", period=period)
        by_cost = api.get("review/themes", period=period)["by_cost"]
    found = {name: board[name] for name in ("period", "complaints", "costs", "total")} | {"by_cost": by_cost}
    if as_json:
        emit(found)
        return
    costs = {name: money(amount) for name, amount in board["costs"].items()}
    record(f"Costs of {board['complaints']} complaints", {**costs, "total": money(board["total"])})
    pareto("Causes by cost", by_cost)


@app.command("routing")
def routing_command(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """How often the department that really answered is among the invited: of imports that say who did."""
    folder = DataFolder(data_dir) if data_dir else DataFolder.default()
    answered = remembered(folder)
    if not answered:
        fail("no import has said who really answered; its mapping names the column as `expected_department`")
    with connected(data_dir, reads=True) as api, progress("comparing") as bar:
        invited = {}
        for number, (_, registered, letters) in enumerate(invitations(api), start=1):
            if registered["source_row"] in answered:
                invited[registered["source_row"]] = {letter["department"] for letter in letters}
            bar.at(number)
    pairs = ((department, sorted(invited.get(row, ()))) for row, department in answered.items())
    found = analyse_routing(pairs)
    if as_json:
        emit(found)
        return
    shown = {name: found[name] for name in ("rows", "agreed", "among", "nobody", "share")}
    record("Routing against who really answered", shown)
    rows = [(one["expected"], ", ".join(one["invited"]) or "nobody", one["rows"]) for one in found["differences"]]
    table("Where they differ", ("answered", "invited", "complaints"), rows, numeric=(2,))
