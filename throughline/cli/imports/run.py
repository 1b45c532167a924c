"""One import: read rows, send them to intake, and count the results."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shared import organisation as organisations
from shared.hosting.idle import NotIdle
from shared.organisation import mapping as mappings
from shared.organisation.datafile import DataFileInvalid
from shared.organisation.mapping import ImportMapping, RowRejected, RowSkipped, map_row
from throughline.app.folder import DataFolder
from throughline.cli.client import connected
from throughline.cli.imports.batches import Answer, Row, deliver
from throughline.cli.imports.columns import open_for
from throughline.cli.imports.csvfile import CsvFile, Malformed
from throughline.cli.imports.expected import add_expected_departments
from throughline.cli.imports.rejects import Rejects
from throughline.cli.invocation import invocation
from throughline.cli.output import Exit, Steps, emit, fail, progress, record, say
from throughline.cli.waiting import wait_for_effects


def carry_out(file: Path, mapping: str, organisation: str, *, wait: bool) -> None:
    """Import a file and print the result.

    Args:
        organisation: for a new data folder; empty: the one of the mapping.
        wait: until everything has had its effects.
    """
    started = time.monotonic()
    folder = invocation().folder
    meaning, source = _plan(folder, mapping, organisation)
    with open_for(file, meaning) as table, Rejects(folder.path.parent, file, table.header) as rejects:
        work = _Import(folder, meaning, table, rejects)
        with connected(source) as api:
            try:
                with progress(f"importing {file.name}", table.size) as bar:
                    work.count(deliver(api, work.rows(bar)), bar)
            except KeyboardInterrupt:
                fail(f"stopped after {work.answers} rows, which are kept; run the same command to continue")
            finally:
                add_expected_departments(folder, work.expected)
            if wait:
                try:
                    wait_for_effects(api)
                except NotIdle as error:
                    fail(str(error))
    work.tell(time.monotonic() - started)


def _plan(folder: DataFolder, mapping: str, organisation: str) -> tuple[ImportMapping, str]:
    """Return a mapping and an organisation that fit each other and the folder; otherwise end the command."""
    try:
        meaning = mappings.from_path(mapping)
        known = folder.organisation()
        source = organisation or known or meaning.organisation
        company = organisations.from_path(known or source)
        if known and company.id != meaning.organisation:
            whose = f"organisation '{company.id}', but mapping '{meaning.id}' is for '{meaning.organisation}'"
            fail(f"{folder.path} holds complaints of {whose}; use another --data-dir", Exit.USAGE)
        mappings.check_fits(meaning, company, mapping)
    except DataFileInvalid as invalid:
        fail(str(invalid), Exit.USAGE)
    return meaning, source


@dataclass
class _Import:
    """One run over a file."""

    folder: DataFolder
    mapping: ImportMapping
    table: CsvFile
    rejects: Rejects
    became: Counter[str] = field(default_factory=Counter[str])
    expected: dict[str, str] = field(default_factory=dict[str, str])

    def rows(self, bar: Steps) -> Iterator[Row]:
        """Yield the rows that are complaints; rows that cannot be read are rejected."""
        header = self.table.header
        for found in self.table:
            bar.at(self.table.position)
            if isinstance(found, Malformed):
                self._reject(found.cells, found.line, found.reason)
                continue
            mapped = map_row(self.mapping, dict(zip(header, found.cells, strict=True)))
            match mapped:
                case RowSkipped():
                    self.became["skipped"] += 1
                case RowRejected():
                    self._reject(found.cells, found.line, mapped.reason)
                case _:
                    yield Row(mapped, found.line, found.cells)

    def count(self, answers: Iterator[Answer], bar: Steps) -> None:
        """Count what became of the rows."""
        for answer in answers:
            row = answer.row
            if answer.status == "rejected":
                self._reject(row.cells, row.line, answer.problem)
                continue
            self.became[answer.status] += 1
            self.became["flagged"] += bool(row.mapped.flags)
            if row.mapped.expected_department:
                self.expected[row.mapped.source_row] = row.mapped.expected_department
        bar.at(self.table.size)

    @property
    def answers(self) -> int:
        """How many rows are done."""
        return self.became.total() - self.became["flagged"] + self.rejects.count

    def _reject(self, cells: tuple[str, ...], line: int, reason: str) -> None:
        self.rejects.add(cells, f"line {line}: {reason}")

    def tell(self, seconds: float) -> None:
        """Print the result."""
        figures = {
            "registered": self.became["registered"],
            "already": self.became["already"],
            "rejected": self.rejects.count,
            "flagged": self.became["flagged"],
            "seconds": round(seconds, 2),
        }
        if self.rejects.count:
            say(f"{self.rejects.count} rows were rejected; they are in {self.rejects.path}, with the reasons")
        if invocation().as_json:
            emit(figures)
        else:
            record(
                f"{self.table.path.name}, mapping {self.mapping.id}",
                {**figures, "no complaints": self.became["skipped"]},
            )
