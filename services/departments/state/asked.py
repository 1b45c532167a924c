"""What a department is asked to do next, as the table stands. The briefing it was invited with says the first step."""

from __future__ import annotations

from services.departments.state.models import AgreedTable, Agreeing, Closed, Completed, Delivering, Round, Seat, State


def asked_now(state: State, seat: Seat) -> str:
    """Return it in one or two sentences, for the briefing."""
    match state, seat.standing:
        case Closed(), _:
            asked = "Nothing: the complaint is closed."
        case _, "declined":
            asked = "Nothing: you declined."
        case _, "managed":
            asked = "Talk to management: it holds your seat."
        case Round(), "active":
            asked = _in_the_round(state, seat)
        case Agreeing(), _:
            asked = _while_agreeing(state, seat)
        case Delivering(), _:
            asked = _after_agreeing(state, seat)
        case Completed(), _:
            asked = "Nothing now: the customer has the answer."
        case _:
            asked = seat.asked
    return asked


def _in_the_round(table: Round, seat: Seat) -> str:
    missing = [] if seat.reported else ["report the times of your steps"]
    if not any(proposal.department == seat.department for proposal in table.proposals):
        missing.append("propose a solution")
    return f"{' and '.join(missing).capitalize()}." if missing else "Nothing now: the others still contribute."


def _while_agreeing(table: Agreeing, seat: Seat) -> str:
    asked = "Endorse the proposals you stand behind, or object with an alternative."
    return f"{asked} You lead: write down what was agreed." if seat.department == table.lead else asked


def _after_agreeing(table: AgreedTable, seat: Seat) -> str:
    asked: list[str] = []
    if table.held:
        asked.append("State dates and amounts that agree; these do not: " + "; ".join(table.held) + ".")
    if table.delivery is None:
        asked.append("Bring the remedy to the customer, and say what it cost.")
    if table.answer is None and seat.department == table.lead:
        asked.append("You lead: give the one answer, covering every point.")
    return " ".join(asked) or "Nothing now: the others still deliver."
