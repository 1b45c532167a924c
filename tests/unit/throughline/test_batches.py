import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.contracts.parts import StepTime
from shared.organisation.mapping import MappedRow
from throughline.cli.client import Api, Refused
from throughline.cli.imports.batches import BYTES, ITEMS, Row, batches, deliver, registration

RECEIVED = datetime(2018, 1, 2, 3, tzinfo=UTC)


def row(number: int, text: str = "late") -> Row:
    mapped = MappedRow(source_row=f"m:{number}", received_at=RECEIVED, language="en", text=text)
    return Row(mapped, number + 1, (str(number), text))


class Intake:
    """Keeps keys as intake does; `trouble` answers first, while there is any."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.requests: list[int] = []
        self.trouble: Iterator[Callable[[httpx.Request], httpx.Response]] = iter(())

    def __call__(self, request: httpx.Request) -> httpx.Response:
        refusal = next(self.trouble, None)
        if refusal is not None:
            return refusal(request)
        items = json.loads(request.content)
        self.requests.append(len(items))
        if any(item["complaint"]["text"] == "poison" for item in items):
            return httpx.Response(422, json={"detail": "text: will not do"})
        return httpx.Response(200, json=[self._answer(item) for item in items])

    def _answer(self, item: dict[str, Any]) -> dict[str, str]:
        key = item["idempotency_key"]
        status = "already" if key in self.keys else "registered"
        self.keys.add(key)
        return {"id": key, "status": status, "problem": ""}


@pytest.fixture
def intake() -> Intake:
    return Intake()


def delivered(intake: Intake, rows: list[Row], *, patience: float = 60.0) -> list[str]:
    with Api("http://intake", httpx.MockTransport(intake)) as api:
        return [answer.status for answer in deliver(api, rows, patience=patience, sleep=lambda _: None)]


def away(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, json={"detail": "the store is away"})


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


class TestDelivering:
    def test_every_row_has_its_answer_in_order(self, intake: Intake) -> None:
        rows = [row(number) for number in range(1_203)]
        with Api("http://intake", httpx.MockTransport(intake)) as api:
            answers = list(deliver(api, rows))
        assert [answer.row for answer in answers] == rows
        assert sorted(intake.requests) == [203, 500, 500]

    def test_the_same_rows_again_are_there_already(self, intake: Intake) -> None:
        assert delivered(intake, [row(1), row(2)]) == ["registered", "registered"]
        assert delivered(intake, [row(1), row(2), row(3)]) == ["already", "already", "registered"]

    def test_it_tries_again_while_intake_is_away(self, intake: Intake) -> None:
        intake.trouble = iter([away, unreachable, away])
        assert delivered(intake, [row(1)]) == ["registered"]

    def test_it_gives_up_when_intake_stays_away(self, intake: Intake) -> None:
        intake.trouble = iter([away] * 1_000)
        with pytest.raises(Refused, match="the store is away"):
            delivered(intake, [row(1)], patience=0.0)
        intake.trouble = iter([unreachable] * 1_000)
        with pytest.raises(httpx.ConnectError):
            delivered(intake, [row(1)], patience=0.0)

    def test_a_row_that_spoils_the_request_costs_that_row(self, intake: Intake) -> None:
        rows = [row(number, "poison" if number == 5 else "late") for number in range(8)]
        assert delivered(intake, rows) == ["registered"] * 5 + ["rejected"] + ["registered"] * 2

    def test_another_refusal_ends_it(self, intake: Intake) -> None:
        intake.trouble = iter([lambda _: httpx.Response(500, json={"detail": "broken"})])
        with pytest.raises(Refused, match="broken"):
            delivered(intake, [row(1)])


class TestBatches:
    def test_none_has_more_items_or_letters_than_intake_takes(self) -> None:
        rows = [row(number, "x" * 20_000) for number in range(300)] + [row(number) for number in range(1_000)]
        cut = list(batches(rows))
        assert [one for batch in cut for one in batch] == rows
        assert max(map(len, cut)) == ITEMS
        assert all(sum(len(one.mapped.text) for one in batch) <= BYTES for batch in cut)

    def test_a_row_larger_than_a_batch_goes_alone(self) -> None:
        assert [len(batch) for batch in batches([row(1), row(2, "x" * BYTES), row(3)])] == [1, 1, 1]

    def test_nothing_makes_none(self) -> None:
        assert list(batches([])) == []


class TestRegistration:
    def test_it_says_what_the_row_says_and_nothing_more(self) -> None:
        step = StepTime(
            step="seller", started=RECEIVED, ended=RECEIVED + timedelta(hours=1), standard=timedelta(days=1)
        )
        mapped = MappedRow(
            source_row="m:1",
            received_at=RECEIVED,
            language="pt",
            text="",
            value=Decimal("53.19"),
            steps=(step,),
            flags=("missing-step:carrier",),
            expected_department="nypd",
            status="delivered",
        )
        assert registration(mapped) == {
            "channel": "import",
            "received_at": RECEIVED,
            "language": "pt",
            "text": "",
            "historic": True,
            "source_row": "m:1",
            "value": "53.19",
            "steps": [
                {
                    "step": "seller",
                    "started": "2018-01-02T03:00:00Z",
                    "ended": "2018-01-02T04:00:00Z",
                    "standard": "P1D",
                }
            ],
            "flags": ["missing-step:carrier"],
        }
