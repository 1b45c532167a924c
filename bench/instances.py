"""One service on a real Kafka, as one process and as two: `python -m bench.instances [COMPLAINTS]`.

Intake registers complaints in bulk; prints complaints per second from the first request to the last one routed.
Both instances share one store (the local engine's) and one machine, so this says what a second one costs and brings
here, not in a cluster.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from shared.contracts.topics import PARTITIONS
from tests.chaos.cluster import on
from tests.e2e.processes import until
from tests.engine.choice import WAYS, choose
from tests.integration.scaling.groups import assignments, register

COMPLAINTS = 1_000
BATCH = 100


def routed_per_second(instances: int, complaints: int) -> float:
    """Let intake say everything while so many instances of routing hear it."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        engine = choose(WAYS, "local", cleanup, folder)
        site, _ = cleanup.enter_context(on(engine, folder, partitions=PARTITIONS))
        intake = site.start("intake")
        hearing = [site.start("routing", instance) for instance in "ab"[:instances]]
        site.wait_ready()
        # A rebalance in the middle would be measured instead.
        until(
            lambda: (
                [len(has) for has in assignments(engine.admin, "routing").values()]
                == [PARTITIONS // instances] * instances
            )
        )
        began = time.perf_counter()
        for first in range(0, complaints, BATCH):
            register(intake, first, min(BATCH, complaints - first))
        until(lambda: hearing[0].counted() == complaints)
        return complaints / (time.perf_counter() - began)


def main(complaints: int) -> None:
    figures = {name: round(routed_per_second(instances, complaints), 1) for instances, name in ((1, "one"), (2, "two"))}
    print(json.dumps({"complaints": complaints, **figures}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COMPLAINTS)
