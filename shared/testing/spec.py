"""given(events).when(command).then(events): the specs of every decider.

Source: event-driven-io/emmett. `when` also carries the command out twice: the second time must be `[]` or rejected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.contracts.event import Event
from shared.eventsourcing.decider import Decider, Rejected

S = TypeVar("S")
C = TypeVar("C")


@dataclass(frozen=True)
class Result(Generic[S]):
    """What the command came to."""

    before: S
    after: S
    events: Sequence[Event]
    rejected: Rejected | None

    def then(self, *expected: Event) -> None:
        """Exactly these events, in this order."""
        assert self.rejected is None, f"rejected: {self.rejected}"  # noqa: S101 - this is a test's assertion
        assert list(self.events) == list(expected)  # noqa: S101

    def then_types(self, *expected: type[Event]) -> Sequence[Event]:
        """Exactly events of these types, in this order; returns them to look closer."""
        assert self.rejected is None, f"rejected: {self.rejected}"  # noqa: S101
        assert [type(event) for event in self.events] == list(expected)  # noqa: S101
        return self.events

    def then_nothing(self) -> None:
        """Already so."""
        assert self.rejected is None, f"rejected: {self.rejected}"  # noqa: S101
        assert list(self.events) == []  # noqa: S101

    def then_rejected(self, rule: str) -> Rejected:
        """Refused by this rule, with a sentence."""
        assert self.rejected is not None, f"not rejected: {self.events}"  # noqa: S101
        assert self.rejected.rule == rule  # noqa: S101
        assert self.rejected.sentence.endswith(".") or " " in self.rejected.sentence  # noqa: S101
        return self.rejected


@dataclass(frozen=True)
class Given(Generic[S, C]):
    """A history."""

    decider: Decider[S, C]
    state: S

    def given(self, *events: Event) -> Given[S, C]:
        """Add history."""
        return Given(self.decider, self.decider.fold(events, self.state))

    def when(self, command: C) -> Result[S]:
        """Carry out the command, twice; the state survives its own serialisation."""
        try:
            events = list(self.decider.decide(self.state, command))
        except Rejected as rejected:
            return Result(self.state, self.state, (), rejected)
        after = self.decider.fold(events, self.state)
        self._again(after, command)
        self._round_trip(after)
        for event in events:
            copy: Any = type(event).model_validate_json(event.model_dump_json())
            assert copy == event, f"{event} does not survive JSON"  # noqa: S101
        return Result(self.state, after, events, None)

    def _again(self, after: S, command: C) -> None:
        try:
            again = list(self.decider.decide(after, command))
        except Rejected:
            return
        assert again == [], f"the same command again did {again}"  # noqa: S101

    def _round_trip(self, state: S) -> None:
        adapter = self.decider.state
        assert adapter.validate_json(adapter.dump_json(state)) == state, "the state does not survive JSON"  # noqa: S101


def spec(decider: Decider[S, C]) -> Given[S, C]:
    """Begin with nothing."""
    return Given(decider, decider.initial)
