"""`throughline topics`: the broker's topics, as declared."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from throughline.cli.client import DEFAULT_ORGANISATION
from throughline.cli.invocation import Standalone, invocation
from throughline.cli.output import Exit, emit, fail, out

if TYPE_CHECKING:
    from throughline.app.topics.cluster import Difference

app = typer.Typer(help="Manage the broker's topics, as declared in deploy/kafka/topics.yaml.", no_args_is_help=True)


@app.callback()
def topics() -> None:
    """Keep `apply` a command of its own while it is the only one."""


@app.command(cls=Standalone)
def apply(
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="A declaration to use instead of the packaged one")
    ] = None,
    organisation: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="The organisation; each of its departments gets a topic")
    ] = DEFAULT_ORGANISATION,
    broker: Annotated[
        str, typer.Option(envvar="KAFKA_BOOTSTRAP_SERVERS", help="Kafka bootstrap servers")
    ] = "localhost:9092",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change; exit code 1 if anything would")
    ] = False,
    replication: Annotated[int, typer.Option(min=0, help="Replication factor; 0: as declared")] = 0,
) -> None:
    """Create missing topics and correct differing settings. Partition counts are never changed."""
    from shared.organisation import from_path
    from shared.organisation.datafile import DataFileInvalid
    from shared.packaged import TOPICS
    from throughline.app.topics.cluster import Cluster, ClusterUnusable
    from throughline.app.topics.declared import declared, read

    try:
        departments = [one.id for one in from_path(organisation).departments]
        wanted = declared(read(file or TOPICS), departments, replication or None)
        cluster = Cluster(broker)
        found = cluster.difference(wanted)
        applied = bool(found) and not found.refused and not dry_run
        if applied:
            cluster.close(found)
    except (DataFileInvalid, ClusterUnusable) as error:
        fail(str(error), Exit.USAGE)
    if invocation().as_json:
        emit({"topics": len(wanted), **_as_json(found), "applied": applied})
    else:
        _show(found, len(wanted), applied=applied)
    if found and not applied:
        raise typer.Exit(Exit.FAILED)


def _as_json(found: Difference) -> dict[str, object]:
    return {
        "missing": [one.name for one in found.missing],
        "settings": [asdict(one) for one in found.settings],
        "refused": [asdict(one) for one in found.refused],
    }


def _show(found: Difference, count: int, *, applied: bool) -> None:
    lines = [f"+ {one.name}: {one.partitions} partitions, replication {one.replication}" for one in found.missing]
    lines += [f"~ {one.topic}: {one.name} {one.has} -> {one.should}" for one in found.settings]
    lines += [f"! {one}" for one in found.refused]
    if found.refused:
        lines.append("nothing was changed")
    elif applied:
        lines.append(f"done: all {count} topics are as declared")
    else:
        lines.append("this is what would change" if found else f"all {count} topics are as declared")
    for line in lines:
        out.print(line, markup=False)
