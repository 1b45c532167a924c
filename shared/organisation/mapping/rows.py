"""From one row of a source to the fields of a registration, by an import mapping. Pure; a bad row raises nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from shared.contracts.parts import StepTime
from shared.organisation.mapping.models import ISO, ImportMapping, MappedStep
from shared.organisation.structure import fold

Row = Mapping[str | None, str | Sequence[str] | None]
"""A row as `csv.DictReader` returns it: surplus cells under the key None, missing ones with the value None."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """What a row registers.

    Attributes:
        source_row: `<mapping>:<id of the row>`; the same row is the same complaint.
        steps: times that can be trusted. A step that ends before it starts is left out and flagged
            `negative-step:<step>`; one that lacks a time is here without any, flagged `missing-step:<step>`.
        as_written: the times of every step as the row has them, for the analysis only.
        value: money at stake in the organisation's currency.
        status, score, sample: what the analysis needs; never part of a registration.
        expected_department: who really answered, lower case; never part of a registration.
    """

    source_row: str
    received_at: datetime
    language: str
    text: str
    category_hint: str = ""
    order_ref: str = ""
    customer_ref: str | None = None
    value: Decimal | None = None
    steps: tuple[StepTime, ...] = ()
    promised_by: datetime | None = None
    facts: dict[str, str] = field(default_factory=dict[str, str])
    flags: tuple[str, ...] = ()
    historic: bool = True
    as_written: tuple[StepTime, ...] = ()
    status: str = ""
    score: str = ""
    sample: str = ""
    expected_department: str = ""


@dataclass(frozen=True, slots=True)
class RowRejected:
    """The row cannot be read: `reason` names the column and what it holds."""

    reason: str


@dataclass(frozen=True, slots=True)
class RowSkipped:
    """The row is not a complaint; `reason` names the condition that does not hold."""

    reason: str


class _Unreadable(Exception):
    """A cell that cannot be read; becomes `RowRejected`."""


def map_row(mapping: ImportMapping, row: Row, *, every_row: bool = False) -> MappedRow | RowRejected | RowSkipped:
    """Map one row.

    Args:
        mapping: what the columns mean.
        row: as `csv.DictReader` returns it.
        every_row: also map rows that are not complaints, for the analysis of all orders.
    """
    try:
        cells = _Cells(mapping, row)
        return (None if every_row else _skipped(mapping, cells)) or _mapped(mapping, cells)
    except _Unreadable as unreadable:
        return RowRejected(str(unreadable))


class _Cells:
    """The cells of a row, read by kind; anything unreadable raises `_Unreadable` with the column's name."""

    def __init__(self, mapping: ImportMapping, row: Row) -> None:
        surplus = row.get(None)
        if surplus:
            message = f"has {len(row) - 1 + len(surplus)} columns instead of {len(row) - 1}"
            raise _Unreadable(message)
        missing = [name for name, cell in row.items() if cell is None]
        if missing:
            message = f"has {len(row) - len(missing)} columns instead of {len(row)}"
            raise _Unreadable(message)
        self._row = row
        self._zone = mapping.zone
        self._formats = mapping.timestamp_formats

    def text(self, column: str | None) -> str:
        """The cell as written; empty where the mapping names no column."""
        if column is None:
            return ""
        cell = self._row.get(column)
        if not isinstance(cell, str):
            message = f"no column '{column}'"
            raise _Unreadable(message)
        return cell

    def instant(self, column: str | None) -> datetime | None:
        """The cell as an instant in UTC; None where it is empty."""
        written = self.text(column).strip()
        if not written:
            return None
        for form in self._formats:
            try:
                at = datetime.fromisoformat(written) if form == ISO else _parsed(written, form)
                return (at.replace(tzinfo=self._zone) if at.tzinfo is None else at).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        message = f"{column}: {_shown(written)} is not a timestamp"
        raise _Unreadable(message)

    def amount(self, column: str) -> Decimal | None:
        """The cell as an amount; None where it is empty."""
        written = self.text(column).strip()
        if not written:
            return None
        try:
            amount = Decimal(written)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            message = f"{column}: {_shown(written)} is not an amount of money"
            raise _Unreadable(message)
        return amount


def _skipped(mapping: ImportMapping, cells: _Cells) -> RowSkipped | None:
    for column, condition in mapping.only.items():
        if not condition.holds(fold(cells.text(column))):
            return RowSkipped(f"{column} is {_shown(cells.text(column))}")
    return None


def _mapped(mapping: ImportMapping, cells: _Cells) -> MappedRow:
    identifier = cells.text(mapping.id_column).strip()
    if not identifier:
        message = f"{mapping.id_column}: is empty, so the row has no id"
        raise _Unreadable(message)
    written = tuple(_step_time(mapped, cells) for mapped in mapping.steps)
    steps, flags = _trusted(written)
    amounts = [amount for column in mapping.value if (amount := cells.amount(column)) is not None]
    texts = (cells.text(column) for column in mapping.text)
    answered = cells.text(mapping.expected_department).strip().lower()
    analysed = mapping.analysis
    return MappedRow(
        source_row=f"{mapping.id}:{identifier}",
        received_at=_received(mapping, cells),
        language=mapping.language.fixed or _language(mapping.language.column, cells),
        text=mapping.text_separator.join(text for text in texts if text.strip()),
        category_hint=cells.text(mapping.category_hint).strip(),
        order_ref=cells.text(mapping.order_ref).strip(),
        value=sum(amounts, Decimal(0)) if amounts else None,
        steps=steps,
        promised_by=cells.instant(mapping.promised_by),
        facts={fact: text for fact, column in mapping.facts.items() if (text := cells.text(column).strip())},
        flags=flags,
        historic=mapping.historic,
        as_written=written,
        status=cells.text(analysed.status).strip() if analysed else "",
        score=cells.text(analysed.score).strip() if analysed else "",
        sample=cells.text(analysed.sample).strip() if analysed else "",
        expected_department=mapping.department_names.get(answered, answered),
    )


def _received(mapping: ImportMapping, cells: _Cells) -> datetime:
    for column in mapping.received_at:
        if received := cells.instant(column):
            return received
    message = f"{' and '.join(mapping.received_at)}: empty, so it is unknown when it was received"
    raise _Unreadable(message)


def _language(column: str | None, cells: _Cells) -> str:
    written = cells.text(column).strip().lower()
    if len(written) != 2 or not written.isalpha():
        message = f"{column}: {_shown(written)} is not a language; two letters are expected, such as 'en'"
        raise _Unreadable(message)
    return written


def _step_time(mapped: MappedStep, cells: _Cells) -> StepTime:
    given: timedelta | None = mapped.standard
    if mapped.standard_between is not None:
        first, second = (cells.instant(column) for column in mapped.standard_between)
        given = second - first if first and second else None
    return StepTime(
        step=mapped.step,
        started=cells.instant(mapped.started),
        ended=cells.instant(mapped.ended),
        limit=cells.instant(mapped.limit),
        standard=given,
    )


def _trusted(written: Sequence[StepTime]) -> tuple[tuple[StepTime, ...], tuple[str, ...]]:
    steps: list[StepTime] = []
    flags: list[str] = []
    for time in written:
        match condition_of(time):
            case "missing":
                steps.append(StepTime(step=time.step))
                flags.append(f"missing-step:{time.step}")
            case "negative":
                flags.append(f"negative-step:{time.step}")
            case "measured":
                steps.append(time)
    return tuple(steps), tuple(flags)


def condition_of(time: StepTime) -> Literal["measured", "missing", "negative"]:
    """Whether a step has both times, and in that order."""
    if time.started is None or time.ended is None:
        return "missing"
    return "negative" if time.ended < time.started else "measured"


def _parsed(written: str, form: str) -> datetime:
    return datetime.strptime(written, form)  # noqa: DTZ007 - the mapping's zone is put on right after


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
