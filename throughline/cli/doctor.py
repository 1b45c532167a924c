"""`throughline doctor`: the status of each service, what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import typer

from services import NAMES
from throughline.cli.client import Api, Refused, find_running
from throughline.cli.invocation import invocation
from throughline.cli.output import Exit, emit, fail, out, plain, table

POLL_SECONDS: Final = 30.0
"""A consumer polls many times a second; one that has not for this long hangs or waits for its store."""
CLOCK_SECONDS: Final = 60.0
"""The services tolerate clocks that differ by minutes, but deadlines are off by as much."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor() -> None:
    """Check every service; if something is wrong, say what to do and exit with code 1."""
    api = find_running()
    if api is None:
        fail("nothing runs on this data folder; start it with `throughline up`, or give an address with --url")
    with api:
        found = {name: look(api, name) for name in NAMES}
    wrong = [sentence for name, status in found.items() for sentence in advice(name, status)] + at_odds(found)
    if invocation().as_json:
        emit({"url": api.url, "services": found, "wrong": wrong, "ok": not wrong})
    else:
        _print(api.url, found)
        for sentence in wrong:
            out.print(f"[red]wrong:[/red] {plain(sentence)}")
        if not wrong:
            out.print("all is well", markup=False)
    if wrong:
        raise typer.Exit(Exit.FAILED)


def look(api: Api, name: str) -> dict[str, Any]:
    """Return a service's status with `reachable` and `clock_seconds`, how far its clock is ahead of ours."""
    import httpx

    before = datetime.now(UTC)
    try:
        status = api.get(f"{name}/status")
    except (httpx.HTTPError, Refused, ValueError) as error:
        return {"reachable": False, "why": str(error) or repr(error), "address": api.address(f"{name}/status")}
    middle = before + (datetime.now(UTC) - before) / 2
    ahead = (datetime.fromisoformat(status["now"]) - middle).total_seconds()
    return {"reachable": True, **status, "clock_seconds": round(ahead, 3)}


def advice(name: str, status: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with one service and what to do, a sentence each."""
    if not status["reachable"]:
        where = f"{name} does not answer at {status['address']}: {status['why']}"
        return [f"{where}; start it or correct the address"]
    found = [
        f"{name} is not ready, {what}: {why}; the table of `missing` in the runbook says what to do"
        for what, why in status["missing"].items()
    ]
    age, parked = status["poll_age_seconds"], status["parked"]
    if age is not None and age > POLL_SECONDS:
        found.append(
            f"{name} has not polled the broker for {age:.0f} s; if that does not change, check its log and restart it"
        )
    if parked["permanent"]:
        found.append(
            f"{name} has {parked['permanent']} parked records that need a decision: "
            f"`throughline parked list --service {name} --by-cause`, then `throughline parked retry` or `skip`"
        )
    if abs(status["clock_seconds"]) > CLOCK_SECONDS:
        found.append(
            f"the clock of {name} differs from this machine's by {status['clock_seconds']:.0f} s: "
            "correct the one that is wrong"
        )
    return found


def at_odds(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return in what the services should agree but do not, a sentence each."""
    return [
        f"the services differ in {what}: {values}; restart them all with the same"
        for what in ("version", "organisation")
        if len(values := _by(what, found)) > 1
    ]


def _by(what: str, found: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    names: dict[str, list[str]] = {}
    for name, status in found.items():
        if status["reachable"]:
            names.setdefault(status[what], []).append(name)
    return {value: ", ".join(of) for value, of in names.items()}


def _print(url: str, found: Mapping[str, Mapping[str, Any]]) -> None:
    rows = [(name, _ready(one), *(_figures(one) if one["reachable"] else ("-",) * 8)) for name, one in found.items()]
    columns = (
        *("service", "ready", "lag", "polled", "unpublished", "to decide", "waiting"),
        *("clock", "version", "organisation"),
    )
    table(f"Services at {url}", columns, rows, numeric=(2, 3, 4, 5, 6, 7))


def _ready(one: Mapping[str, Any]) -> str:
    if not one["reachable"]:
        return "not reachable"
    return "no: " + ", ".join(one["missing"]) if one["missing"] else "yes"


def _figures(one: Mapping[str, Any]) -> tuple[object, ...]:
    age = one["poll_age_seconds"]
    return (
        one["lag"],
        "never" if age is None else f"{age:.1f} s ago",
        one["unpublished"],
        one["parked"]["permanent"],
        one["parked"]["waiting"],
        f"{one['clock_seconds']:+.1f} s",
        one["version"],
        one["organisation"],
    )
