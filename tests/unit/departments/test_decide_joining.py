import pytest

from services.departments import commands
from services.departments.state.models import Round, State, Table
from shared.contracts import departments
from tests.unit.departments.build import (
    DAY,
    HOUR,
    NOW,
    agreed,
    clocks,
    completed,
    decline,
    history,
    join,
    opened,
    revealed,
    types,
    who,
)


def standings(state: State) -> dict[str, str]:
    assert isinstance(state, Table)
    return dict(state.standings)


class TestWhenInvited:
    def test_joining_makes_it_active(self) -> None:
        result = opened().when(join("carrier"))
        result.then_types(departments.DepartmentJoined)
        assert standings(result.after)["carrier"] == "active"

    def test_joining_twice_is_joining_once(self) -> None:
        history(join("carrier"), start=opened()).when(join("carrier")).then_nothing()

    def test_a_department_that_was_not_invited_finds_no_table(self) -> None:
        opened().when(join("payment")).then_rejected("not-at-this-table")

    @pytest.mark.parametrize("reason", ["", "no-time", "step-not-ours "])
    def test_declining_needs_a_reason_of_the_organisation(self, reason: str) -> None:
        rejected = opened().when(decline("carrier", "payment", reason)).then_rejected("decline-needs-a-reason")
        assert "step-not-ours" in rejected.sentence

    @pytest.mark.parametrize("nominee", ["", "carrier", "somebody-else"])
    def test_declining_needs_a_nominee_that_is_another_known_department(self, nominee: str) -> None:
        opened().when(decline("carrier", nominee)).then_rejected("decline-needs-a-nominee")

    def test_the_nominee_is_invited_with_its_own_clock_and_its_own_steps(self) -> None:
        result = opened().when(decline("carrier", "payment", now=NOW + HOUR))
        _, invited = result.then_types(departments.DepartmentDeclined, departments.DepartmentInvited)
        assert isinstance(invited, departments.DepartmentInvited)
        assert (invited.department, invited.nominated_by) == ("payment", "carrier")
        assert [step.step for step in invited.steps] == ["payment-check", "refund"]
        assert "carrier declined (step-not-ours)" in invited.steps[0].why[0].sentence
        # Six office hours from 11:00 in Berlin, an hour of break among them.
        assert invited.respond_by == NOW + 8 * HOUR
        assert invited.calendar == "office@1"

    def test_a_nominee_at_the_table_already_is_not_invited_again(self) -> None:
        opened().when(decline("carrier", "warehouse")).then_types(departments.DepartmentDeclined)

    def test_one_that_declined_before_is_asked_again_when_it_is_named(self) -> None:
        given = history(decline("carrier", "warehouse"), start=opened())
        result = given.when(decline("warehouse", "carrier"))
        result.then_types(departments.DepartmentDeclined, departments.DepartmentInvited)
        assert standings(result.after)["carrier"] == "invited"

    def test_declining_twice_is_declining_once(self) -> None:
        given = history(decline("carrier", "payment"), start=opened())
        given.when(decline("carrier", "it")).then_nothing()

    def test_who_declined_may_still_join(self) -> None:
        given = history(decline("carrier", "payment"), start=opened())
        result = given.when(join("carrier"))
        result.then_types(departments.DepartmentJoined)
        assert standings(result.after)["carrier"] == "active"

    def test_contributing_comes_after_joining(self) -> None:
        opened().when(commands.ReportTimes(**who("carrier"), steps=())).then_rejected("join-first")

    def test_who_declined_contributes_nothing(self) -> None:
        given = history(decline("carrier", "payment"), start=opened())
        given.when(commands.ReportTimes(**who("carrier"), steps=())).then_rejected("declined")


class TestWhenItIsTheLast:
    def test_it_cannot_decline(self) -> None:
        rejected = opened("packing").when(decline("warehouse", "carrier")).then_rejected("the-last-participant-stays")
        assert "nominate" in rejected.sentence

    def test_it_cannot_decline_after_the_others_did(self) -> None:
        given = history(decline("carrier", "warehouse"), start=opened("packing", "line-haul"))
        given.when(decline("warehouse", "carrier", now=NOW)).then_rejected("the-last-participant-stays")

    def test_it_may_ask_another_in_and_decline_once_that_one_joined(self) -> None:
        named = commands.Nominate(**who("warehouse"), nominee="carrier")
        result = opened("packing").when(named)
        result.then_types(departments.DepartmentInvited)
        given = history(named, join("carrier"), start=opened("packing"))
        result = given.when(decline("warehouse", "carrier"))
        result.then_types(departments.DepartmentDeclined, departments.LeadChanged)
        assert isinstance(result.after, Round)
        assert result.after.lead == "carrier"

    def test_asking_somebody_in_who_sits_there_changes_nothing(self) -> None:
        opened().when(commands.Nominate(**who("warehouse"), nominee="carrier")).then_nothing()

    def test_nobody_is_asked_in_by_a_department_that_left(self) -> None:
        given = history(decline("carrier", "payment"), start=opened())
        given.when(commands.Nominate(**who("carrier"), nominee="it")).then_rejected("declined")

    def test_the_one_asked_in_must_be_known(self) -> None:
        opened().when(commands.Nominate(**who("carrier"), nominee="nobody")).then_rejected("decline-needs-a-nominee")


class TestWhenTheLeadLeaves:
    def test_the_next_nearest_leads(self) -> None:
        result = opened().when(decline("last-mile", "carrier"))
        _, changed = result.then_types(departments.DepartmentDeclined, departments.LeadChanged)
        assert isinstance(changed, departments.LeadChanged)
        assert (changed.before, changed.lead, changed.why) == ("last-mile", "carrier", "last-mile declined")

    def test_one_that_has_joined_comes_before_a_nearer_one_that_has_not(self) -> None:
        given = history(join("warehouse"), start=opened())
        result = given.when(decline("last-mile", "carrier"))
        assert isinstance(result.after, Round)
        assert result.after.lead == "warehouse"


class TestWhenItIsPassedOnForTheThirdTime:
    given = history(decline("carrier", "payment"), decline("payment", "it"), start=opened())

    def test_management_takes_the_seat_and_nobody_else_is_asked(self) -> None:
        result = self.given.when(decline("it", "web-shop"))
        *_, escalated = result.then_types(
            departments.DepartmentDeclined, departments.ManagementTookSeat, departments.EscalatedToManagement
        )
        assert isinstance(escalated, departments.EscalatedToManagement)
        assert escalated.asked_by == "bounce"
        assert escalated.failed == ("last-mile", "carrier", "payment", "it")
        assert standings(result.after)["it"] == "managed"

    def test_declining_the_seat_that_management_holds_changes_nothing(self) -> None:
        given = history(decline("it", "web-shop"), start=self.given)
        given.when(decline("it", "carrier")).then_nothing()

    def test_management_is_not_asked_again_while_it_has_the_complaint(self) -> None:
        given = history(commands.Escalate(now=NOW, reason="At once."), start=self.given)
        given.when(decline("it", "web-shop")).then_types(departments.DepartmentDeclined, departments.ManagementTookSeat)


class TestWhenADepartmentStaysSilent:
    silent = NOW + DAY

    def test_it_is_said_and_management_takes_the_seat(self) -> None:
        given = history(join("last-mile"), start=opened("packing", "delivery"))
        result = given.when(clocks(NOW + 7 * HOUR))
        gone, took = result.then_types(departments.DepartmentSilent, departments.ManagementTookSeat)
        assert isinstance(gone, departments.DepartmentSilent)
        assert isinstance(took, departments.ManagementTookSeat)
        assert (gone.department, took.department) == ("warehouse", "warehouse")
        assert standings(result.after) == {"warehouse": "managed", "last-mile": "active"}

    def test_a_silent_lead_is_followed_by_the_next_nearest(self) -> None:
        given = history(join("warehouse"), start=opened("packing", "delivery"))
        result = given.when(clocks(NOW + 6 * HOUR))
        assert types(result.events) == [
            departments.DepartmentSilent,
            departments.ManagementTookSeat,
            departments.LeadChanged,
        ]
        assert isinstance(result.after, Round)
        assert result.after.lead == "warehouse"

    def test_where_all_are_silent_the_lead_s_management_answers_for_the_whole(self) -> None:
        after = opened("packing", "delivery").when(clocks(NOW + 7 * HOUR)).after
        assert isinstance(after, Round)
        assert after.lead in after.participants
        assert set(standings(after).values()) == {"managed"}

    def test_it_may_still_join(self) -> None:
        given = history(join("last-mile"), clocks(NOW + 7 * HOUR), start=opened("packing", "delivery"))
        result = given.when(join("warehouse", NOW + 8 * HOUR))
        result.then_types(departments.DepartmentJoined)
        assert standings(result.after)["warehouse"] == "active"

    def test_it_may_still_decline(self) -> None:
        given = history(join("last-mile"), clocks(NOW + 7 * HOUR), start=opened("packing", "delivery"))
        given.when(decline("warehouse", "carrier", now=NOW + 8 * HOUR)).then_types(
            departments.DepartmentDeclined, departments.DepartmentInvited
        )


class TestWhenTheTableHasAgreed:
    def test_who_agreed_can_no_longer_decline(self) -> None:
        agreed().when(decline("warehouse", "carrier")).then_rejected("already-agreed")

    def test_until_then_it_can(self) -> None:
        revealed().when(decline("warehouse", "carrier")).then_types(
            departments.DepartmentDeclined, departments.DepartmentInvited
        )

    def test_afterwards_it_is_the_customer_s_turn(self) -> None:
        completed().when(decline("warehouse", "carrier")).then_rejected("the-customers-turn")
        completed().when(commands.Nominate(**who("warehouse"), nominee="it")).then_rejected("the-customers-turn")
        completed().when(join("warehouse")).then_nothing()
