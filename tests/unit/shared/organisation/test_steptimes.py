from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.parts import StepTime
from shared.organisation.steptimes import Overrun, hours, overrun, overruns, took
from tests.unit.shared.organisation.build import shop

START = datetime(2026, 5, 4, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def ran(length: timedelta | None, *, limit: datetime | None = None, standard: timedelta | None = None) -> StepTime:
    ended = None if length is None else START + length
    return StepTime(step="pick", started=START, ended=ended, limit=limit, standard=standard)


class TestWhenAStepHasAStandard:
    def test_taking_exactly_that_long_keeps_it(self) -> None:
        assert overrun(ran(24 * HOUR), 24 * HOUR) is None

    def test_taking_longer_is_over_by_the_rest(self) -> None:
        assert overrun(ran(24 * HOUR + TICK), 24 * HOUR) == TICK

    def test_what_the_order_fixes_wins_over_the_organisation(self) -> None:
        assert overrun(ran(5 * HOUR, standard=4 * HOUR), 24 * HOUR) == HOUR
        assert overrun(ran(25 * HOUR, standard=30 * HOUR), 24 * HOUR) is None

    def test_a_plan_of_less_than_nothing_cannot_be_kept(self) -> None:
        assert overrun(ran(HOUR, standard=-2 * HOUR)) == 3 * HOUR

    def test_without_any_standard_nobody_can_say(self) -> None:
        assert overrun(ran(999 * HOUR)) is None


class TestWhenAStepHasALimit:
    LIMIT = START + 10 * HOUR

    def test_ending_with_the_limit_keeps_it(self) -> None:
        assert overrun(ran(10 * HOUR, limit=self.LIMIT), HOUR) is None

    def test_ending_later_is_over_however_late_it_began(self) -> None:
        assert overrun(ran(10 * HOUR + TICK, limit=self.LIMIT), 99 * HOUR) == TICK

    def test_the_start_does_not_matter(self) -> None:
        late = StepTime(step="pick", ended=self.LIMIT + HOUR, limit=self.LIMIT)
        assert overrun(late) == HOUR


class TestWhenAStepHasNotEnded:
    @pytest.mark.parametrize("limit", [None, START])
    def test_nobody_can_say(self, limit: datetime | None) -> None:
        assert overrun(ran(None, limit=limit), HOUR) is None
        assert took(ran(None)) is None


class TestWhenAllStepsOfAnOrderAreLookedAt:
    SHOP = shop()

    def test_those_over_come_in_the_order_of_the_chain_with_a_sentence(self) -> None:
        bring = StepTime(step="bring", started=START, ended=START + 30 * HOUR, limit=START + 29 * HOUR)
        assert overruns(self.SHOP, [bring, ran(26 * HOUR)]) == (
            Overrun("pick", 2 * HOUR, "Picking took 26.0 h of 24.0 h: 2.0 h over"),
            Overrun("bring", HOUR, "Bringing ended 2026-05-05 14:00, its limit was 2026-05-05 13:00: 1.0 h over"),
        )

    def test_a_step_that_ends_before_it_starts_is_passed_over(self) -> None:
        assert overruns(self.SHOP, [ran(-HOUR, limit=START - 2 * HOUR)]) == ()

    def test_a_step_that_the_organisation_does_not_know_is_passed_over(self) -> None:
        assert overruns(self.SHOP, [StepTime(step="fly", started=START, ended=START + 99 * HOUR)]) == ()

    def test_short_overruns_are_told_in_minutes(self) -> None:
        assert (hours(timedelta(minutes=12)), hours(90 * HOUR)) == ("12 min", "90.0 h")
