from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review import DEFINITION
from services.review.commands import CountComplaint
from services.review.consumers import LISTENS, review_concluded
from services.review.decide import theme_decider
from services.review.projections import PROJECTORS, Period
from shared.contracts import departments, intake
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.parts import Cause, Costs
from shared.contracts.review import ComplaintCounted, PeriodCounted, ReviewConcluded, SummaryPublished
from shared.eventsourcing.definition import Incoming
from shared.testing.spec import spec
from tests.unit.review.build import HOUR, NOW, a_concluded_one

ENVELOPE = Envelope(id="review/c1:9", source="/review", type="t", time="t", subject="c1", sequence=9)


def concluded(cost: Decimal, weights: list[float]) -> Incoming[ReviewConcluded]:
    factors = ["method", "machine", "material", "measurement", "environment", "information"]
    causes = tuple(
        Cause.model_validate(
            {"step": "picking", "factor": factor, "weight": weight, "evidence": "seen", "basis": "facts"}
        )
        for factor, weight in zip(factors, weights, strict=False)
    )
    costs = Costs(staff=cost, compensation=Decimal(0), rework=Decimal(0), value_at_risk=Decimal(0))
    return Incoming(ReviewConcluded(at=NOW, by="system", causes=causes, costs=costs, period="2026-03"), ENVELOPE, NOW)


class TestAReviewThatWasConcluded:
    @given(st.decimals(0, 10**7, places=2), st.lists(st.floats(0.000001, 1), min_size=1, max_size=6))
    def test_its_cost_is_shared_out_among_the_themes_to_the_cent(self, cost: Decimal, weights: list[float]) -> None:
        commands = dict(review_concluded(concluded(cost, weights)))
        assert len(commands) == len(weights)
        assert sum(Decimal(command.cost) for command in commands.values()) == cost

    def test_each_cause_is_one_theme(self) -> None:
        commands = dict(review_concluded(concluded(Decimal("10.01"), [0.75, 0.25])))
        assert commands == {
            "picking.method": CountComplaint(
                now=NOW, by="system", complaint="c1", period="2026-03", share=0.75, cost="7.51"
            ),
            "picking.machine": CountComplaint(
                now=NOW, by="system", complaint="c1", period="2026-03", share=0.25, cost="2.50"
            ),
        }

    def test_without_a_cause_no_theme_counts_it(self) -> None:
        assert dict(review_concluded(concluded(Decimal(1), []))) == {}


class TestATheme:
    def test_it_counts_each_complaint(self) -> None:
        one = CountComplaint(now=NOW, by="system", complaint="c1", period="2026-03", share=0.75, cost="7.51")
        two = CountComplaint(now=NOW, by="system", complaint="c2", period="2026-03", share=0.1, cost="0.20")
        first = spec(theme_decider()).when(one)
        first.then_types(ComplaintCounted)
        tally = spec(theme_decider()).given(*first.events).when(two).after.periods["2026-03"]
        assert (tally.count, tally.weight, tally.cost) == (2, Decimal("0.85"), Decimal("7.71"))

    def test_months_are_kept_apart(self) -> None:
        decider = theme_decider()
        state = decider.initial
        for number, month in enumerate(["2026-02", "2026-03", "2026-03"]):
            command = CountComplaint(now=NOW, by="system", complaint=f"c{number}", period=month, share=1.0, cost="1")
            state = decider.fold(decider.decide(state, command), state)
        assert {month: tally.count for month, tally in state.periods.items()} == {"2026-02": 1, "2026-03": 2}
        assert decider.index(state)["period"] == ["2026-02", "2026-03"]
        assert (decider.next_due(state), decider.is_terminal(state)) == (None, False)


(PERIODS,) = PROJECTORS


class TestAPeriod:
    def published(self) -> SummaryPublished:
        state = a_concluded_one().state
        assert state.status == "concluded"
        assert state.summary is not None
        return SummaryPublished(at=NOW, by="system", summary=state.summary)

    def test_the_month_of_receipt_counts_the_review(self) -> None:
        assert PERIODS.received == (SummaryPublished,)
        assert PERIODS.key(self.published(), "c1") == "2026-03"

    def test_it_keeps_running_figures(self) -> None:
        row = PERIODS.project(PERIODS.initial, self.published())
        assert (row.complaints, row.promises_kept, row.severities) == (1, 1, {"low": 1})
        assert row.costs.total == self.published().summary.costs.total
        hour = HOUR.total_seconds() * 1_000_000
        assert (row.chain_microseconds, row.handling_microseconds) == (84 * hour, 16 * hour)
        line_haul = row.measures["step|carrier|line-haul"]
        assert (line_haul.count, line_haul.over_count, line_haul.over_microseconds) == (1, 1, 6 * hour)

    def test_what_an_earlier_release_counted_by_an_event_of_its_own_is_the_same(self) -> None:
        summary = self.published().summary
        body = summary.model_dump(include=set(PeriodCounted.model_fields)) | {"at": NOW, "by": "system"}
        before = PERIODS.project(PERIODS.initial, PeriodCounted.model_validate(body))
        assert before == PERIODS.project(PERIODS.initial, self.published())

    def test_another_event_leaves_it_as_it_is(self) -> None:
        assert PERIODS.project(Period(), intake.PromiseKept(at=NOW, by="system", promise="call")) == Period()


class TestWhatReviewListensTo:
    def test_each_event_is_listened_to_once(self) -> None:
        assert len({listen.event for listen in LISTENS}) == len(LISTENS)
        assert {fan_in.to.kind for fan_in in DEFINITION.spread} == {"theme", "period"}

    def test_a_registered_complaint_brings_its_step_times(self) -> None:
        event = intake.ComplaintRegistered(
            at=NOW, by="customer", complaint="c1", channel="web", received_at=NOW, text="late", repeat_of="c0"
        )
        command = self.command(event)
        assert (command.complaint, command.repeat, command.registered_at) == ("c1", True, NOW)  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("event", "what", "department", "code"),
        [
            (departments.DepartmentJoined(at=NOW, by="it", department="it"), "joined", "it", ""),
            (departments.LeadChanged(at=NOW, by="it", lead="it", before="carrier", why="…"), "lead-changed", "it", ""),
            (departments.RoundRevealed(at=NOW, by="system", complete=True), "revealed", "", ""),
            (departments.TableClosed(at=NOW, by="system", why="accepted"), "table-closed", "", "accepted"),
            (departments.EscalationClosed(at=NOW, by="it", findings={}), "escalation-closed", "", ""),
            (intake.ComplaintClosed(at=NOW, by="customer", learning_code="late"), "closed", "", "late"),
            (intake.ComplaintWithdrawn(at=NOW, by="customer", reason="…"), "withdrawn", "", ""),
            (intake.PromiseBroken(at=NOW, by="clock", promise="answer", due=NOW), "promise-broken", "", "answer"),
        ],
    )
    def test_what_happens_becomes_a_mark(self, event: Event, what: str, department: str, code: str) -> None:
        mark = self.command(event).mark  # type: ignore[attr-defined]
        assert (mark.what, mark.department, mark.code, mark.happened) == (what, department, code, NOW)

    def command(self, event: Event) -> object:
        (listen,) = [listen for listen in LISTENS if listen.event is type(event)]
        return listen.command(Incoming(event, ENVELOPE, datetime(2026, 4, 1, tzinfo=UTC)))
