"""The business calendar: when a clock runs, and from that when it runs out. Pure.

Shifts are local wall time; what is counted inside them is elapsed time, so an hour that the clock change skips
is not worked, and one that it repeats is worked twice. Instants are aware `datetime`s (any zone; results are UTC).
Elapsed time is counted in whole microseconds. Source of holidays: the `holidays` package.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import holidays as holiday_package
from pydantic import ConfigDict, Field, field_validator, model_validator

from shared.organisation.datafile import Frozen, closest, is_mapping
from shared.organisation.kinds import Slug, Version, known_zone
from shared.organisation.shifts import Shift, Week, no_shifts, read_shifts, read_week

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HORIZON_YEARS = 50

Pause = tuple[datetime, datetime | None]
"""From when to when a clock was stopped; `None`: it still is."""


class CalendarError(ValueError):
    """A question that a calendar cannot answer: a naive instant, an end before its start, a date too far away."""


class Holidays(Frozen):
    """Public holidays, from the `holidays` package."""

    country: str
    """ISO 3166-1 alpha-2, such as `DE`."""
    subdivision: str | None = None
    """One of the country's subdivisions, such as `BE`, whose holidays count too."""

    @model_validator(mode="after")
    def _known_to_the_package(self) -> "Holidays":
        supported = holiday_package.list_supported_countries()
        if self.country not in supported:
            message = f"no holidays are known for country '{self.country}'; {closest(self.country, supported)}"
            raise ValueError(message)
        if self.subdivision is not None and self.subdivision not in supported[self.country]:
            right = closest(self.subdivision, supported[self.country])
            message = f"no holidays are known for '{self.subdivision}' of {self.country}; {right}"
            raise ValueError(message)
        return self


class _Year(NamedTuple):
    """The openings of one local year in microseconds since 1970, and the time worked before each of them."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int


class BusinessCalendar(Frozen):
    """When a clock counts time.

    Shifts are local wall time. What is counted inside them is elapsed time, so an hour that daylight saving skips is
    not counted and one that it repeats is counted twice.
    """

    model_config = ConfigDict(title="Calendar")

    id: Slug
    """What departments and `customer_calendar` call it."""
    version: Version
    """Raise it with every change: each deadline is stored with the `<id>@<version>` it was counted on."""
    timezone: str
    """IANA name of the zone of its shifts, such as `Europe/Berlin`."""
    week: Week
    """The shifts of each weekday, or `always`."""
    holidays: Holidays | None = None
    """Public holidays on which it is closed."""
    closed: frozenset[date] = frozenset()
    """Further days on which it is closed."""
    open: Mapping[date, tuple[Shift, ...]] = Field(default_factory=dict[date, tuple[Shift, ...]])
    """Shifts of single days. They win over `week`, `holidays` and `closed`."""

    _read_week = field_validator("week", mode="before")(read_week)

    @field_validator("open", mode="before")
    @classmethod
    def _read_open(cls, value: object) -> object:
        return {day: read_shifts(shifts) for day, shifts in value.items()} if is_mapping(value) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return known_zone(name)

    @model_validator(mode="after")
    def _opens_at_all(self) -> "BusinessCalendar":
        if not self.always and no_shifts(self.week):
            message = "a calendar that never opens; give at least one weekday a shift, or write 'week: always'"
            raise ValueError(message)
        if self.always and (self.holidays or self.closed or self.open):
            message = "'week: always' knows no holidays; write 'mon-sun: [\"00:00-24:00\"]' to close on some days"
            raise ValueError(message)
        return self

    @cached_property
    def always(self) -> bool:
        """Whether this is the 24x7 calendar."""
        return self.week.always

    @property
    def reference(self) -> str:
        """What is stored with every deadline: `<id>@<version>`."""
        return f"{self.id}@{self.version}"

    def is_open(self, at: datetime) -> bool:
        """Whether the clock runs at `at`. A shift includes its first instant and not its last."""
        micros = _micros(at)
        if self.always:
            return True
        year = self._year(self._local_year(at))
        index = bisect_right(year.starts, micros) - 1
        return index >= 0 and micros < year.ends[index]

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The first instant, not before `start`, at which `working` time has been counted. Returns UTC.

        Raises:
            CalendarError: `start` is naive, `working` is negative, or there is not enough open time within fifty years.
        """
        micros, left = _micros(start), working // _MICROSECOND
        if left < 0:
            message = f"working time cannot be negative: {working}"
            raise CalendarError(message)
        if left == 0 or self.always:
            return _instant(micros + left)
        first = self._local_year(start)
        year = self._year(first)
        left += _worked_until(year, micros)
        for number in range(first, first + _HORIZON_YEARS):
            year = self._year(number)
            if left <= year.total:
                index = bisect_left(year.before, left) - 1
                return _instant(year.starts[index] + left - year.before[index])
            left -= year.total
        message = f"calendar '{self.id}' has no {working} of open time within {_HORIZON_YEARS} years of {start}"
        raise CalendarError(message)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`.

        Raises:
            CalendarError: an instant is naive, or `end` is before `start`.
        """
        first, last = _micros(start), _micros(end)
        if last < first:
            message = f"the end {end} is before the start {start}"
            raise CalendarError(message)
        if self.always:
            return (last - first) * _MICROSECOND
        first_year, last_year = self._local_year(start), self._local_year(end)
        worked = _worked_until(self._year(last_year), last) - _worked_until(self._year(first_year), first)
        worked += sum(self._year(number).total for number in range(first_year, last_year))
        return worked * _MICROSECOND

    def due(self, start: datetime, budget: timedelta, pauses: Sequence[Pause] = ()) -> datetime | None:
        """When a clock started at `start` has run for `budget`, not counting `pauses` (any order, may overlap).

        `None` while a pause without end stops a clock that had not run out before the pause began.
        """
        left, running_from = budget, _utc(start)
        for begun, ended in _merged(pauses, running_from):
            ran = self.between(running_from, begun)
            if ran >= left:
                break
            if ended is None:
                return None
            left, running_from = left - ran, ended
        return self.add(running_from, left)

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
        """Working time from `start` to `end` during which the clock was not paused."""
        counted, last = self.between(start, end), _utc(end)
        for begun, ended in _merged(pauses, _utc(start)):
            until = last if ended is None else min(ended, last)
            if begun < until:
                counted -= self.between(begun, until)
        return counted

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def _local_year(self, at: datetime) -> int:
        return at.astimezone(self._zone).year

    @cached_property
    def _years(self) -> dict[int, _Year]:
        return {}

    def _year(self, number: int) -> _Year:
        """The openings of a local year; building it takes milliseconds, so it is kept."""
        if number not in self._years:
            self._years[number] = self._build_year(number)
        return self._years[number]

    def _build_year(self, number: int) -> _Year:
        days_off = self._days_off(number)
        starts: list[int] = []
        ends: list[int] = []
        day, last = date(number, 1, 1), date(number, 12, 31)
        while day <= last:
            shifts = self.open.get(day)
            if shifts is None:
                shifts = () if day in days_off or day in self.closed else self.week.on(day.weekday())
            for shift in shifts:
                start, end = self._at_wall(day, shift.start), self._at_wall(day, shift.end)
                if start < end:  # a shift that the clock change skips entirely does not count
                    starts.append(start)
                    ends.append(end)
            day += timedelta(days=1)
        lengths = [end - start for start, end in zip(starts, ends, strict=True)]
        return _Year(starts, ends, [0, *accumulate(lengths[:-1])] if lengths else [], sum(lengths))

    def _days_off(self, number: int) -> frozenset[date]:
        if self.holidays is None:
            return frozenset()
        found = holiday_package.country_holidays(
            self.holidays.country, subdiv=self.holidays.subdivision, years=number, expand=False
        )
        return frozenset(found)

    def _at_wall(self, day: date, minutes: int) -> int:
        """The instant (microseconds) at which the local wall clock of `day` first shows `minutes` past midnight.

        A wall time that the clock change skips is the instant of the change itself.
        """
        wall = datetime.combine(day, time(), self._zone) + timedelta(minutes=minutes)
        instant = wall.astimezone(UTC)
        if instant.astimezone(self._zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return _micros(instant)
        offset = wall.replace(fold=0).utcoffset()
        low, high = _micros(wall.replace(fold=1)), _micros(instant)
        while high - low > 1:
            middle = (low + high) // 2
            before = _instant(middle).astimezone(self._zone).utcoffset() == offset
            low, high = (middle, high) if before else (low, middle)
        return high


Whose = Literal["customer", "department"]
"""On whose calendar a deadline counts: the customer's, or that of the department whose clock it is."""


def _merged(pauses: Sequence[Pause], start: datetime) -> list[Pause]:
    """Pauses in order, cut at `start`, overlapping ones joined, empty ones left out."""
    merged: list[Pause] = []
    in_utc = [(_utc(begun), None if ended is None else _utc(ended)) for begun, ended in pauses]
    for begun, ended in sorted(in_utc, key=lambda pause: pause[0]):
        begins = max(begun, start)
        if ended is not None and ended <= begins:
            continue
        if merged and (merged[-1][1] is None or begins <= merged[-1][1]):
            last_begun, last_ended = merged.pop()
            joined = None if ended is None or last_ended is None else max(ended, last_ended)
            merged.append((last_begun, joined))
        else:
            merged.append((begins, ended))
    return merged


def _worked_until(year: _Year, micros: int) -> int:
    index = bisect_right(year.starts, micros) - 1
    if index < 0:
        return 0
    return year.before[index] + min(micros, year.ends[index]) - year.starts[index]


def _micros(at: datetime) -> int:
    if at.tzinfo is None:
        message = f"a naive instant: {at!r}; give it a time zone"
        raise CalendarError(message)
    return (at - _EPOCH) // _MICROSECOND


def _utc(at: datetime) -> datetime:
    """In UTC, because datetimes of one zone compare by wall time, which is wrong in the hour that comes twice."""
    return _instant(_micros(at))


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
