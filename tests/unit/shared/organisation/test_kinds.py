from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.organisation.kinds import Text, iso_duration, parse_duration, raised, rank


class TestWhenADurationIsWritten:
    @pytest.mark.parametrize(
        ("written", "hours"),
        [("24h", 24), ("1d 12h", 36), ("90m", 1.5), ("90min", 1.5), ("1.5h", 1.5), ("PT24H", 24), ("P1DT2H", 26)],
    )
    def test_it_is_read_with_its_unit(self, written: str, hours: float) -> None:
        assert parse_duration(written) == timedelta(hours=hours)

    @pytest.mark.parametrize("written", [24, 1.5, True, "24", "h", "", "24 hours of work", "P", "1w"])
    def test_anything_else_is_refused(self, written: object) -> None:
        with pytest.raises(ValueError, match=r"."):
            parse_duration(written)

    @given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
    def test_it_comes_back_from_iso(self, duration: timedelta) -> None:
        assert parse_duration(iso_duration(duration)) == duration


class TestWhenATextHasSeveralLanguages:
    def test_the_asked_one_comes_first_then_english_then_any(self) -> None:
        text = Text.model_validate({"ru": "Склад", "en": "Warehouse"})
        assert (text.in_("ru"), text.in_("pt")) == ("Склад", "Warehouse")
        assert Text.model_validate({"pt": "Armazém"}).in_("ru") == "Armazém"

    def test_one_plain_text_serves_all(self) -> None:
        assert Text.model_validate("Depot").in_("ru") == "Depot"


class TestWhenSeveritiesAreCompared:
    def test_they_rise_to_critical_and_no_further(self) -> None:
        assert [rank(level) for level in ("low", "medium", "high", "critical")] == [0, 1, 2, 3]
        assert (raised("low", 2), raised("high", 3)) == ("high", "critical")
