from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.organisation.calendar import BusinessCalendar, CalendarError

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def calendar(**fields: object) -> BusinessCalendar:
    filled = {
        "id": "office",
        "version": 1,
        "timezone": "Europe/Berlin",
        "week": {"mon-fri": ["09:00-13:00", "14:00-18:00"]},
    }
    return BusinessCalendar.model_validate(filled | fields)


OFFICE = calendar(holidays={"country": "DE", "subdivision": "BE"})
ALWAYS = calendar(id="always", week="always")
NIGHT = calendar(
    id="night",
    timezone="America/New_York",
    week={"mon-sun": ["00:00-04:00", "22:00-24:00"]},
)
TOKYO = calendar(id="tokyo", timezone="Asia/Tokyo", week={"mon-sat": ["08:30-17:00"]}, holidays={"country": "JP"})
SAO_PAULO = calendar(id="sao-paulo", timezone="America/Sao_Paulo", week={"mon-sun": ["00:00-24:00"]})
CALENDARS = st.sampled_from([OFFICE, ALWAYS, NIGHT, TOKYO, SAO_PAULO])
INSTANTS = st.datetimes(
    min_value=datetime(2017, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2020, 12, 31),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, BERLIN, NEW_YORK]),
)
BUDGETS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=400))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


class TestWhenCountingWorkingTime:
    def test_the_lunch_break_is_not_counted(self) -> None:
        assert OFFICE.add(berlin("2026-05-04 12:00"), 2 * HOUR) == berlin("2026-05-04 15:00")

    def test_an_hour_that_ends_with_the_day_is_due_on_that_day(self) -> None:
        assert OFFICE.add(berlin("2026-05-08 17:00"), HOUR) == berlin("2026-05-08 18:00")

    def test_a_weekend_is_skipped(self) -> None:
        assert OFFICE.add(berlin("2026-05-08 17:30"), HOUR) == berlin("2026-05-11 09:30")

    def test_a_start_outside_opening_hours_counts_from_the_next_opening(self) -> None:
        assert OFFICE.add(berlin("2026-05-09 03:00"), HOUR) == berlin("2026-05-11 10:00")

    def test_a_public_holiday_of_the_subdivision_is_skipped(self) -> None:
        assert OFFICE.add(berlin("2026-03-06 17:00"), 2 * HOUR) == berlin("2026-03-09 10:00")
        womens_day = OFFICE.between(berlin("2027-03-08 00:00"), berlin("2027-03-09 00:00"))
        assert womens_day == timedelta(0)

    def test_an_extra_closed_day_is_skipped(self) -> None:
        closed = calendar(closed=[date(2026, 5, 4)])
        assert closed.between(berlin("2026-05-04 00:00"), berlin("2026-05-05 00:00")) == timedelta(0)

    def test_an_extra_open_day_wins_over_weekend_and_holiday(self) -> None:
        opened = calendar(holidays={"country": "DE"}, open={date(2026, 12, 26): ["10:00-12:00"]})
        assert opened.between(berlin("2026-12-26 00:00"), berlin("2026-12-27 00:00")) == 2 * HOUR

    def test_nothing_to_count_is_due_at_once(self) -> None:
        night = berlin("2026-05-09 03:00")
        assert OFFICE.add(night, timedelta(0)) == night

    def test_time_over_new_year_is_counted_once(self) -> None:
        assert OFFICE.between(berlin("2026-12-31 17:00"), berlin("2027-01-04 10:00")) == 2 * HOUR

    def test_always_is_elapsed_time(self) -> None:
        assert ALWAYS.add(berlin("2026-12-31 23:00"), 48 * HOUR) == datetime(2027, 1, 2, 22, tzinfo=UTC)


class TestWhenAskedWhetherItIsOpen:
    def test_a_shift_holds_its_first_instant_and_not_its_last(self) -> None:
        assert OFFICE.is_open(berlin("2026-05-04 09:00"))
        assert OFFICE.is_open(berlin("2026-05-04 12:59:59.999999"))
        assert not OFFICE.is_open(berlin("2026-05-04 13:00"))
        assert not OFFICE.is_open(berlin("2026-05-04 08:59:59.999999"))

    def test_always_is_always_open(self) -> None:
        assert ALWAYS.is_open(berlin("2026-12-25 03:00"))


class TestWhenTheClocksChange:
    def test_the_hour_that_spring_takes_is_not_worked(self) -> None:
        start, end = (datetime(2026, 3, 8, hour, tzinfo=NEW_YORK) for hour in (0, 4))
        assert NIGHT.between(start, end) == 3 * HOUR
        assert NIGHT.add(start, 3 * HOUR) == end

    def test_the_hour_that_autumn_adds_is_worked(self) -> None:
        start, end = (datetime(2026, 11, 1, hour, tzinfo=NEW_YORK) for hour in (0, 4))
        assert NIGHT.between(start, end) == 5 * HOUR
        assert NIGHT.add(start, 5 * HOUR) == end

    def test_a_shift_that_starts_in_the_skipped_hour_starts_with_the_change(self) -> None:
        early = calendar(timezone="America/New_York", week={"mon-sun": ["02:30-03:30"]})
        day = datetime(2026, 3, 8, tzinfo=NEW_YORK)
        assert early.between(day, day + timedelta(days=1)) == timedelta(minutes=30)
        assert early.add(day, timedelta(minutes=10)) == datetime(2026, 3, 8, 7, 10, tzinfo=UTC)

    def test_a_shift_inside_the_skipped_hour_is_no_shift(self) -> None:
        swallowed = calendar(timezone="America/New_York", week={"mon-sun": ["02:10-02:50"]})
        day = datetime(2026, 3, 8, tzinfo=NEW_YORK)
        assert swallowed.between(day, day + timedelta(days=1)) == timedelta(0)

    def test_a_midnight_that_is_skipped_belongs_to_the_new_day(self) -> None:
        zone = ZoneInfo("America/Sao_Paulo")  # 2018-11-04: 00:00 became 01:00
        start, end = datetime(2018, 11, 3, 12, tzinfo=zone), datetime(2018, 11, 4, 12, tzinfo=zone)
        assert SAO_PAULO.between(start, end) == 23 * HOUR

    def test_a_repeated_wall_time_means_its_first_occurrence(self) -> None:
        split = calendar(timezone="America/New_York", week={"mon-sun": ["00:00-01:30", "01:30-05:00"]})
        day = datetime(2026, 11, 1, tzinfo=NEW_YORK)
        assert split.between(day, datetime(2026, 11, 1, 5, tzinfo=NEW_YORK)) == 6 * HOUR

    def test_the_same_eight_hours_are_due_at_other_instants_in_two_time_zones(self) -> None:
        start = datetime(2026, 5, 4, 0, 0, tzinfo=UTC)
        assert OFFICE.add(start, 8 * HOUR) == datetime(2026, 5, 4, 16, tzinfo=UTC)
        assert TOKYO.add(start, 8 * HOUR) == datetime(2026, 5, 7, 7, 30, tzinfo=UTC)  # three holidays end on the 6th


class TestWhenTheClockPauses:
    START = berlin("2026-05-04 09:00")

    def test_a_pause_moves_the_due_instant_by_the_working_time_it_took(self) -> None:
        pause = (berlin("2026-05-04 10:00"), berlin("2026-05-04 15:00"))
        assert OFFICE.due(self.START, 2 * HOUR, [pause]) == berlin("2026-05-04 16:00")

    def test_a_pause_outside_opening_hours_changes_nothing(self) -> None:
        pause = (berlin("2026-05-04 19:00"), berlin("2026-05-05 08:00"))
        assert OFFICE.due(self.START, 10 * HOUR, [pause]) == OFFICE.due(self.START, 10 * HOUR)

    def test_overlapping_pauses_in_any_order_count_once(self) -> None:
        first = (berlin("2026-05-04 10:00"), berlin("2026-05-04 12:00"))
        second = (berlin("2026-05-04 11:00"), berlin("2026-05-04 13:00"))
        assert OFFICE.due(self.START, 2 * HOUR, [second, first]) == berlin("2026-05-04 15:00")

    def test_a_pause_without_end_holds_the_clock(self) -> None:
        assert OFFICE.due(self.START, 2 * HOUR, [(berlin("2026-05-04 10:00"), None)]) is None

    def test_a_pause_that_begins_after_the_clock_ran_out_comes_too_late(self) -> None:
        late = (berlin("2026-05-04 11:00"), None)
        assert OFFICE.due(self.START, 2 * HOUR, [late]) == berlin("2026-05-04 11:00")

    def test_a_pause_from_before_the_start_counts_from_the_start(self) -> None:
        pause = (berlin("2026-05-01 10:00"), berlin("2026-05-04 10:00"))
        assert OFFICE.due(self.START, HOUR, [pause]) == berlin("2026-05-04 11:00")

    def test_pauses_in_the_repeated_hour_are_told_apart(self) -> None:
        first = datetime(2026, 11, 1, 1, 50, tzinfo=NEW_YORK)
        second = datetime(2026, 11, 1, 1, 10, tzinfo=NEW_YORK, fold=1)  # twenty minutes later
        assert NIGHT.due(first, HOUR, [(first, second)]) == second.astimezone(UTC) + HOUR
        assert NIGHT.elapsed(first, second, [(first, second)]) == timedelta(0)

    def test_elapsed_time_leaves_the_pause_out(self) -> None:
        pause = (berlin("2026-05-04 10:00"), None)
        assert OFFICE.elapsed(self.START, berlin("2026-05-04 16:00"), [pause]) == HOUR


class TestWhenAskedNonsense:
    def test_a_naive_instant_is_refused(self) -> None:
        naive = datetime(2026, 5, 4, 9)  # noqa: DTZ001 - the point
        for ask in (
            lambda: OFFICE.is_open(naive),
            lambda: ALWAYS.add(naive, HOUR),
            lambda: OFFICE.between(naive, naive),
            lambda: OFFICE.due(berlin("2026-05-04 09:00"), HOUR, [(naive, None)]),
        ):
            with pytest.raises(CalendarError, match="naive"):
                ask()

    def test_negative_working_time_is_refused(self) -> None:
        with pytest.raises(CalendarError, match="negative"):
            OFFICE.add(berlin("2026-05-04 09:00"), -HOUR)

    def test_an_end_before_its_start_is_refused(self) -> None:
        with pytest.raises(CalendarError, match="before the start"):
            OFFICE.between(berlin("2026-05-04 10:00"), berlin("2026-05-04 09:00"))

    def test_open_time_out_of_reach_is_refused(self) -> None:
        rare = calendar(week={"mon": ["09:00-09:01"]})
        with pytest.raises(CalendarError, match="within 50 years"):
            rare.add(berlin("2026-05-04 09:00"), timedelta(hours=60))


class TestWhenWritten:
    def test_a_single_day_wins_over_a_range(self) -> None:
        short_friday = calendar(week={"fri": ["09:00-12:00"], "mon-fri": ["09:00-17:00"]})
        assert short_friday.between(berlin("2026-05-08 00:00"), berlin("2026-05-09 00:00")) == 3 * HOUR

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"timezone": "Europe/Berln"}, "did you mean 'Europe/Berlin'"),
            (
                {"week": {"mon-fri": ["09:00-13:00", "12:00-15:00"]}},
                "mon-fri: shifts 09:00-13:00 and 12:00-15:00 overlap",
            ),
            ({"week": {"mon": ["22:00-06:00"]}}, "a shift over midnight is two"),
            ({"week": {"mon": ["9-17"]}}, "write it as '09:00-17:30'"),
            ({"week": {"mon": "09:00-17:00"}}, "is not a list of shifts"),
            ({"week": {"fri-mon": ["09:00-17:00"]}}, "runs backwards"),
            ({"week": {"tues": ["09:00-17:00"]}}, "did you mean 'tue'"),
            ({"week": {"mon": []}}, "never opens"),
            ({"week": "always", "holidays": {"country": "DE"}}, "knows no holidays"),
            ({"holidays": {"country": "XQ"}}, "no holidays are known for country 'XQ'"),
            ({"holidays": {"country": "DE", "subdivision": "BR"}}, "no holidays are known for 'BR' of DE"),
        ],
    )
    def test_what_cannot_be_is_refused_with_what_would_be_right(self, fields: dict[str, Any], sentence: str) -> None:
        with pytest.raises(ValidationError) as refused:
            calendar(**fields)
        assert sentence in str(refused.value)

    def test_it_comes_back_equal_from_json(self) -> None:
        OFFICE.add(berlin("2026-05-04 09:00"), HOUR)
        assert BusinessCalendar.model_validate_json(OFFICE.model_dump_json()) == OFFICE

    def test_its_reference_names_the_version(self) -> None:
        assert OFFICE.reference == "office@1"


class TestProperties:
    @given(CALENDARS, INSTANTS, BUDGETS)
    def test_between_undoes_add(self, kept: BusinessCalendar, start: datetime, budget: timedelta) -> None:
        assert kept.between(start, kept.add(start, budget)) == budget

    @given(CALENDARS, INSTANTS, BUDGETS, BUDGETS)
    def test_more_time_is_never_due_earlier(
        self, kept: BusinessCalendar, start: datetime, one: timedelta, other: timedelta
    ) -> None:
        less, more = sorted((one, other))
        assert kept.add(start, less) <= kept.add(start, more)

    @given(CALENDARS, INSTANTS, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)), BUDGETS)
    def test_a_later_start_is_never_due_earlier(
        self, kept: BusinessCalendar, start: datetime, later: timedelta, budget: timedelta
    ) -> None:
        assert kept.add(start, budget) <= kept.add(start.astimezone(UTC) + later, budget)

    @given(CALENDARS, INSTANTS, BUDGETS, BUDGETS)
    def test_adding_twice_is_adding_the_sum(
        self, kept: BusinessCalendar, start: datetime, first: timedelta, second: timedelta
    ) -> None:
        assert kept.add(kept.add(start, first), second) == kept.add(start, first + second)

    @given(CALENDARS, st.lists(INSTANTS, min_size=3, max_size=3))
    def test_between_is_additive(self, kept: BusinessCalendar, instants: list[datetime]) -> None:
        start, middle, end = sorted(at.astimezone(UTC) for at in instants)
        assert kept.between(start, middle) + kept.between(middle, end) == kept.between(start, end)

    @given(CALENDARS, INSTANTS, BUDGETS, BUDGETS, st.floats(0, 0.99))
    def test_a_pause_of_some_working_time_moves_the_due_instant_by_it(
        self, kept: BusinessCalendar, start: datetime, budget: timedelta, paused: timedelta, share: float
    ) -> None:
        begun = kept.add(start, budget * share)
        pause = (begun, kept.add(begun, paused))
        due = kept.due(start, budget, [pause])
        assert due is not None
        assert kept.between(start, due) == budget + (paused if budget * share < budget else timedelta(0))
        assert kept.elapsed(start, due, [pause]) == budget

    @given(CALENDARS, INSTANTS, BUDGETS)
    def test_the_due_instant_is_the_first_with_that_much_time(
        self, kept: BusinessCalendar, start: datetime, budget: timedelta
    ) -> None:
        due = kept.add(start, budget)
        just_before = due - timedelta(microseconds=1)
        assert budget == timedelta(0) or kept.between(start, just_before) < budget

    @given(CALENDARS, INSTANTS)
    def test_a_microsecond_counts_exactly_when_it_is_open(self, kept: BusinessCalendar, at: datetime) -> None:
        tick = timedelta(microseconds=1)
        assert kept.between(at, at.astimezone(UTC) + tick) == (tick if kept.is_open(at) else timedelta(0))
