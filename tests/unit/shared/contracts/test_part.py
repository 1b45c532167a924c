"""One frozen piece made from another."""

import pytest

from shared.contracts.part import Part, replace


class Seat(Part):
    department: str
    joined: bool = False


SEAT = Seat(department="carrier")


class TestReplacing:
    def test_changes_what_is_named_and_nothing_else(self) -> None:
        joined = replace(SEAT, joined=True)
        assert joined == Seat(department="carrier", joined=True)
        assert Seat(department="carrier") == SEAT

    def test_is_what_pydantic_would_have_made(self) -> None:
        ours, theirs = replace(SEAT, joined=True), SEAT.model_copy(update={"joined": True})
        assert ours == theirs
        assert ours.model_fields_set == theirs.model_fields_set == {"department", "joined"}
        assert ours.model_dump_json() == theirs.model_dump_json()
        assert hash(ours) == hash(theirs)

    def test_refuses_a_field_that_is_not_there(self) -> None:
        with pytest.raises(TypeError, match=r"Seat has no field left, seat$"):
            replace(SEAT, seat=1, left=True)  # type: ignore[call-arg]
