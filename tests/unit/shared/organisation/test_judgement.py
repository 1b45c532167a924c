from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.parts import Severity
from shared.organisation import LEVELS, Judgement, SeverityMatrix, rank

MATRIX = SeverityMatrix.model_validate(
    {
        "money": [{"at_least": 100, "level": "medium"}, {"at_least": 500, "level": "high"}],
        "repeats": [{"at_least": 2, "level": "high"}],
        "waited": [{"at_least": "48h", "level": "medium"}],
    }
)


class TestWhenSeverityIsJudged:
    def test_nothing_special_leaves_the_category_base(self) -> None:
        assert MATRIX.judge("low") == Judgement("low", ("category starts at low",))

    @pytest.mark.parametrize(
        ("value", "level"), [("99.99", "low"), ("100", "medium"), ("499.99", "medium"), ("500", "high")]
    )
    def test_money_counts_from_its_threshold_on(self, value: str, level: str) -> None:
        assert MATRIX.judge("low", value=Decimal(value)).level == level

    def test_repeats_count(self) -> None:
        assert MATRIX.judge("low", repeats=2).level == "high"

    def test_time_past_the_promise_counts(self) -> None:
        assert MATRIX.judge("low", waited=timedelta(hours=48)).level == "medium"

    def test_circumstances_never_lower_the_base(self) -> None:
        assert MATRIX.judge("critical", value=Decimal(100)).level == "critical"

    def test_a_vulnerable_customer_raises_one_level(self) -> None:
        judged = MATRIX.judge("low", value=Decimal(100), vulnerable="baby")
        assert judged.level == "high"
        assert judged.reasons[0] == "vulnerable customer: baby"

    def test_harm_overrides_everything(self) -> None:
        assert MATRIX.judge("low", harm="caught fire") == Judgement("critical", ("harm: caught fire",))

    @given(
        st.sampled_from(LEVELS),
        st.decimals(0, 1000, places=2),
        st.integers(0, 5),
        st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)),
    )
    def test_more_is_never_less_severe(self, base: Severity, value: Decimal, repeats: int, waited: timedelta) -> None:
        less = MATRIX.judge(base, value=value, repeats=repeats, waited=waited)
        more = MATRIX.judge(base, value=value + 100, repeats=repeats + 1, waited=waited + timedelta(hours=9))
        assert rank(base) <= rank(less.level) <= rank(more.level)
