from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.contracts.intake import ComplaintClosed, ComplaintRegistered
from shared.contracts.parts import StepTime
from tests.unit.intake.build import (
    ACKNOWLEDGE_BY,
    HOUR,
    NOW,
    a_closed_one,
    a_historic_one,
    a_registered_one,
    a_withdrawn_one,
    an_answered_one,
    nothing,
    one_in_work,
    register,
    registered,
)


class TestWhenNothingIsKnown:
    def test_a_complaint_is_registered_with_the_time_to_acknowledge_it(self) -> None:
        nothing().when(register()).then(registered(acknowledge_by=ACKNOWLEDGE_BY))

    def test_what_speaks_of_harm_is_acknowledged_sooner(self) -> None:
        nothing().when(register(harm=True)).then(registered(harm=True, acknowledge_by=NOW + HOUR))

    def test_every_field_of_the_command_is_in_the_event(self) -> None:
        fields = {
            "language": "ru",
            "points": ("лампа разбита", "курьер опоздал"),
            "category_hint": "damaged",
            "order_ref": "LL-204",
            "customer_ref": "6f1c",
            "value": Decimal("49.90"),
            "promised_by": NOW,
            "steps": (StepTime(step="packing", started=NOW, ended=NOW + HOUR),),
            "facts": {"carrier": "north"},
            "flags": ("negative-step:picking",),
            "source_row": "demo:7",
            "vulnerable": True,
            "repeat_of": "c0",
        }
        nothing().when(register(**fields)).then(registered(**fields))

    def test_text_with_newlines_quotes_and_emoji_comes_out_as_it_went_in(self) -> None:
        text = 'Atrasou! "Muito"\n\tтри дня 😡\u2028конец'  # noqa: RUF001 - several scripts are the point
        (event,) = nothing().when(register(text=text)).then_types(ComplaintRegistered)
        assert isinstance(event, ComplaintRegistered)
        assert ComplaintRegistered.model_validate_json(event.model_dump_json()).text == text


class TestWhenItIsHistoric:
    def test_it_is_registered_without_a_clock_and_closed_in_one_decision(self) -> None:
        result = nothing().when(register(historic=True))
        result.then(
            registered(historic=True, acknowledge_by=None),
            ComplaintClosed(at=NOW, by="customer", learning_code="historic"),
        )

    def test_it_has_no_clock_and_is_over(self) -> None:
        result = nothing().when(register(historic=True, received_at=datetime(2017, 10, 2, tzinfo=UTC)))
        decider = nothing().decider
        assert decider.next_due(result.after) is None
        assert decider.is_terminal(result.after)
        assert decider.index(result.after) == {"status": "closed", "historic": 1}


class TestWhenItIsThere:
    @pytest.mark.parametrize(
        "known", [a_registered_one, one_in_work, an_answered_one, a_closed_one, a_withdrawn_one, a_historic_one]
    )
    def test_registering_it_again_adds_nothing(self, known: type) -> None:
        known().when(register()).then_nothing()
