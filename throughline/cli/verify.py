"""`throughline verify`: check the ten invariants against the stores, the topics and a client's journal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from services import NAMES
from throughline.cli.client import Api, Refused, find_running, startup_errors
from throughline.cli.invocation import invocation
from throughline.cli.output import Exit, emit, fail, progress, say

if TYPE_CHECKING:
    from shared.verification import Evidence, Finding, Request
    from throughline.app.evidence import EvidenceSources

_WIDTH: Final = 120
_LATE: Final = timedelta(seconds=5)
"""Clocks and parked records are checked once a second; what has just become due may not have fired yet."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    *,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for the services to become idle")] = 60.0,
    journal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help='JSON lines of a client\'s requests: {"key", "status", "complaint"}'),
    ] = None,
) -> None:
    """Check the ten invariants on a running or stopped system; exit code 1: violations, 2: could not check."""
    # Importing the services takes a second; other commands do not need to.
    import httpx
    from aiokafka.errors import KafkaError

    from shared.hosting.idle import NotIdle
    from shared.verification import JournalInvalid, check, read_journal
    from throughline.app.evidence import NothingThere

    try:
        requests = read_journal(journal.read_bytes().splitlines()) if journal else []
        sources, api = _sources()
        with api or nullcontext():
            evidence = _Collector(sources, requests, patience).evidence(api)
        with progress("checking the ten invariants"):
            findings = check(evidence)
    except JournalInvalid as error:
        fail(f"{journal}, {error}", Exit.USAGE)
    except (NothingThere, NotIdle, Refused, httpx.HTTPError, KafkaError, TimeoutError, *startup_errors()) as error:
        fail(f"cannot check: {error or repr(error)}", Exit.USAGE)
    if invocation().as_json:
        emit({name: finding.as_json() for name, finding in findings.items()})
    else:
        _print(findings, sources, journal)
    if not all(finding.ok for finding in findings.values()):
        raise typer.Exit(Exit.FAILED)


def _sources() -> tuple[EvidenceSources, Api | None]:
    """The named data folder, or else what the services' variables name; and the services, if they run."""
    from throughline.app.evidence import NothingThere, by_environment, in_folder

    options = invocation()
    named = None if options.data_dir else by_environment()
    if named is not None:
        return named, find_running() if options.url else None
    if options.url and options.data_dir is None:
        raise NothingThere(
            "--url is not enough: --data-dir or THROUGHLINE_<SERVICE>_STORE must say where the stores are"
        )
    return in_folder(options.folder), find_running()


class _Collector:
    """Collects the evidence while the services are idle: writes in between would make it contradict itself."""

    def __init__(self, sources: EvidenceSources, journal: Sequence[Request], patience: float) -> None:
        self._sources = sources
        self._journal = journal
        self._until = time.monotonic() + patience

    def evidence(self, api: Api | None) -> Evidence:
        """Return the evidence. Raises NotIdle, and what services, stores and broker raise."""
        import asyncio

        from shared.hosting.idle import NotIdle

        if api is None:
            say("nothing runs here: interrupted work shows under C-LIVE and C-CONSERVE until the services run again")
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
        """Wait until idle; return an instant, by the services' clocks, up to which every clock has fired."""
        from throughline.cli.waiting import wait_for_effects

        shown = [datetime.fromisoformat(api.get(f"{name}/status")["now"]) for name in NAMES]
        left = max(self._until - time.monotonic(), 0.0)
        wait_for_effects(api, stuck_seconds=left, within_seconds=left)
        return min(shown) - _LATE

    async def _taken(self, now: datetime | None) -> Evidence | None:
        """Return the evidence, None if something was written meanwhile."""
        from shared.testing.topics import read_and_cut
        from shared.verification.collect import evidence_of
        from throughline.app.evidence import opened

        async with opened(self._sources) as stores:
            before = [await kept.store.position() for kept in stores]
            keeps = bool(self._sources.broker)
            observed, cut = (
                await read_and_cut(self._sources.broker, self._sources.topics) if keeps else ([], frozenset[str]())
            )
            found = await evidence_of(stores, self._journal, observed, now=now, from_start=keeps, cut=cut, poison=None)
            after = [await kept.store.position() for kept in stores]
        return found if before == after else None


def _print(findings: Mapping[str, Finding], sources: EvidenceSources, journal: Path | None) -> None:
    from rich.console import Console

    from throughline.demo.report import print_invariants

    by = ["all stores", *(["all topics"] if sources.broker else []), *(["the journal"] if journal else [])]
    print_invariants(Console(highlight=False, width=_WIDTH), findings, f"checked on {', '.join(by)}")
    unseen = [name for name, finding in findings.items() if not finding.checked]
    if unseen:
        say(f"{len(findings) - len(unseen)} were checked; there is nothing here to check {', '.join(unseen)} against")
