"""What neighbours say, in few words: events of a complaint about a parcel that came damaged."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.contracts import departments, intake, routing
from shared.contracts.parts import StepTime, TouchedStep, Why

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OWNERS = {"packing": "warehouse", "line-haul": "carrier", "delivery": "last-mile"}


def registered(about: str, at: datetime = NOW, **changes: object) -> intake.ComplaintRegistered:
    known: dict[str, Any] = {
        "complaint": about,
        "channel": "web",
        "received_at": at,
        "language": "en",
        "text": "The box was damaged and the lamp is broken.",
        "acknowledge_by": at + 12 * HOUR,
    }
    return intake.ComplaintRegistered(at=at, by="customer", **known | changes)


def closed(at: datetime = NOW, code: str = "process-changed") -> intake.ComplaintClosed:
    return intake.ComplaintClosed(at=at, by="customer", learning_code=code)


def ran(step: str, hours: float, start: datetime = NOW - 5 * DAY) -> StepTime:
    return StepTime(step=step, started=start, ended=start + hours * HOUR)


def touched(*steps: str) -> tuple[TouchedStep, ...]:
    why = Why(basis="category", sentence="damaged goods touch it")
    return tuple(TouchedStep(step=step, department=OWNERS[step], why=(why,)) for step in steps)


def triaged(*steps: str, at: datetime = NOW, **changes: object) -> routing.ComplaintTriaged:
    known: dict[str, Any] = {
        "category": "damaged",
        "severity": "medium",
        "language": "en",
        "steps": touched(*(steps or ("packing", "delivery"))),
        "confidence": 0.9,
        "basis": "rules",
    }
    return routing.ComplaintTriaged(at=at, by="system", **known | changes)


def opened(at: datetime = NOW, **changes: object) -> departments.TableOpened:
    known: dict[str, Any] = {
        "stage": 1,
        "lead": "last-mile",
        "departments": ("warehouse", "last-mile"),
        "severity": "medium",
        "answer_by": at + 120 * HOUR,
        "category": "damaged",
    }
    return departments.TableOpened(at=at, by="system", **known | changes)


def agreed_answer(at: datetime = NOW, **changes: object) -> departments.AnswerAgreed:
    known: dict[str, Any] = {"text": "A new lamp is on its way to you.", "covers": ()}
    return departments.AnswerAgreed(at=at, by="last-mile", **known | changes)


def completed(at: datetime = NOW, stage: int = 1) -> departments.ResolutionCompleted:
    return departments.ResolutionCompleted(
        at=at, by="system", stage=stage, staff_minutes=45, compensation=Decimal("80.00")
    )
