from throughline.cli.export import by_department
from throughline.cli.watch import ended


def invited(department: str, *steps: tuple[str, str]) -> dict[str, object]:
    return {
        "department": department,
        "steps": [{"step": step, "why": [{"basis": "fact", "sentence": why}]} for step, why in steps],
    }


class TestExportedInvitations:
    def test_each_department_stands_once_with_its_steps_and_whys(self) -> None:
        letters = [
            invited("carrier", ("line-haul", "3 h over"), ("delivery", "late")),
            invited("seller", ("packing", "torn")),
            invited("carrier", ("line-haul", "3 h over"), ("line-haul", "a person says so")),
        ]
        assert by_department(letters) == [
            {
                "id": "carrier",
                "steps": [
                    {"step": "line-haul", "why": "3 h over; a person says so"},
                    {"step": "delivery", "why": "late"},
                ],
            },
            {"id": "seller", "steps": [{"step": "packing", "why": "torn"}]},
        ]

    def test_none_is_none(self) -> None:
        assert by_department([]) == []


class TestTheEndOfAComplaint:
    def test_it_is_closed_and_reviewed(self) -> None:
        assert ended({"intake": {"status": "closed"}, "review": {"status": "concluded"}})
        assert ended({"intake": {"status": "withdrawn"}, "review": {"status": "concluded"}})
        assert not ended({"intake": {"status": "closed"}, "review": {"status": "open"}})
        assert not ended({"intake": {"status": "answered"}, "review": {}})
