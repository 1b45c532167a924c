"""An import mapping: which column of a source is which field of a registration. Data, never code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from shared.organisation.datafile import Frozen, or_shorter
from shared.organisation.kinds import Duration, Language, Slug, Version, known_zone
from shared.organisation.structure import Condition

Column = Annotated[str, StringConstraints(min_length=1), Field(title="column", examples=["order_id"])]
"""The name of a column, as the source's header row writes it."""

ISO = "iso"


class MappedStep(Frozen):
    """Where the times of one step stand.

    At most one of `standard`, `limit` and `standard_between` says how long it should have taken. Without any, the
    step's standard in the organisation file counts.
    """

    step: Slug
    """Id of a step of the organisation."""
    started: Column
    """Holds the instant at which it began. A row may leave it empty."""
    ended: Column
    """Holds the instant at which it ended. A row may leave it empty. A step that ends before it starts is left out."""
    standard: Duration | None = None
    """The same time for every order."""
    limit: Column | None = None
    """Holds the instant by which this order's step had to end."""
    standard_between: tuple[Column, Column] | None = None
    """Two columns: this order's step was given the time from the first one's instant to the second one's."""

    @model_validator(mode="after")
    def _given_one_way(self) -> MappedStep:
        if sum(given is not None for given in (self.standard, self.limit, self.standard_between)) > 1:
            message = "give at most one of 'standard', 'limit' and 'standard_between'"
            raise ValueError(message)
        return self


class LanguageOf(Frozen):
    """The language of the texts: one for all rows, or a column that holds it. A plain text is short for `fixed`."""

    model_config = ConfigDict(
        title="Language of the texts", json_schema_extra=or_shorter({"type": "string", "pattern": "^[a-z]{2}$"})
    )

    fixed: Language | None = None
    """The language of every row."""
    column: Column | None = None
    """Holds the language of a row, two letters."""

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_fixed(cls, value: object) -> object:
        return {"fixed": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _said_one_way(self) -> LanguageOf:
        if (self.fixed is None) == (self.column is None):
            message = "give either 'fixed' (such as 'pt') or 'column'"
            raise ValueError(message)
        return self


class AnalysedColumns(Frozen):
    """What `throughline analyse times` reads beside the times themselves. Nothing of it becomes part of a complaint.

    An order counts as finished when its status is one of `finished` and every step has both times; it is late when
    its last promised step ended after `promised_by`; it is complained about when its score is one of `complaint`.
    """

    status: Column
    """Holds the order's status."""
    finished: tuple[str, ...] = Field(min_length=1)
    """Statuses of orders that are done."""
    score: Column
    """Holds the customer's score."""
    complaint: tuple[str, ...] = Field(min_length=1)
    """Scores that count as a complaint."""
    sample: Column | None = None
    """Holds which sample a row belongs to; `--sample` chooses one."""


class ImportMapping(Frozen):
    """From the rows of one source to registrations with one organisation."""

    id: Slug
    """Begins the id of every row, `<mapping>:<row>`. Another id makes every row another complaint."""
    version: Version
    """Raise it with every change."""
    organisation: Slug
    """Id of the organisation that the rows are registered with. Any other refuses the file."""
    historic: bool = True
    """Whether the rows are of the past: they are counted, but start no clocks and send no letters."""
    id_column: Column
    """Holds what identifies a row. Importing the same value again changes nothing."""
    timezone: str
    """IANA name of the zone of timestamps without an offset, such as `Europe/Berlin`."""
    timestamp_formats: tuple[str, ...] = (ISO,)
    """How timestamps are written, tried in order: `iso`, or a format of Python's `strptime` such as `%m/%d/%Y`."""
    only: Mapping[Column, Condition] = Field(default_factory=dict[str, Condition])
    """Which rows are complaints, by column; every condition must hold. Without any, all rows are."""
    language: LanguageOf
    """The language of the texts."""
    received_at: tuple[Column, ...] = Field(min_length=1)
    """When the complaint was received: the first of these columns that holds an instant."""
    text: tuple[Column, ...] = Field(min_length=1)
    """The customer's words. Several columns are joined by `text_separator`, empty ones left out."""
    text_separator: str = "\n"
    """What stands between the columns of `text`."""
    category_hint: Column | None = None
    """Holds the id of a category, where the source knows it."""
    order_ref: Column | None = None
    """Holds the reference of the order."""
    value: tuple[Column, ...] = ()
    """Amounts that add up to the money at stake, in the organisation's currency."""
    promised_by: Column | None = None
    """Holds the instant that the customer was promised."""
    steps: tuple[MappedStep, ...] = ()
    """The times of the order's steps, in the order of the value chain; each step at most once."""
    facts: Mapping[Slug, Column] = Field(default_factory=dict[str, str])
    """Facts that the organisation's rules judge by: the name of the fact, and the column that holds it."""
    expected_department: Column | None = None
    """Holds who really answered. Never a fact: `throughline analyse routing` compares the routing with it."""
    department_names: Mapping[str, Slug] = Field(default_factory=dict[str, str])
    """For departments that `expected_department` calls otherwise: the source's name in lower case, and the id here."""
    analysis: AnalysedColumns | None = None
    """What `throughline analyse times` needs. Needs `steps` and `promised_by`."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return known_zone(name)

    @field_validator("timestamp_formats")
    @classmethod
    def _readable_formats(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for written in formats:
            if written != ISO and not re.search(r"%[YyDxc]", written):
                message = (
                    f"'{written}' is not a format; write 'iso' or a strptime format such as '%m/%d/%Y %I:%M:%S %p'"
                )
                raise ValueError(message)
        return formats

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> ImportMapping:
        steps = [mapped.step for mapped in self.steps]
        twice = next((step for step in steps if steps.count(step) > 1), None)
        if twice:
            message = f"step '{twice}' is mapped twice"
            raise ValueError(message)
        if self.expected_department is not None and self.expected_department in self._read_as_input():
            message = f"column '{self.expected_department}' is what routing is compared with; it cannot be its input"
            raise ValueError(message)
        if self.analysis is not None and not (self.steps and self.promised_by):
            message = "'analysis' needs 'steps' and 'promised_by'"
            raise ValueError(message)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone of timestamps without an offset."""
        return ZoneInfo(self.timezone)

    def columns(self) -> tuple[str, ...]:
        """Every column the mapping names, each once, in the order of the file."""
        named = [self.id_column, *self.only, self.language.column, *self._read_as_input(), self.expected_department]
        if self.analysis is not None:
            named += [self.analysis.status, self.analysis.score, self.analysis.sample]
        return tuple(dict.fromkeys(column for column in named if column is not None))

    def _read_as_input(self) -> list[str]:
        named = [*self.received_at, *self.text, self.category_hint, self.order_ref, *self.value, self.promised_by]
        for mapped in self.steps:
            named += [mapped.started, mapped.ended, mapped.limit, *(mapped.standard_between or ())]
        return [column for column in (*named, *self.facts.values()) if column is not None]
