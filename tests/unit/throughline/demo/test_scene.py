from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from shared.organisation import from_path
from throughline.demo.cases import Sample, read_phrases
from throughline.demo.edges import Edges, Unplanned
from throughline.demo.scene import Case, Scene, draw
from throughline.demo.wire import Response, Wire

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORGANISATION = from_path("parcel-retailer")


class Answering(Wire):
    """A wire whose other end always answers the same, and that remembers what was asked."""

    def __init__(self, status: int, content: bytes) -> None:
        self._answer = Response(status, content)
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        self.requests.append((method, path, dict(headers or {}), body))
        return self._answer


def scene(now: datetime) -> Scene:
    edges = Edges(Answering(200, b"{}"))
    return Scene(edges, ORGANISATION, read_phrases(), lambda: now, lambda _: None, lambda _: None)


class TestAnActor:
    def test_works_when_its_calendar_is_open(self) -> None:
        assert scene(MONDAY).works("returns")
        assert not scene(MONDAY + timedelta(days=6)).works("returns")

    def test_takes_up_what_is_urgent_or_due_soon_whatever_chance_says(self) -> None:
        case = Case(Sample(key="en-99", text="late"), "c1", MONDAY)
        for hour in range(24):
            at = scene(MONDAY + timedelta(hours=hour))
            soon = (at.now() + timedelta(hours=3)).isoformat()
            assert at.takes_up(case, "returns", "critical", None)
            assert at.takes_up(case, "returns", "low", soon)

    def test_leaves_some_of_the_rest_for_later(self) -> None:
        case = Case(Sample(key="en-99", text="late"), "c1", MONDAY)
        taken = {scene(MONDAY + timedelta(hours=hour)).takes_up(case, "returns", "low", None) for hour in range(24)}
        assert taken == {True, False}

    def test_of_two_departments_the_special_part_goes_to_the_one_further_from_the_customer_that_does_not_lead(
        self,
    ) -> None:
        assert scene(MONDAY).furthest(["last-mile", "warehouse", "carrier"], "last-mile") == "warehouse"
        assert scene(MONDAY).furthest(["last-mile"], "last-mile") == ""

    def test_chance_is_the_same_every_time(self) -> None:
        assert draw("en-01", "returns") == draw("en-01", "returns") != draw("en-02", "returns")


PROBLEM = b'{"type": "urn:throughline:problem:blames-people", "detail": "Solutions, not culprits"}'


class TestAnAnswerThatWasNotPlanned:
    @pytest.mark.parametrize(
        ("status", "content", "ask"),
        [
            (409, PROBLEM, lambda edges: edges.post("x", role="it")),
            (409, PROBLEM, lambda edges: edges.post("x", role="it", refused="another-rule")),
            (200, b"{}", lambda edges: edges.post("x", role="it", refused="blames-people")),
            (404, PROBLEM, lambda edges: edges.get("x")),
        ],
        ids=["refused", "refused by another rule", "accepted", "not found"],
    )
    async def test_stops_the_play(self, status: int, content: bytes, ask: Callable[[Edges], Awaitable[object]]) -> None:
        with pytest.raises(Unplanned, match="/x"):
            await ask(Edges(Answering(status, content)))

    async def test_a_planned_refusal_does_not(self) -> None:
        answer = await Edges(Answering(409, PROBLEM)).post("x", role="it", refused="blames-people")
        assert answer["detail"] == "Solutions, not culprits"


class TestTheJournal:
    async def test_notes_the_request_as_the_store_keeps_its_key(self) -> None:
        edges = Edges(Answering(201, b'{"id": "c1"}'))
        await edges.register({"channel": "web"}, "k1")
        assert [(one.key, one.status, one.complaint) for one in edges.journal] == [
            ("complaint/c1:k1", "accepted", "c1")
        ]

    async def test_every_write_has_a_key_of_its_own(self) -> None:
        wire = Answering(200, b"{}")
        edges = Edges(wire)
        for _ in range(3):
            await edges.post("x", role="it")
        assert len({headers["Idempotency-Key"] for _, _, headers, _ in wire.requests}) == edges.written == 3
