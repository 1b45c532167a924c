"""The times of orders, from a file or from the stored complaints, for `throughline analyse times`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from shared import organisation as organisations
from shared.contracts.intake import ComplaintRegistered
from shared.organisation import Organisation
from shared.organisation import mapping as mappings
from shared.organisation.analysis import Order, TimesReport, analyse_times, order_of_registration, order_of_row
from shared.organisation.datafile import DataFileInvalid, closest
from shared.organisation.mapping import ImportMapping, MappedRow, MappingInvalid, map_row
from throughline.cli.client import DEFAULT_ORGANISATION, Api
from throughline.cli.imports.columns import open_for
from throughline.cli.imports.csvfile import Malformed
from throughline.cli.invocation import invocation
from throughline.cli.logs import registrations
from throughline.cli.output import Exit, fail, progress, record, say, table
from throughline.cli.summary import hours


def of_file(file: Path, mapping: str, sample: str, organisation: str) -> TimesReport:
    """Return the report on all orders of a file; ends the command if the options do not fit the file."""
    if not mapping:
        fail(f"--mapping is missing; give one of {', '.join(mappings.packaged_names())}, or a file", Exit.USAGE)
    try:
        meaning = mappings.from_path(mapping)
        company = organisations.from_path(organisation or meaning.organisation)
        mappings.check_fits(meaning, company, mapping)
    except DataFileInvalid as invalid:
        fail(str(invalid), Exit.USAGE)
    if meaning.analysis is None:
        fail(f"mapping '{meaning.id}' has no `analysis` section", Exit.USAGE)
    if sample and meaning.analysis.sample is None:
        fail(f"mapping '{meaning.id}' names no column for samples", Exit.USAGE)
    samples: set[str] = set()
    rows = _of_sample(_rows(file, meaning), sample, samples)
    report = analyse_times((order_of_row(row, meaning) for row in rows), company)
    if sample and sample not in samples:
        fail(f"{file.name} has no row of sample '{sample}'; {closest(sample, samples)}", Exit.USAGE)
    return report


def _of_sample(rows: Iterable[MappedRow], sample: str, seen: set[str]) -> Iterator[MappedRow]:
    """Yield the rows of a sample, or all if it is empty; adds each row's sample to `seen`."""
    for row in rows:
        seen.add(row.sample)
        if sample in ("", row.sample):
            yield row


def _rows(file: Path, meaning: ImportMapping) -> Iterator[MappedRow]:
    unread = 0
    with open_for(file, meaning) as rows, progress(f"reading {file.name}", rows.size) as bar:
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
        say(f"{unread} rows cannot be read and are not counted; `throughline import` says why")


def of_stored(api: Api) -> TimesReport:
    """Return the report on the orders of the stored complaints."""
    company = organisations.from_path(invocation().folder.organisation() or DEFAULT_ORGANISATION)
    return analyse_times(_stored(api, company), company)


def _stored(api: Api, company: Organisation) -> Iterator[Order]:
    known: dict[str, ImportMapping | None] = {}
    with progress("reading stored complaints") as bar:
        for number, (_, body) in enumerate(registrations(api), start=1):
            registered = ComplaintRegistered.model_validate(body)
            name = registered.source_row.partition(":")[0]
            if name not in known:
                known[name] = _mapping(name, company)
            yield order_of_registration(registered, known[name])
            bar.at(number, f"reading stored complaints: {number}")


def _mapping(name: str, company: Organisation) -> ImportMapping | None:
    """The packaged mapping that a complaint was imported with; only it knows which column was which fact."""
    if name not in mappings.packaged_names():
        return None
    try:
        meaning = mappings.from_path(name)
    except MappingInvalid:
        return None
    return meaning if meaning.organisation == company.id else None


def show(report: TimesReport) -> None:
    """Print a report for people."""
    late = "" if report["late_share"] is None else f" ({report['late_share']:.1%})"
    fields = {
        "orders": report["orders"],
        "with all times": report["delivered_with_all_times"],
        "with a negative duration": report["rows_with_a_negative_step"],
        "late": f"{report['late']}{late}",
        "complaint rate, on time": _share(report["complaint_share"]["on_time"]),
        "complaint rate, late": _share(report["complaint_share"]["late"]),
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
    table("Steps", ("step", "orders", "mean", "p50", "p90", "p99", "over standard"), rows, numeric=range(1, 7))
    over = list(report["late_by_sectors_over_limit"].items())
    table("Late orders by the steps that exceeded their standard", ("steps", "orders"), over, numeric=(1,))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
