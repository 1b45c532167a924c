"""An import mapping: which column of a source is which field of a registration. Data, never code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator, model_validator

from shared.core.datafile import Frozen
from shared.core.kinds import Duration, Language, Slug, Version, known_zone
from shared.core.organisation.structure import Condition

Column = Annotated[str, StringConstraints(min_length=1)]
"""Name of a column, as the source's header row writes it."""

ISO = "iso"


class MappedStep(Frozen):
    """Where the times of one step stand, and what it was given: at most one of the last three.

    Without any, the standard of the organisation file counts.
    """

    step: Slug
    started: Column
    ended: Column
    standard: Duration | None = None
    """The same time for every order."""
    limit: Column | None = None
    """The instant by which this order's step had to end."""
    standard_between: tuple[Column, Column] | None = None
    """The time this order's step was given: from the first column's instant to the second's."""

    @model_validator(mode="after")
    def _given_one_way(self) -> MappedStep:
        if sum(given is not None for given in (self.standard, self.limit, self.standard_between)) > 1:
            message = "give at most one of 'standard', 'limit' and 'standard_between'"
            raise ValueError(message)
        return self


class LanguageOf(Frozen):
    """The language of the texts: one for all rows, or a column that holds it."""

    fixed: Language | None = None
    column: Column | None = None

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
    """What the analysis of step times needs beside the times themselves.

    An order counts as finished when its status is one of `finished` and every step has both times; it is late when
    its last step ended after `promised_by`; it is complained about when its score is one of `complaint`.
    """

    status: Column
    finished: tuple[str, ...] = Field(min_length=1)
    score: Column
    complaint: tuple[str, ...] = Field(min_length=1)
    sample: Column | None = None


class ImportMapping(Frozen):
    """From the rows of one source to registrations with one organisation. Every column is named as in its header."""

    id: Slug
    version: Version
    organisation: Slug
    historic: bool = True
    """Counted, but fires no clocks and no letters."""
    id_column: Column
    """Makes the import idempotent: the same value is the same complaint."""
    timezone: str
    """Of timestamps without an offset."""
    timestamp_formats: tuple[str, ...] = (ISO,)
    """Tried in order: `iso`, or a `strptime` format."""
    only: Mapping[Column, Condition] = Field(default_factory=dict[str, Condition])
    """Which rows are complaints: every condition must hold."""
    language: LanguageOf
    received_at: tuple[Column, ...] = Field(min_length=1)
    """The first of these columns that holds an instant."""
    text: tuple[Column, ...] = Field(min_length=1)
    """Joined by `text_separator`, empty ones left out, otherwise untouched."""
    text_separator: str = "\n"
    category_hint: Column | None = None
    order_ref: Column | None = None
    value: tuple[Column, ...] = ()
    """Amounts that sum to the money at stake, in the organisation's currency."""
    promised_by: Column | None = None
    steps: tuple[MappedStep, ...] = ()
    """In the order of the value chain."""
    facts: Mapping[Slug, Column] = Field(default_factory=dict[str, str])
    expected_department: Column | None = None
    """Who really answered: never a fact, only what `analyse routing` compares the routing with."""
    department_names: Mapping[str, Slug] = Field(default_factory=dict[str, str])
    """What the source calls departments that are called otherwise here (an agency that was renamed), lower case."""
    analysis: AnalysedColumns | None = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return known_zone(name)

    @field_validator("timestamp_formats")
    @classmethod
    def _readable_formats(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for written in formats:
            if written != ISO and not re.search(r"%[YyDxc]", written):
                message = f"'{written}' is no format; write 'iso' or a strptime format such as '%m/%d/%Y %I:%M:%S %p'"
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
