import pytest
import typer

from throughline.cli.options import numbers, pairs, stretch


class TestOptionsWithAName:
    def test_the_first_equals_sign_divides(self) -> None:
        assert pairs(["a=1", " b = x=y "], "NAME=VALUE") == {"a": "1", "b": "x=y"}

    @pytest.mark.parametrize("given", ["a", "=1", "a=", " = "])
    def test_another_form_is_refused_with_the_right_one(self, given: str) -> None:
        with pytest.raises(typer.BadParameter, match="is not of the form NAME=VALUE"):
            pairs([given], "NAME=VALUE")

    def test_numbers_are_whole(self) -> None:
        assert numbers(["delivery=24"], "STEP=HOURS") == {"delivery": 24}
        with pytest.raises(typer.BadParameter, match=r"1\.5 is not a whole number"):
            numbers(["delivery=1.5"], "STEP=HOURS")

    def test_none_given_is_none(self) -> None:
        assert pairs(None, "NAME=VALUE") == {}


class TestStretchesOfTime:
    def test_start_or_end_may_be_missing(self) -> None:
        assert stretch("seller", "A/B") == {"started": "A", "ended": "B"}
        assert stretch("seller", "A/") == {"started": "A"}
        assert stretch("seller", "/B") == {"ended": "B"}

    def test_without_the_slash_an_example_says_how(self) -> None:
        with pytest.raises(typer.BadParameter, match="seller=2026-01-30T08:00Z/2026-01-31T12:00Z"):
            stretch("seller", "2026-01-30")
