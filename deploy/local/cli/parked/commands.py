"""`throughline parked …`: records that could not be applied, and what a person decides on them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deploy.local.cli.client import Api, connected
from deploy.local.cli.invocation import invocation
from deploy.local.cli.options import Service
from deploy.local.cli.output import Exit, emit, fail, out, progress, record, say, table
from deploy.local.cli.parked.selection import Selection, found_as, outcomes, page_of, services_of

app = typer.Typer(help="Records that could not be applied, and what to do with them.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Parked records; without: the options choose")]
Complaint = Annotated[str, typer.Option(metavar="ID", help="Of one complaint")]
Topic = Annotated[str, typer.Option(help="That came from one topic")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Whose reason has these words")]
WithReason = Annotated[str, typer.Option("--with-reason", metavar="TEXT", help="Whose reason has these words")]
Cause = Annotated[str, typer.Option(metavar="TEXT", help="Of one cause, as `list --by-cause` shows it")]
Permanent = Annotated[
    bool | None, typer.Option("--permanent/--waiting", help="Only those that a person must decide on, or the others")
]
Limit = Annotated[int, typer.Option(min=0, help="At most so many, to try a fix first; 0: all")]
_NOTHING_CHOSEN = "choose which: give IDs, or --service, --complaint, --topic, --cause or the words of a reason"


@app.command("list")
def list_(
    *,
    service: Service = "",
    complaint: Complaint = "",
    topic: Topic = "",
    reason: Reason = "",
    cause: Cause = "",
    permanent: Permanent = None,
    by_cause: Annotated[bool, typer.Option("--by-cause", help="Count them by service and cause")] = False,
    limit: Limit = 100,
) -> None:
    """List what is parked."""
    chosen = Selection(complaint, topic, reason, cause, permanent=permanent)
    with connected(reads=True) as api:
        if by_cause:
            _by_cause(api, service, chosen)
            return
        found = list(page_of(api, services_of(service), chosen, limit))
    if invocation().as_json:
        emit({"items": found})
        return
    rows = [(one["service"], one["id"], one["complaint"], _when(one), one["attempts"], one["reason"]) for one in found]
    table("Parked", ("service", "id", "complaint", "next", "attempts", "reason"), rows, numeric=(4,))


def _by_cause(api: Api, service: str, chosen: Selection) -> None:
    groups = [
        {"service": name, **group}
        for name in services_of(service)
        for group in api.get(f"{name}/parked/causes", **chosen.query())
    ]
    if invocation().as_json:
        emit({"items": groups})
        return
    columns = ("service", "records", "permanent", "complaints", "since", "cause")
    rows = [tuple(group[name] for name in columns) for group in groups]
    table("Parked, by cause", columns, rows, numeric=(1, 2, 3))


def _when(one: dict[str, Any]) -> str:
    return "a person decides" if one["permanent"] else str(one["due"] or "-")


@app.command()
def show(
    *,
    record_id: Annotated[str, typer.Argument(metavar="ID", help="The parked record")],
    service: Service = "",
) -> None:
    """Show everything about one parked record but its bytes."""
    with connected(reads=True) as api:
        found = list(found_as(api, services_of(service), record_id))
    if not found:
        fail(f"{record_id} is not parked; `throughline parked list` and `parked skipped` say what is and what was")
    if invocation().as_json:
        emit({"items": found})
        return
    for one in found:
        event, headers = one.pop("event") or {}, one.pop("headers")
        one["event"] = ", ".join(f"{name} {value}" for name, value in event.items()) or "its envelope cannot be read"
        one["headers"] = ", ".join(f"{header['name']} ({header['bytes']})" for header in headers) or "none"
        one["waits_behind"] = one["waits_behind"] or "nothing: it is the head of its line"
        one["behind_ids"] = ", ".join(one["behind_ids"]) or "-"
        record(f"{one.pop('service')}: {one.pop('id')}", one)


@app.command()
def retry(
    *,
    ids: Ids = None,
    service: Service = "",
    complaint: Complaint = "",
    topic: Topic = "",
    reason: Reason = "",
    cause: Cause = "",
    permanent: Permanent = None,
    limit: Limit = 0,
) -> None:
    """Try records again, each with the line behind it; exit code 1 if some are still wrong."""
    chosen = Selection(complaint, topic, reason, cause, permanent=permanent)
    if not (ids or service or chosen.query()):
        fail(_NOTHING_CHOSEN, Exit.USAGE)

    def try_again(api: Api, name: str, batch: list[str]) -> dict[str, str]:
        answer: dict[str, str] = api.post(f"{name}/parked/retry", {"ids": batch})
        return answer

    wrong: list[dict[str, str]] = []
    applied = 0
    with connected() as api, progress("trying again") as bar:
        for name, one, why in outcomes(api, ids or (), services_of(service), chosen, limit, try_again):
            applied += not why
            wrong += [{"service": name, "id": one, "reason": why}] if why else []
            bar.at(applied + len(wrong), f"trying again: {applied} applied, {len(wrong)} still wrong")
    if invocation().as_json:
        emit({"applied": applied, "wrong": wrong})
    else:
        out.print(_told("applied, with what waited behind them", applied, len(wrong)), markup=False)
        if wrong:
            table("Still wrong", ("service", "id", "reason"), [tuple(one.values()) for one in wrong])
    if wrong:
        raise typer.Exit(Exit.FAILED)


@app.command()
def skip(  # noqa: PLR0913 - one option per filter
    *,
    ids: Ids = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why they are given up; asked for without it")] = "",
    by: Annotated[str, typer.Option(metavar="ROLE", help="Who gives them up")] = "operator",
    service: Service = "",
    complaint: Complaint = "",
    topic: Topic = "",
    with_reason: WithReason = "",
    cause: Cause = "",
    permanent: Permanent = None,
    limit: Limit = 0,
) -> None:
    """Give records up for good, with a reason that is kept; the lines behind them go on."""
    chosen = Selection(complaint, topic, with_reason, cause, permanent=permanent)
    if not (ids or service or chosen.query()):
        fail(_NOTHING_CHOSEN, Exit.USAGE)
    why = reason.strip() or _asked()

    def give_up(api: Api, name: str, batch: list[str]) -> dict[str, str]:
        done = set(api.post(f"{name}/parked/skip", {"ids": batch, "reason": why}, role=by))
        return {one: "" if one in done else "an earlier event is missing before it" for one in batch}

    left: list[dict[str, str]] = []
    skipped = 0
    with connected() as api, progress("giving up") as bar:
        for name, one, refused in outcomes(api, ids or (), services_of(service), chosen, limit, give_up):
            skipped += not refused
            left += [{"service": name, "id": one, "reason": refused}] if refused else []
            bar.at(skipped + len(left), f"giving up: {skipped}")
    if invocation().as_json:
        emit({"skipped": skipped, "left": left})
    else:
        out.print(_told("given up", skipped, len(left)), markup=False)
        if left:
            table("Left where they are", ("service", "id", "why"), [tuple(one.values()) for one in left])
    if left:
        raise typer.Exit(Exit.FAILED)


def _asked() -> str:
    try:
        while not (said := str(typer.prompt("Why are they given up? It is kept for good", err=True)).strip()):
            say("a reason is needed")
    except typer.Abort:
        fail("nothing was given up: say why with --reason TEXT", Exit.USAGE)
    return said


def _told(what: str, done: int, left: int) -> str:
    if not done and not left:
        return "nothing left to do: no record that is parked fits"
    return f"{done} {what}" + (f"; {left} not" if left else "")


@app.command()
def skipped(
    *,
    service: Service = "",
    complaint: Complaint = "",
    limit: Limit = 100,
) -> None:
    """List what was given up, why and by whom, the oldest first."""
    with connected(reads=True) as api:
        found = list(page_of(api, services_of(service), Selection(complaint), limit, listing="skipped"))
    if invocation().as_json:
        emit({"items": found})
        return
    rows = [tuple(one[name] for name in ("service", "id", "skipped_at", "by", "why", "reason")) for one in found]
    table("Given up", ("service", "id", "when", "by", "why", "what was wrong"), rows)
