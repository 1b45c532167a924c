"""Complaints at every point of their way, in few words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake import commands, decide
from services.intake.commands import ComplaintCommand
from services.intake.state import State
from shared.contracts import intake
from shared.contracts.event import Event
from shared.eventsourcing.decider import Decider
from shared.organisation import Organisation, from_path
from shared.testing.spec import Given, spec

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ACKNOWLEDGE_BY = NOW + 12 * HOUR
ANSWER_BY = NOW + 5 * DAY
REFUND_BY = NOW + 20 * DAY

ORGANISATION: Organisation = from_path("parcel-retailer")
DECIDER: Decider[State, ComplaintCommand] = decide.decider(ORGANISATION)


def at(when: datetime = NOW, by: str = "system") -> dict[str, Any]:
    return {"at": when, "by": by}


def on(when: datetime = NOW, by: str = "customer") -> dict[str, Any]:
    return {"now": when, "by": by}


def register(**changes: object) -> commands.RegisterComplaint:
    fields: dict[str, Any] = {"complaint": "c1", "channel": "web", "received_at": NOW, "text": "The box was torn."}
    return commands.RegisterComplaint(**on(), **fields | changes)


def registered(**changes: object) -> intake.ComplaintRegistered:
    fields: dict[str, Any] = {
        "complaint": "c1",
        "channel": "web",
        "received_at": NOW,
        "text": "The box was torn.",
        "acknowledge_by": ACKNOWLEDGE_BY,
        "organisation": ORGANISATION.reference,
    }
    return intake.ComplaintRegistered(**at(by="customer"), **fields | changes)


def announce(stage: int = 1, **changes: object) -> commands.AnnounceTable:
    fields: dict[str, Any] = {"stage": stage, "lead": "last-mile", "answer_by": ANSWER_BY}
    return commands.AnnounceTable(**on(by="system"), **fields | changes)


def announced(stage: int = 1) -> list[Event]:
    promise = "answer" if stage == 1 else "answer-2"
    return [
        intake.ComplaintAcknowledged(**at(), kind="automatic", who="last-mile", next="…", by_when=ANSWER_BY),
        intake.PromiseMade(**at(), promise=promise, what="the answer", due=ANSWER_BY),
    ]


def prepare(text: str = "We send a new lamp.", **promises: datetime) -> commands.PrepareAnswer:
    return commands.PrepareAnswer(**on(by="system"), text=text, covers=(1,), promises=promises)


def prepared(stage: int = 1, **promises: datetime) -> intake.AnswerPrepared:
    return intake.AnswerPrepared(**at(), stage=stage, text="We send a new lamp.", covers=(1,), promises=promises)


def sent(stage: int = 1, **promises: datetime) -> list[Event]:
    return [
        prepared(stage, **promises),
        intake.AnswerSent(**at(), stage=stage, text="We send a new lamp.", covers=(1,)),
        intake.PromiseKept(**at(), promise="answer" if stage == 1 else "answer-2"),
        *(intake.PromiseMade(**at(), promise=name, what=name, due=due) for name, due in promises.items()),
    ]


def accepted() -> list[Event]:
    return [
        intake.OutcomeAccepted(**at(by="customer"), stage=1),
        intake.ComplaintClosed(**at(by="customer"), learning_code="accepted"),
        intake.FeedbackAsked(**at(by="customer"), questions=("a?", "b?")),
    ]


def rejected(stage: int = 1) -> intake.OutcomeRejected:
    return intake.OutcomeRejected(**at(by="customer"), stage=stage, reason="Not enough.")


def escalated() -> intake.EscalationRequested:
    return intake.EscalationRequested(**at(by="customer"), reason="Nobody calls.")


def taken_over() -> intake.ManagementTookOver:
    return intake.ManagementTookOver(**at(), reason="silence", asked_by="clock")


def handed_back() -> intake.ManagementHandedBack:
    return intake.ManagementHandedBack(**at())


def withdrawn() -> intake.ComplaintWithdrawn:
    return intake.ComplaintWithdrawn(**at(by="customer"), reason="Found it.")


def acknowledged() -> intake.ComplaintAcknowledged:
    return intake.ComplaintAcknowledged(**at(by="customer-care"), kind="personal", who="customer-care", next="I look.")


Spec = Given[State, ComplaintCommand]


def nothing() -> Spec:
    return spec(DECIDER)


def a_registered_one() -> Spec:
    return nothing().given(registered())


def one_in_work() -> Spec:
    return a_registered_one().given(*announced())


def an_answered_one(**promises: datetime) -> Spec:
    return one_in_work().given(*sent(**promises))


def one_in_its_second_stage() -> Spec:
    return an_answered_one().given(rejected(), *announced(2))


def one_answered_twice() -> Spec:
    return one_in_its_second_stage().given(*sent(2))


def a_closed_one(**promises: datetime) -> Spec:
    return an_answered_one(**promises).given(*accepted())


def a_withdrawn_one() -> Spec:
    return one_in_work().given(withdrawn())


def a_historic_one() -> Spec:
    return nothing().given(
        registered(historic=True, acknowledge_by=None),
        intake.ComplaintClosed(**at(), learning_code="historic"),
    )
