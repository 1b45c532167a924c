"""`throughline verify`: whether the ten invariants hold, by the stores, the topics and a client's journal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deploy.local.cli.client import Api, Refused, looking, unusable
from deploy.local.cli.invocation import invocation
from deploy.local.cli.output import Exit, emit, fail, progress, say
from services import NAMES

if TYPE_CHECKING:
    from deploy.local.evidence import Places
    from shared.testing.checker import Evidence, Finding, Request

_WIDTH: Final = 120
_LATE: Final = timedelta(seconds=5)
"""Clocks and parked records are looked at once a second; what was due just now may still be on its way."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    *,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait until nothing moves")] = 60.0,
    journal: Annotated[
        Path | None, typer.Option(metavar="FILE", help='A client\'s requests, lines {"key", "status", "complaint"}')
    ] = None,
) -> None:
    """Check the ten invariants on a system that runs or was stopped; 1: findings, 2: it could not look."""
    # Loading the services takes a second that other commands need not spend.
    import httpx
    from aiokafka.errors import KafkaError

    from deploy.local.evidence import NothingThere
    from shared.runtime.idle import NotIdle
    from shared.testing.checker import JournalInvalid, check, read_journal

    try:
        requests = read_journal(journal.read_bytes().splitlines()) if journal else []
        places, api = _places()
        with api or nullcontext():
            evidence = _Look(places, requests, patience).evidence(api)
        with progress("checking the ten invariants"):
            findings = check(evidence)
    except JournalInvalid as error:
        fail(f"{journal}, {error}", Exit.USAGE)
    except (NothingThere, NotIdle, Refused, httpx.HTTPError, KafkaError, TimeoutError, *unusable()) as error:
        fail(f"cannot look: {error or repr(error)}", Exit.USAGE)
    if invocation().as_json:
        emit({name: finding.as_json() for name, finding in findings.items()})
    else:
        _print(findings, places, journal)
    if not all(finding.ok for finding in findings.values()):
        raise typer.Exit(Exit.FAILED)


def _places() -> tuple[Places, Api | None]:
    """The data folder that was named; else what the services' variables name; and who serves it, if anybody does."""
    from deploy.local.evidence import NothingThere, by_environment, in_folder

    asked = invocation()
    named = None if asked.data_dir else by_environment()
    if named is not None:
        return named, looking() if asked.url else None
    if asked.url and asked.data_dir is None:
        raise NothingThere("--url says who serves; --data-dir or THROUGHLINE_<SERVICE>_STORE says where the stores are")
    return in_folder(asked.folder), looking()


class _Look:
    """Takes the evidence while nothing moves: what was written meanwhile would make it contradict itself."""

    def __init__(self, places: Places, journal: Sequence[Request], patience: float) -> None:
        self._places = places
        self._journal = journal
        self._until = time.monotonic() + patience

    def evidence(self, api: Api | None) -> Evidence:
        """Return the evidence. Raises NotIdle, and what services, stores and broker raise."""
        import asyncio

        from shared.runtime.idle import NotIdle

        if api is None:
            say("nothing runs here: what was under way when it stopped shows under C-LIVE and C-CONSERVE until it runs")
        while True:
            now = self._idle(api) if api else None
            with progress("reading stores and topics"):
                found = asyncio.run(self._taken(now))
            if found is not None:
                return found
            if time.monotonic() > self._until:
                raise NotIdle(
                    "something was written whenever the stores were read; stop what writes, or give more --patience"
                )

    def _idle(self, api: Api) -> datetime:
        """Wait until nothing is left to do; returns an instant of the services' clocks up to which all has fired."""
        from deploy.local.cli.waiting import wait_for_effects

        shown = [datetime.fromisoformat(api.get(f"{name}/status")["now"]) for name in NAMES]
        left = max(self._until - time.monotonic(), 0.0)
        wait_for_effects(api, stuck_seconds=left, within_seconds=left)
        return min(shown) - _LATE

    async def _taken(self, now: datetime | None) -> Evidence | None:
        """Return the evidence, None where something was written meanwhile."""
        from deploy.local.evidence import opened
        from shared.testing.checker.collect import evidence_of
        from shared.testing.topics import read_and_cut

        async with opened(self._places) as stores:
            before = [await kept.store.position() for kept in stores]
            keeps = bool(self._places.broker)
            observed, cut = (
                await read_and_cut(self._places.broker, self._places.topics) if keeps else ([], frozenset[str]())
            )
            found = await evidence_of(stores, self._journal, observed, now=now, from_start=keeps, cut=cut, poison=None)
            after = [await kept.store.position() for kept in stores]
        return found if before == after else None


def _print(findings: Mapping[str, Finding], places: Places, journal: Path | None) -> None:
    from rich.console import Console

    from deploy.local.demo.report import print_invariants

    by = ["all stores", *(["all topics"] if places.broker else []), *(["the journal"] if journal else [])]
    print_invariants(Console(highlight=False, width=_WIDTH), findings, f"checked on {', '.join(by)}")
    unseen = [name for name, finding in findings.items() if not finding.checked]
    if unseen:
        say(f"{len(findings) - len(unseen)} were looked at; nothing here to look at {', '.join(unseen)} by")
