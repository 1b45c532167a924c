"""`throughline departments …`: act as one department at the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from deploy.local.cli.acting import act, filled
from deploy.local.cli.client import connected
from deploy.local.cli.invocation import invocation
from deploy.local.cli.options import ComplaintId, DepartmentId, Key, Override, numbers, pairs, stretch
from deploy.local.cli.output import Exit, emit, fail, record, table

app = typer.Typer(help="Act as a department at the table.", no_args_is_help=True)

Many = list[str] | None
Minutes = Annotated[int, typer.Option("--staff-minutes", min=0, help="What it took your staff")]
Step = Annotated[str, typer.Option(help="The step it belongs to; never a person")]
Kind = Annotated[Literal["remedy", "prevention"], typer.Option(help="For this customer, or so that it ends")]
Text = Annotated[str, typer.Option(help="In words, without blaming anybody")]
RemedyCode = Annotated[str, typer.Option("--remedy", help="A remedy of the playbook")]
Amount = Annotated[str, typer.Option(help="What the remedy is worth to the customer")]
BudgetHours = Annotated[int | None, typer.Option(min=1, help="What the step should take from now on")]


@app.command()
def inbox(
    *,
    department: DepartmentId,
    status: Annotated[list[str] | None, typer.Option(help="open, invited, active, closed …; several")] = None,
) -> None:
    """List what the department is asked; open complaints without --status."""
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
    columns = ("complaint", "severity", "table", "we are", "because of", "answer by", "lead")
    table(f"Asked of {department}", columns, rows)


@app.command()
def show(*, department: DepartmentId, complaint: ComplaintId) -> None:
    """Show one table as the department sees it: before the reveal only its own proposals."""
    with connected(reads=True) as api:
        briefing = api.find(f"departments/departments/{department}/table/{complaint}")
    if briefing is None:
        fail(f"{department} is not at the table of a complaint {complaint}")
    if invocation().as_json:
        emit(briefing)
        return
    fields = "status stage lead severity category standing respond_by asked effect round_ends agree_by answer_by held"
    record(complaint, {name: briefing[name] for name in fields.split() if briefing[name]})
    whys = [(touched["step"], why["sentence"]) for touched in briefing["steps"] for why in touched["why"]]
    table("Why we are here", ("step", "why"), whys)
    table("Participants", ("department", "standing"), list(briefing["participants"].items()))
    proposals = [(p["proposal"], p["department"], p["step"], p["kind"], p["text"]) for p in briefing["proposals"]]
    table("Proposals", ("proposal", "by", "step", "kind", "text"), proposals)


@app.command()
def join(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    key: Key = "",
) -> None:
    """Sit at the table."""
    act(_place(department, complaint, "join"), None, key=key)


@app.command()
def decline(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    reason: Annotated[str, typer.Option(help="A reason code of the organisation")],
    nominee: Annotated[str, typer.Option(help="The department that is concerned instead")],
    key: Key = "",
) -> None:
    """Say that the department is not concerned, why, and who is."""
    body = {"reason": reason, "nominee": nominee}
    act(_place(department, complaint, "decline"), body, key=key)


@app.command()
def nominate(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    nominee: Annotated[str, typer.Option(help="A further department that should sit here")],
    key: Key = "",
) -> None:
    """Ask a further department in, without leaving."""
    act(_place(department, complaint, "nominate"), {"nominee": nominee}, key=key)


@app.command()
def times(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    step: Annotated[Many, typer.Option(metavar="STEP=START/END", help="When an own step ran; several")] = None,
    waiting: Annotated[Many, typer.Option(metavar="STEP=SECONDS", help="Time in it in which nothing was done")] = None,
    staff_minutes: Minutes = 0,
    key: Key = "",
) -> None:
    """Report when the department's steps ran."""
    waited = numbers(waiting, "STEP=SECONDS")
    ran = pairs(step, "STEP=START/END")
    unknown = next((name for name in waited if name not in ran), None)
    if unknown is not None:
        msg = f"--waiting names step '{unknown}', which no --step does"
        raise typer.BadParameter(msg)
    steps = [
        {"step": name, **stretch(name, when), **filled(waiting_seconds=waited.get(name))} for name, when in ran.items()
    ]
    body = {"steps": steps, "staff_minutes": staff_minutes}
    act(_place(department, complaint, "times"), body, key=key)


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
    """Put a solution on the table."""
    body = _draft(step, kind, text, remedy, amount, budget_hours, override)
    act(_place(department, complaint, "propose"), body, key=key)


@app.command()
def endorse(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    proposal: Annotated[str, typer.Argument(help="Its id")],
    key: Key = "",
) -> None:
    """Stand behind a proposal."""
    act(_place(department, complaint, "endorse"), {"proposal": proposal}, key=key)


@app.command("object")
def object_to(  # noqa: PLR0913 - one option per field
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    proposal: Annotated[str, typer.Argument(help="Its id")],
    reason: Annotated[str, typer.Option(help="Why not")],
    step: Step,
    kind: Kind,
    text: Text,
    remedy: RemedyCode = "",
    amount: Amount = "",
    budget_hours: BudgetHours = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """Object to a proposal, with an alternative: --step, --kind, --text and so on describe that."""
    alternative = _draft(step, kind, text, remedy, amount, budget_hours, override)
    body = {"proposal": proposal, "reason": reason, "alternative": alternative, **filled(override=override)}
    act(_place(department, complaint, "object"), body, key=key)


@app.command()
def agree(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    remedy_proposal: Annotated[str, typer.Option("--remedy", metavar="PROPOSAL", help="The remedy agreed on")],
    prevention: Annotated[Many, typer.Option(metavar="PROPOSAL", help="A prevention agreed on; several")] = None,
    budget: Annotated[Many, typer.Option(metavar="STEP=HOURS", help="What a step may take from now on")] = None,
    key: Key = "",
) -> None:
    """As the lead, write down what the table agreed."""
    budgets = numbers(budget, "STEP=HOURS")
    body = filled(remedy_proposal=remedy_proposal, preventions=prevention, budgets=budgets)
    act(_place(department, complaint, "agree"), body, key=key)


@app.command("remedy")
def deliver_remedy(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    cost: Annotated[str, typer.Option(help="What it cost, in the organisation's currency")] = "0",
    staff_minutes: Minutes = 0,
    key: Key = "",
) -> None:
    """Say that the remedy has reached the customer."""
    body = {"cost": cost, "staff_minutes": staff_minutes}
    act(_place(department, complaint, "remedy"), body, key=key)


@app.command()
def statement(
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    date: Annotated[Many, typer.Option(metavar="NAME=YYYY-MM-DD", help="A date the customer may be told")] = None,
    amount: Annotated[Many, typer.Option(metavar="NAME=AMOUNT", help="An amount the customer may be told")] = None,
    key: Key = "",
) -> None:
    """Say which dates and amounts the customer may be told; two that differ hold the answer back."""
    body = {"dates": pairs(date, "NAME=YYYY-MM-DD"), "amounts": pairs(amount, "NAME=AMOUNT")}
    act(_place(department, complaint, "statement"), body, key=key)


@app.command()
def answer(  # noqa: PLR0913 - one option per field
    *,
    department: DepartmentId,
    complaint: ComplaintId,
    text: Annotated[str, typer.Option(help="The one answer to the customer")],
    covers: Annotated[list[int] | None, typer.Option(min=1, help="A numbered point it covers; several")] = None,
    promise: Annotated[Many, typer.Option(metavar="NAME=INSTANT", help="What it promises by when; several")] = None,
    date: Annotated[Many, typer.Option(metavar="NAME=YYYY-MM-DD", help="A date it names")] = None,
    amount: Annotated[Many, typer.Option(metavar="NAME=AMOUNT", help="An amount it names")] = None,
    override: Override = "",
    key: Key = "",
) -> None:
    """As the lead, give the one answer."""
    body = filled(
        text=text,
        covers=covers,
        promises=pairs(promise, "NAME=INSTANT"),
        dates=pairs(date, "NAME=YYYY-MM-DD"),
        amounts=pairs(amount, "NAME=AMOUNT"),
        override=override,
    )
    act(_place(department, complaint, "answer"), body, key=key)


def _place(department: str, complaint: str, what: str) -> str:
    return f"departments/departments/{department}/table/{complaint}/{what}"


def _draft(
    step: str, kind: str, text: str, remedy: str, amount: str, budget_hours: int | None, override: str
) -> dict[str, Any]:
    if amount and not remedy:
        fail("--amount needs --remedy: an amount of what?", Exit.USAGE)
    given = filled(remedy=remedy, amount=amount)
    return filled(step=step, kind=kind, text=text, remedy=given, budget_hours=budget_hours, override=override)
