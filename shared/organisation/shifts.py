"""Opening hours as people write them: shifts of a day and the week they make up, in minutes past local midnight."""

import re
from itertools import pairwise
from typing import cast

from pydantic import ConfigDict, model_validator
from pydantic.config import JsonDict

from shared.organisation.datafile import Frozen, closest, is_list, is_mapping, written_as

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHIFT = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY_MINUTES = 24 * 60
_DAY = "|".join(WEEKDAYS)
_WRITTEN_WEEK: JsonDict = {
    "anyOf": [
        {"const": "always"},
        {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {
                f"^({_DAY})(-({_DAY}))?$": {
                    "type": "array",
                    "items": {"type": "string", "pattern": f"^{_SHIFT.pattern}$"},
                }
            },
            "additionalProperties": False,
        },
    ]
}


class Shift(Frozen):
    """Opening hours of one day: `09:00-17:30`. A shift over midnight is two: `22:00-24:00` and `00:00-06:00`."""

    model_config = ConfigDict(json_schema_extra=written_as({"type": "string", "pattern": f"^{_SHIFT.pattern}$"}))

    start: int
    """Minutes past local midnight."""
    end: int
    """Minutes past local midnight; `24:00` is 1440."""

    @model_validator(mode="after")
    def _runs_forward(self) -> "Shift":
        if not 0 <= self.start < self.end <= _DAY_MINUTES:
            message = (
                f"shift {self} must end after it starts; a shift over midnight is two: 22:00-24:00 and 00:00-06:00"
            )
            raise ValueError(message)
        return self

    def __str__(self) -> str:
        return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.start, self.end))


class Week(Frozen):
    """Shifts by weekday: `{mon-fri: ["09:00-13:00", "14:00-18:00"], sat: ["09:00-12:00"]}`.

    A single day wins over a range; a day that is not named is closed. `always` is around the clock, without holidays.
    """

    model_config = ConfigDict(json_schema_extra=written_as(_WRITTEN_WEEK))

    days: tuple[tuple[Shift, ...], ...] = ((),) * 7
    """The shifts of Monday (0) to Sunday (6)."""
    always: bool = False
    """Whether the clock never stops."""

    def on(self, weekday: int) -> tuple[Shift, ...]:
        """Shifts of a weekday, Monday = 0."""
        return self.days[weekday]


def no_shifts(week: Week) -> bool:
    """Whether no day of the week has a shift."""
    return not any(week.days)


def read_shifts(value: object) -> tuple[Shift, ...]:
    """`["09:00-13:00", "14:00-18:00"]` -> shifts in order.

    Raises:
        ValueError: something is unreadable, or shifts overlap.
    """
    if isinstance(value, tuple):
        value = list(cast("tuple[object, ...]", value))
    if not is_list(value):
        message = f'{value!r} is not a list of shifts; write them as ["09:00-13:00", "14:00-18:00"]'
        raise ValueError(message)
    shifts = sorted((_read_shift(item) for item in value), key=lambda shift: shift.start)
    for earlier, later in pairwise(shifts):
        if later.start < earlier.end:
            message = f"shifts {earlier} and {later} overlap"
            raise ValueError(message)
    return tuple(shifts)


def _read_shift(text: object) -> Shift:
    if isinstance(text, Shift):
        return text
    if is_mapping(text):  # a calendar that was written out and is read again
        return Shift.model_validate(text)
    found = _SHIFT.fullmatch(str(text).strip())
    if found is None:
        message = f"{text!r} is not a shift; write it as '09:00-17:30'"
        raise ValueError(message)
    hour, minute, end_hour, end_minute = map(int, found.groups())
    return Shift(start=hour * 60 + minute, end=end_hour * 60 + end_minute)


def read_week(value: object) -> object:
    """`always`, or a mapping of weekdays (`mon`) and ranges of them (`mon-fri`) to shifts; a single day wins.

    Raises:
        ValueError: a day is unknown or its shifts are unreadable; the message names the day.
    """
    if value == "always":
        return Week(always=True)
    if not is_mapping(value) or "days" in value:
        return value
    days: list[tuple[Shift, ...]] = [()] * 7
    for name in sorted(value, key=lambda name: "-" not in str(name)):
        try:
            shifts = read_shifts(value[name])
        except ValueError as error:
            message = f"{name}: {error}"
            raise ValueError(message) from error
        for weekday in _weekdays(str(name)):
            days[weekday] = shifts
    return Week(days=tuple(days))


def _weekdays(name: str) -> range:
    first, dash, last = name.partition("-")
    for day in (first, last) if dash else (first,):
        if day not in WEEKDAYS:
            message = f"'{day}' is not a weekday; {closest(day, WEEKDAYS)}"
            raise ValueError(message)
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
    if end < start:
        message = f"'{name}' runs backwards; write two entries"
        raise ValueError(message)
    return range(start, end + 1)
