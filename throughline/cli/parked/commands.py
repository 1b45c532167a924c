"""The commands of `throughline parked`: list, show, retry, skip, skipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer

from throughline.cli.client import Api, connected
from throughline.cli.invocation import invocation
from throughline.cli.options import Service
from throughline.cli.output import Exit, emit, fail, out, progress, record, say, table
from throughline.cli.parked.selection import Act, Selection, found_as, outcomes, page_of, services_of

app = typer.Typer(help="List, retry or skip records that could not be applied.", no_args_is_help=True)

Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]…", help="Ids of parked records; without them, the options select")
]
Complaint = Annotated[str, typer.Option(metavar="ID", help="Only records of this complaint")]
Topic = Annotated[str, typer.Option(help="Only records from this topic")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Only records whose reason contains this text")]
WithReason = Annotated[
    str, typer.Option("--with-reason", metavar="TEXT", help="Only records whose reason contains this text")
]
Cause = Annotated[str, typer.Option(metavar="TEXT", help="Only records with this cause, as in `list --by-cause`")]
Permanent = Annotated[
    bool | None,
    typer.Option(
        "--permanent/--waiting", help="Only records that need a decision, or only those retried automatically"
    ),
]
Limit = Annotated[int, typer.Option(min=0, help="At most this many, for example to try a fix; 0: all")]


@dataclass(frozen=True, slots=True)
class _Words:
    """How an action on records is called. `done` and `left` are its fields in JSON."""

    doing: str
    done: str
    left: str
    result: str
    title: str


_RETRY: Final = _Words("retrying", "applied", "wrong", "applied, with those that waited behind them", "Failed again")
_SKIP: Final = _Words("skipping", "skipped", "left", "skipped", "Still parked")


@app.command("list")
def list_(
    *,
    service: Service = "",
    complaint: Complaint = "",
    topic: Topic = "",
    reason: Reason = "",
    cause: Cause = "",
    permanent: Permanent = None,
    by_cause: Annotated[bool, typer.Option("--by-cause", help="Count records by service and cause")] = False,
    limit: Limit = 100,
) -> None:
    """List parked records."""
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
    return "needs a decision" if one["permanent"] else str(one["due"] or "-")


@app.command()
def show(
    *,
    record_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the parked record")],
    service: Service = "",
) -> None:
    """Show everything about one parked record except its content."""
    with connected(reads=True) as api:
        found = list(found_as(api, services_of(service), record_id))
    if not found:
        fail(f"{record_id} is not parked; see `throughline parked list` and `throughline parked skipped`")
    if invocation().as_json:
        emit({"items": found})
        return
    for one in found:
        event, headers = one.pop("event") or {}, one.pop("headers")
        one["event"] = ", ".join(f"{name} {value}" for name, value in event.items()) or "cannot be read"
        one["headers"] = ", ".join(f"{header['name']} ({header['bytes']})" for header in headers) or "none"
        one["waits_behind"] = one["waits_behind"] or "nothing: it is first in its line"
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
    """Retry records, each with those that wait behind it; exit code 1 if any still fails."""
    chosen = Selection(complaint, topic, reason, cause, permanent=permanent)
    _need_a_choice(ids, service, chosen)

    def try_again(api: Api, name: str, batch: list[str]) -> dict[str, str]:
        answer: dict[str, str] = api.post(f"{name}/parked/retry", {"ids": batch})
        return answer

    _act(ids, service, chosen, limit, try_again, _RETRY)


@app.command()
def skip(  # noqa: PLR0913 - one option per filter
    *,
    ids: Ids = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why the records are skipped; prompted for if omitted")
    ] = "",
    by: Annotated[str, typer.Option(metavar="ROLE", help="Who decides to skip them")] = "operator",
    service: Service = "",
    complaint: Complaint = "",
    topic: Topic = "",
    with_reason: WithReason = "",
    cause: Cause = "",
    permanent: Permanent = None,
    limit: Limit = 0,
) -> None:
    """Skip records for good, with a reason that is kept; those that wait behind them go on."""
    chosen = Selection(complaint, topic, with_reason, cause, permanent=permanent)
    _need_a_choice(ids, service, chosen)
    why = reason.strip() or _prompted_reason()

    def give_up(api: Api, name: str, batch: list[str]) -> dict[str, str]:
        done = set(api.post(f"{name}/parked/skip", {"ids": batch, "reason": why}, role=by))
        return {one: "" if one in done else "an earlier event is missing" for one in batch}

    _act(ids, service, chosen, limit, give_up, _SKIP)


def _prompted_reason() -> str:
    try:
        while not (reason := str(typer.prompt("Reason for skipping (kept for good)", err=True)).strip()):
            say("a reason is required")
    except typer.Abort:
        fail("nothing was skipped; give the reason with --reason TEXT", Exit.USAGE)
    return reason


def _need_a_choice(ids: list[str] | None, service: str, chosen: Selection) -> None:
    if not (ids or service or chosen.query()):
        fail(
            "choose records: give IDs, or --service, --complaint, --topic, --cause or text from the reason", Exit.USAGE
        )


def _act(ids: list[str] | None, service: str, chosen: Selection, limit: int, act: Act, words: _Words) -> None:
    """Act on the chosen records and print the result; exit code 1 if it was not done to some of them."""
    done = 0
    left: list[dict[str, str]] = []
    with connected() as api, progress(words.doing) as bar:
        for name, one, why in outcomes(api, ids or (), services_of(service), chosen, limit, act):
            done += not why
            left += [{"service": name, "id": one, "reason": why}] if why else []
            bar.at(done + len(left), f"{words.doing}: {done} {words.done}, {len(left)} not")
    if invocation().as_json:
        emit({words.done: done, words.left: left})
    else:
        out.print(_result(words, done, len(left)), markup=False)
        if left:
            table(words.title, ("service", "id", "reason"), [tuple(one.values()) for one in left])
    if left:
        raise typer.Exit(Exit.FAILED)


def _result(words: _Words, done: int, left: int) -> str:
    if not done and not left:
        return "nothing to do: no parked record matches"
    return f"{done} {words.result}" + (f"; {left} not" if left else "")


@app.command()
def skipped(
    *,
    service: Service = "",
    complaint: Complaint = "",
    limit: Limit = 100,
) -> None:
    """List skipped records with the reason and who decided, oldest first."""
    with connected(reads=True) as api:
        found = list(page_of(api, services_of(service), Selection(complaint), limit, listing="skipped"))
    if invocation().as_json:
        emit({"items": found})
        return
    rows = [tuple(one[name] for name in ("service", "id", "skipped_at", "by", "why", "reason")) for one in found]
    table("Skipped", ("service", "id", "when", "by", "why", "error"), rows)
