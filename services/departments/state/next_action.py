"""What a department should do next, as the table stands. Its invitation names the first step."""

from __future__ import annotations

from services.departments.state.models import AgreedTable, Agreeing, Closed, Completed, Delivering, Round, Seat, State


def next_action(state: State, seat: Seat) -> str:
    """Return it in one or two sentences, for the briefing."""
    match state, seat.standing:
        case Closed(), _:
            action = "Nothing: the complaint is closed."
        case _, "declined":
            action = "Nothing: you declined."
        case _, "managed":
            action = "Talk to management: it holds your seat."
        case Round(), "active":
            action = _in_the_round(state, seat)
        case Agreeing(), _:
            action = _while_agreeing(state, seat)
        case Delivering(), _:
            action = _after_agreeing(state, seat)
        case Completed(), _:
            action = "Nothing now: the customer has the answer."
        case _:
            action = seat.asked
    return action


def _in_the_round(table: Round, seat: Seat) -> str:
    missing = [] if seat.reported else ["report the times of your steps"]
    if not any(proposal.department == seat.department for proposal in table.proposals):
        missing.append("propose a solution")
    return f"{' and '.join(missing).capitalize()}." if missing else "Nothing now: the others still contribute."


def _while_agreeing(table: Agreeing, seat: Seat) -> str:
    action = "Endorse the proposals you stand behind, or object with an alternative."
    return f"{action} You lead: write down what was agreed." if seat.department == table.lead else action


def _after_agreeing(table: AgreedTable, seat: Seat) -> str:
    actions: list[str] = []
    if table.held:
        actions.append("State dates and amounts that agree; these do not: " + "; ".join(table.held) + ".")
    if table.delivery is None:
        actions.append("Bring the remedy to the customer, and say what it cost.")
    if table.answer is None and seat.department == table.lead:
        actions.append("You lead: give the one answer, covering every point.")
    return " ".join(actions) or "Nothing now: the others still deliver."
