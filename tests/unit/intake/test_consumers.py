from datetime import timedelta
from typing import Any

import pytest

from services.intake.commands import AnnounceTable, EndEscalation, PrepareAnswer, SendAnswer, StartEscalation
from services.intake.consumers import LISTENS
from services.intake.timers import on_due
from shared.contracts import departments
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.eventsourcing.definition import Incoming
from tests.unit.intake.build import ANSWER_BY, HOUR, NOW, REFUND_BY, a_registered_one, at

HANDLED = NOW + timedelta(seconds=3)


def command_from(event: Event) -> Any:  # noqa: ANN401 - one of five commands
    envelope = Envelope("resolution/c1:1", "/departments", event.type_name(), "2026-03-02T09:00:00Z", "c1", 1)
    (listen,) = [listen for listen in LISTENS if listen.event is type(event)]
    return listen.command(Incoming(event, envelope, HANDLED))


def opened(**changes: object) -> departments.TableOpened:
    fields: dict[str, Any] = {
        "stage": 1,
        "lead": "last-mile",
        "departments": ("last-mile",),
        "severity": "low",
        "answer_by": ANSWER_BY,
    }
    return departments.TableOpened(**at(), **fields | changes)


class TestWhatIsHeardFromTheDepartments:
    @pytest.mark.parametrize(
        ("event", "command"),
        [
            (opened(stage=2), AnnounceTable(now=HANDLED, by="system", stage=2, lead="last-mile", answer_by=ANSWER_BY)),
            (
                departments.AnswerAgreed(**at(), text="Yes.", covers=(1, 2), promises={"refund": REFUND_BY}),
                PrepareAnswer(now=HANDLED, by="system", text="Yes.", covers=(1, 2), promises={"refund": REFUND_BY}),
            ),
            (
                departments.ResolutionCompleted(**at(), stage=2, staff_minutes=5, compensation=0),
                SendAnswer(now=HANDLED, by="system", stage=2),
            ),
            (
                departments.EscalatedToManagement(
                    **at(), reason="silence", failed=("join",), asked_by="clock", contact_by=None
                ),
                StartEscalation(now=HANDLED, by="system", reason="silence", asked_by="clock"),
            ),
            (departments.EscalationClosed(**at(), findings={}), EndEscalation(now=HANDLED, by="system")),
        ],
    )
    def test_it_becomes_a_command_at_the_instant_of_its_handling(self, event: Event, command: object) -> None:
        assert command_from(event) == command

    def test_nobody_is_told_about_a_historic_table(self) -> None:
        assert command_from(opened(historic=True, answer_by=None)) is None


class TestWhenAClockRanOut:
    def test_the_clocks_are_run(self) -> None:
        command = on_due("complaint", a_registered_one().state, NOW + HOUR)
        assert (command.now, command.by) == (NOW + HOUR, "system")
