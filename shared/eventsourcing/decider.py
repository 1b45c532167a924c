"""The Decider pattern: pure decisions over an event stream.

Source: thinkbeforecoding, "Functional Event Sourcing: Decider".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter

from shared.contracts.event import Audience, Event, StreamType

State = TypeVar("State")
Command = TypeVar("Command")


class Rejected(Exception):
    """A command that the rules do not allow in this state; made by `Rule.refusal`.

    Args:
        rule: short stable name of the rule, e.g. ``table-closed``; becomes the problem type.
        sentence: the rule as a sentence a person can act on.
        absent: what the command is about does not exist, as far as this caller may know.
    """

    def __init__(self, rule: str, sentence: str, *, absent: bool = False) -> None:
        super().__init__(sentence)
        self.rule = rule
        self.sentence = sentence
        self.absent = absent


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that may refuse a command. Each stands once, in the table of its service's `policy`.

    Attributes:
        id: short stable name; the end of the problem type.
        sentence: what is wrong and what to do; details in braces are filled in by the refusal.
        absent: see `Rejected`; an edge answers with 404.
    """

    id: str
    sentence: str
    absent: bool = False

    def refusal(self, **details: object) -> Rejected:
        """Return what to raise; `details` are those that the sentence names."""
        return Rejected(self.id, self.sentence.format(**details), absent=self.absent)


UNPUBLISHED: Final = ""
"""The topic of a record that only stands in the log."""


def for_the_log_alone(_state: object, event: Event) -> bool:
    """Return whether an event's traits keep it off its owner's topic."""
    return event.traits.audience is Audience.LOG


@dataclass(frozen=True, slots=True)
class Decider(Generic[State, Command]):
    """One aggregate: how it decides, how it evolves, and what of it the store may search.

    Attributes:
        stream: its streams: what they are called, where their events go, which events there are.
        audience: further topics an event goes to (per department, summaries); the state may be the one before or after.
        log_only: whether an event stays off the owner's topic, because nobody else needs it or another one of the same
            decision says it; the state is the one after the event. Further topics get it all the same.
        published: whether any of its events is; those of a projection are others', which were published already.
        is_terminal: whether the stream has ended, so that no event of another stream changes it any more.
        state: (de)serialiser of the union of its states.
        index: the few fields of a state that ``find`` may filter on; values are strings, numbers or lists of strings.
        next_due: the earliest instant at which a clock of this state runs out, or None.
    """

    stream: StreamType
    initial: State
    decide: Callable[[State, Command], Sequence[Event]]
    evolve: Callable[[State, Event], State]
    is_terminal: Callable[[State], bool]
    state: TypeAdapter[State]
    index: Callable[[State], dict[str, str | int | list[str]]]
    next_due: Callable[[State], datetime | None]
    audience: Callable[[State, Event], Sequence[str]] = lambda _state, _event: ()
    log_only: Callable[[State, Event], bool] = for_the_log_alone
    published: bool = True

    @property
    def kind(self) -> str:
        """First part of every stream name."""
        return self.stream.kind

    @property
    def topic(self) -> str:
        """Where all its events go; the stream's own log is its sequence on this topic."""
        return self.stream.topic

    def owns(self, topic: str) -> bool:
        """Return whether a record of its stream is an event of its own, not a copy for a further topic."""
        return topic in (self.topic, UNPUBLISHED)

    def fold(self, events: Iterable[Event], state: State | None = None) -> State:
        """Return the state after the events, from `state` or the initial one."""
        current = self.initial if state is None else state
        for event in events:
            current = self.evolve(current, event)
        return current
