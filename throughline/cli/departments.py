"""`throughline departments …`: act as one department at the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from throughline.cli.acting import act, filled
from throughline.cli.client import connected
from throughline.cli.invocation import invocation
from throughline.cli.options import ComplaintId, DepartmentId, Key, Override, numbers, pairs, stretch
from throughline.cli.output import Exit, emit, fail, record, table

app = typer.Typer(help="Act as a department at the table.", no_args_is_help=True)

Many = list[str] | None
Minutes = Annotated[int, typer.Option("--staff-minutes", min=0, help="Working time of your staff, in minutes")]
Step = Annotated[str, typer.Option(help="The step it belongs to; never a person")]
Kind = Annotated[
    Literal["remedy", "prevention"],
    typer.Option(help="remedy: for this customer; prevention: so that it does not happen again"),
]
Text = Annotated[str, typer.Option(help="The proposal in words that blame no one")]
RemedyCode = Annotated[str, typer.Option("--remedy", help="A remedy from the playbook")]
Amount = Annotated[str, typer.Option(help="The value of the remedy to the customer")]
BudgetHours = Annotated[int | None, typer.Option(min=1, help="The step's time budget from now on, in hours")]


@app.command()
def inbox(
    *,
    department: DepartmentId,
    status: Annotated[list[str] | None, typer.Option(help="open, invited, active, closed …; repeatable")] = None,
) -> None:
    """List the complaints the department is invited to; by default the open ones."""
    with connected(reads=True) as api:
        items = list(api.pages(f"departments/departments/{department}/table", status=status or ["open"], limit=500))
    if invocation().as_json:
        emit({"items": items})
        return
    rows = [
        (
            item["id"],
            item["severity"],
            item["status"],
            item["standing"],
            ", ".join(touched["step"] for touched in item["steps"]),
            item["respond_by"] or "-",
            item["lead"],
        )
        for item in items
    ]
    columns = ("complaint", "severity", "table", "our status", "because of", "respond by", "lead")
    table(f"Inbox of {department}", columns, rows)


@app.command()
def show(*, department: DepartmentId, complaint: ComplaintId) -> None:
    """Show a table as the department sees it: before the reveal, only its own proposals."""
    with connected(reads=True) as api:
        briefing = api.find(f"departments/departments/{department}/table/{complaint}")
    if briefing is None:
        fail(f"{department} is not at the table of complaint {complaint}")
    if invocation().as_json:
        emit(briefing)
        return
    fields = "status stage lead severity category standing respond_by asked effect round_ends agree_by answer_by held"
    record(complaint, {name: briefing[name] for name in fields.split() if briefing[name]})
    whys = [(touched["step"], why["sentence"]) for touched in briefing["steps"] for why in touched["why"]]
    table("Why we were invited", ("step", "why"), whys)
    table("Participants", ("department", "status"), list(briefing["participants"].items()))
    proposals = [(p["proposal"], p["department"], p["step"], p["kind"], p["text"]) for p in briefing["proposals"]]
    table("Proposals", ("proposal", "by", "step", "kind", "text"), proposals)


@app.command()
def join(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    key: Key = "",
) -> None:
    """Join the table."""
    act(_table_path(department, complaint, "join"), None, key=key)


@app.command()
def decline(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    reason: Annotated[str, typer.Option(help="One of the organisation's reason codes")],
    nominee: Annotated[str, typer.Option(help="The department that is concerned instead")],
    key: Key = "",
) -> None:
    """Decline the invitation, with a reason and the department that is concerned instead."""
    body = {"reason": reason, "nominee": nominee}
    act(_table_path(department, complaint, "decline"), body, key=key)


@app.command()
def nominate(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    nominee: Annotated[str, typer.Option(help="The department to invite")],
    key: Key = "",
) -> None:
    """Nominate another department to join the table, without leaving it."""
    act(_table_path(department, complaint, "nominate"), {"nominee": nominee}, key=key)


@app.command()
def times(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    step: Annotated[Many, typer.Option(metavar="STEP=START/END", help="When one of your steps ran; repeatable")] = None,
    waiting: Annotated[Many, typer.Option(metavar="STEP=SECONDS", help="Idle time within a step; repeatable")] = None,
    staff_minutes: Minutes = 0,
    key: Key = "",
) -> None:
    """Report when the department's steps ran."""
    waited = numbers(waiting, "STEP=SECONDS")
    ran = pairs(step, "STEP=START/END")
    unknown = next((name for name in waited if name not in ran), None)
    if unknown is not None:
        msg = f"--waiting names step '{unknown}', but no --step does"
        raise typer.BadParameter(msg)
    steps = [
        {"step": name, **stretch(name, when), **filled(waiting_seconds=waited.get(name))} for name, when in ran.items()
    ]
    body = {"steps": steps, "staff_minutes": staff_minutes}
    act(_table_path(department, complaint, "times"), body, key=key)


@app.command()
def propose(  # noqa: PLR0913 - one option per field
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    step: Step,
    kind: Kind,
    text: Text,
    remedy: RemedyCode = "",
    amount: Amount = "",
    budget_hours: BudgetHours = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """Propose a solution."""
    body = _draft(step, kind, text, remedy, amount, budget_hours, override)
    act(_table_path(department, complaint, "propose"), body, key=key)


@app.command()
def endorse(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    proposal: Annotated[str, typer.Argument(help="The proposal's id")],
    key: Key = "",
) -> None:
    """Endorse a proposal."""
    act(_table_path(department, complaint, "endorse"), {"proposal": proposal}, key=key)


@app.command("object")
def object_to(  # noqa: PLR0913 - one option per field
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    proposal: Annotated[str, typer.Argument(help="The proposal's id")],
    reason: Annotated[str, typer.Option(help="The reason for the objection")],
    step: Step,
    kind: Kind,
    text: Text,
    remedy: RemedyCode = "",
    amount: Amount = "",
    budget_hours: BudgetHours = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """Object to a proposal and offer an alternative; --step, --kind, --text and so on describe the alternative."""
    alternative = _draft(step, kind, text, remedy, amount, budget_hours, override)
    body = {"proposal": proposal, "reason": reason, "alternative": alternative, **filled(override=override)}
    act(_table_path(department, complaint, "object"), body, key=key)


@app.command()
def agree(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    remedy_proposal: Annotated[
        str, typer.Option("--remedy", metavar="PROPOSAL", help="The proposal agreed on as the remedy")
    ],
    prevention: Annotated[
        Many, typer.Option(metavar="PROPOSAL", help="A proposal agreed on as prevention; repeatable")
    ] = None,
    budget: Annotated[
        Many, typer.Option(metavar="STEP=HOURS", help="A step's time budget from now on; repeatable")
    ] = None,
    key: Key = "",
) -> None:
    """As the lead, record what the table agreed on."""
    budgets = numbers(budget, "STEP=HOURS")
    body = filled(remedy_proposal=remedy_proposal, preventions=prevention, budgets=budgets)
    act(_table_path(department, complaint, "agree"), body, key=key)


@app.command("remedy")
def deliver_remedy(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    cost: Annotated[str, typer.Option(help="Its cost in the organisation's currency")] = "0",
    staff_minutes: Minutes = 0,
    key: Key = "",
) -> None:
    """Record that the remedy has reached the customer."""
    body = {"cost": cost, "staff_minutes": staff_minutes}
    act(_table_path(department, complaint, "remedy"), body, key=key)


@app.command()
def statement(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    date: Annotated[
        Many, typer.Option(metavar="NAME=YYYY-MM-DD", help="A date the customer may be told; repeatable")
    ] = None,
    amount: Annotated[
        Many, typer.Option(metavar="NAME=AMOUNT", help="An amount the customer may be told; repeatable")
    ] = None,
    key: Key = "",
) -> None:
    """State which dates and amounts the customer may be told; contradictions hold the answer back."""
    body = {"dates": pairs(date, "NAME=YYYY-MM-DD"), "amounts": pairs(amount, "NAME=AMOUNT")}
    act(_table_path(department, complaint, "statement"), body, key=key)


@app.command()
def answer(  # noqa: PLR0913 - one option per field
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    text: Annotated[str, typer.Option(help="The text of the answer")],
    covers: Annotated[
        list[int] | None, typer.Option(min=1, help="A numbered point the answer covers; repeatable")
    ] = None,
    promise: Annotated[
        Many, typer.Option(metavar="NAME=INSTANT", help="A promise and when it is due; repeatable")
    ] = None,
    date: Annotated[Many, typer.Option(metavar="NAME=YYYY-MM-DD", help="A date the answer names; repeatable")] = None,
    amount: Annotated[Many, typer.Option(metavar="NAME=AMOUNT", help="An amount the answer names; repeatable")] = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """As the lead, send the one answer to the customer."""
    body = filled(
        text=text,
        covers=covers,
        promises=pairs(promise, "NAME=INSTANT"),
        dates=pairs(date, "NAME=YYYY-MM-DD"),
        amounts=pairs(amount, "NAME=AMOUNT"),
        override=override,
    )
    act(_table_path(department, complaint, "answer"), body, key=key)


def _table_path(department: str, complaint: str, what: str) -> str:
    return f"departments/departments/{department}/table/{complaint}/{what}"


def _draft(
    step: str, kind: str, text: str, remedy: str, amount: str, budget_hours: int | None, override: str
) -> dict[str, Any]:
    if amount and not remedy:
        fail("--amount needs --remedy", Exit.USAGE)
    given = filled(remedy=remedy, amount=amount)
    return filled(step=step, kind=kind, text=text, remedy=given, budget_hours=budget_hours, override=override)
