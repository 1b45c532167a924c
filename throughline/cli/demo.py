"""`throughline demo`: sample complaints played through all services, with a report."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from throughline.app.folder import DataFolder, FolderInUse, FolderMismatch
from throughline.cli.invocation import Standalone, invocation
from throughline.cli.output import Exit, emit, err, fail, out, say

if TYPE_CHECKING:
    from throughline.demo.pace import Pace
    from throughline.demo.run import Played
    from throughline.demo.verdict import CapturedLog

_NARROWEST, _WIDEST = 100, 120
_LOG_LINES = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=Standalone)(demo)


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Exit after the report; exit code 1 if an invariant fails")
    ] = False,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="A new folder for the data; the default is a temporary one")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port")] = 0,
) -> None:
    """Play some sixty sample complaints through all services in simulated time and print a report."""
    with _folder(data_dir) as folder:
        ok = _play(folder, port, once=once)
    if not ok:
        raise typer.Exit(Exit.FAILED)


@contextlib.contextmanager
def _folder(data_dir: Path | None) -> Iterator[DataFolder]:
    if data_dir is None:
        with tempfile.TemporaryDirectory(prefix="throughline-demo-", ignore_cleanup_errors=True) as path:
            yield DataFolder(Path(path))
        return
    folder = DataFolder(data_dir)
    if folder.organisation() is not None:
        fail(f"{folder.path} already holds complaints; the demo needs a new folder", Exit.USAGE)
    yield folder


def _play(folder: DataFolder, port: int, *, once: bool) -> bool:
    # Importing the services takes a second; other commands do not need to.
    import asyncio

    from shared.hosting.idle import NotIdle
    from shared.messaging.kafka.embedded import EmbeddedBrokerUnavailable
    from shared.store.port import StoreUnavailable
    from throughline.app.deployment import NotReady
    from throughline.demo.edges import Unplanned
    from throughline.demo.verdict import CapturedLog

    log = CapturedLog()
    log.install()
    say("starting the broker, stores and services in this process …")
    try:
        played = asyncio.run(_run(folder, port, log, once=once))
    except (FolderInUse, FolderMismatch, EmbeddedBrokerUnavailable, StoreUnavailable, OSError) as error:
        fail(str(error), Exit.USAGE)
    except (Unplanned, NotIdle, NotReady, TimeoutError) as error:
        for line in log.lines[-_LOG_LINES:]:
            say(line)
        fail(f"the demo did not go as planned: {error}")
    return played is None or played.ok


async def _run(folder: DataFolder, port: int, log: CapturedLog, *, once: bool) -> Played | None:
    import asyncio
    import signal

    from throughline.demo.run import demonstrate

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    playing = asyncio.current_task()
    done = False

    def on_signal() -> None:
        if not done and playing is not None and not stop.is_set():
            playing.cancel()
        stop.set()

    async def then(played: Played, pace: Pace) -> None:
        nonlocal done
        done = True
        if invocation().as_json:
            emit(played.as_json())
        else:
            _report(played, folder, once=once)
        if not once:
            passing = asyncio.create_task(pace.go_on())
            await stop.wait()
            passing.cancel()
            say("stopping …")

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, on_signal)
    try:
        return await demonstrate(folder, port, err, log, then)
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        say("stopped before it was finished")
        raise typer.Exit(Exit.FAILED) from None


def _report(played: Played, folder: DataFolder, *, once: bool) -> None:
    from throughline.demo.report import WIDTH, Report, print_addresses, print_invariants

    width = max(_NARROWEST, min(_WIDEST, out.width)) if out.is_terminal else WIDTH
    console = Console(highlight=False, width=width)
    Report(console, played.organisation, played.figures).print()
    print_invariants(console, played.findings)
    console.print(f"\n{len(played.cases)} complaints in {played.seconds:.1f} s; simulated time does not wait.")
    if once:
        return
    url = played.url
    first = played.cases["en-08"]
    print_addresses(
        console,
        [
            ("all services", url),
            ("summary for the board", f"{url}/review/summary"),
            ("causes by count and cost", f"{url}/review/themes"),
            ("times per step", f"{url}/review/times"),
            ("one complaint, en-08", f"{url}/departments/resolutions/{first}"),
            ("the same, from all services", f"throughline show {first} --data-dir {folder.path}"),
            ("all invitations", f"throughline export invitations --data-dir {folder.path}"),
        ],
    )
    console.print("\nThe services keep running. Ctrl-C stops them.", markup=False)
    console.file.flush()
