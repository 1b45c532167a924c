"""`throughline submit` and `throughline show`: register a complaint, and see what became of it."""

from __future__ import annotations

import sys
import uuid
from typing import Annotated, Any

import typer

from throughline.cli.client import Api, connected
from throughline.cli.invocation import invocation
from throughline.cli.options import ComplaintId, Key, pairs, stretch
from throughline.cli.output import Exit, emit, fail, out, record, table

Many = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(submit)
    app.command()(show)


def submit(  # noqa: PLR0913 - one option per field of a complaint
    *,
    text: Annotated[str, typer.Argument(help="The customer's words; without it, or with -, read from stdin")] = "-",
    channel: Annotated[str, typer.Option(help="How it arrived: web, phone, email …")] = "web",
    language: Annotated[str, typer.Option(help="Two letters; detected if omitted")] = "",
    point: Annotated[Many, typer.Option(help="A point the answer must cover; repeatable")] = None,
    category: Annotated[str, typer.Option(help="The category that whoever took it in suggests")] = "",
    order: Annotated[str, typer.Option(help="Order reference")] = "",
    customer: Annotated[str, typer.Option(help="Customer reference; stored in the vault, never in events")] = "",
    value: Annotated[str, typer.Option(help="Amount at stake")] = "",
    received: Annotated[str, typer.Option(metavar="INSTANT", help="When it arrived, e.g. 2026-01-31T12:00:00Z")] = "",
    promised_by: Annotated[str, typer.Option(metavar="INSTANT", help="The time promised to the customer")] = "",
    step: Annotated[Many, typer.Option(metavar="STEP=START/END", help="When a step ran; repeatable")] = None,
    fact: Annotated[Many, typer.Option(metavar="NAME=VALUE", help="A structured fact; repeatable")] = None,
    harm: Annotated[bool, typer.Option("--harm", help="Someone was hurt or is in danger")] = False,
    vulnerable: Annotated[bool, typer.Option("--vulnerable", help="The customer is vulnerable")] = False,
    key: Key = "",
) -> None:
    """Register one complaint and print its id."""
    words = _stdin() if text == "-" else text
    if not words.strip():
        fail("there is no text; pass it as an argument or on stdin", Exit.USAGE)
    body = {
        "channel": channel,
        "text": words,
        "language": language,
        "points": point,
        "category_hint": category,
        "order_ref": order,
        "customer": {"ref": customer} if customer else None,
        "value": value,
        "received_at": received,
        "promised_by": promised_by,
        "steps": [{"step": name, **stretch(name, times)} for name, times in pairs(step, "STEP=START/END").items()],
        "facts": pairs(fact, "NAME=VALUE"),
        "harm": harm,
        "vulnerable": vulnerable,
    }
    given = {name: content for name, content in body.items() if content}
    with connected() as api:
        # With an idempotency key, even a retry below HTTP registers once.
        answer = api.post("intake/complaints", given, key=key or str(uuid.uuid4()))
    if invocation().as_json:
        emit(answer)
    else:
        out.print(answer["id"], markup=False)


def _stdin() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        fail(f"the text on stdin is not valid {error.encoding}, at byte {error.start}", Exit.USAGE)


def show(*, complaint: ComplaintId) -> None:
    """Show everything about one complaint: the words, the departments and why they were invited, status, causes."""
    with connected(reads=True) as api:
        found = everything(api, complaint)
    if not any(found.values()):
        fail(f"there is no complaint {complaint}")
    if invocation().as_json:
        emit(found)
    else:
        _print(complaint, found)


def everything(api: Api, complaint: str) -> dict[str, Any]:
    """Return what each service knows of a complaint; None where it knows nothing."""
    return {
        "complaint": api.find(f"intake/complaints/{complaint}"),
        "triage": api.find(f"routing/triages/{complaint}"),
        "resolution": api.find(f"departments/resolutions/{complaint}"),
        "review": api.find(f"review/reviews/{complaint}"),
    }


_SHOWN = {
    "complaint": "status channel received_at language historic order_ref value promised_by flags source_row text"
    " answers",
    "triage": "status category severity severity_why confidence basis",
    "resolution": "status stage lead departments answer_by closed_why staff_minutes compensation",
    "review": "status severity period waits_for cost",
}


def _print(complaint: str, found: dict[str, Any]) -> None:
    for name, fields in _SHOWN.items():
        part = found[name]
        if part is None:
            record(f"{name} {complaint}", {"status": "nothing yet"})
            continue
        shown = {field: _plain(part[field]) for field in fields.split() if part.get(field) not in (None, "", [], False)}
        record(f"{name} {complaint}", shown)
    _print_tables(found)


def _print_tables(found: dict[str, Any]) -> None:
    if found["resolution"]:
        rows = [
            (seat["department"], seat["standing"], seat["respond_by"] or "-", touched["step"], why["sentence"])
            for seat in found["resolution"]["seats"]
            for touched in seat["steps"]
            for why in touched["why"]
        ]
        table("At the table", ("department", "status", "respond by", "step", "why"), rows)
    if found["review"]:
        spent = [
            (part["department"], part["step"] or "-", part["what"], part["start"], part["end"])
            for whole in ("chain", "handling")
            for part in found["review"]["times"][whole]
        ]
        table("Where the time went", ("department", "step", "what", "from", "to"), spent)
        causes = [(c["step"], c["factor"], f"{c['weight']:.0%}", c["evidence"]) for c in found["review"]["causes"]]
        table("Causes", ("step", "factor", "weight", "evidence"), causes, numeric=(2,))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
