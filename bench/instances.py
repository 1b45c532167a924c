"""One service on a real Kafka, as one process and as two: `python -m bench.instances [COMPLAINTS]`.

Intake registers complaints in bulk; prints complaints per second from the first request to the last one routed.
Both instances share one store and one machine, so this says what a second one costs and brings here, not in a cluster.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from deploy.kafka.cluster import Cluster
from deploy.kafka.declared import PACKAGED, declared, read
from shared.contracts.topics import PARTITIONS
from tests.e2e.processes import until
from tests.engine.choice import Engine
from tests.engine.kafka import Kafka
from tests.integration.scaling.groups import assignments, on_files, register

COMPLAINTS = 1_000
BATCH = 100


def routed_per_second(instances: int, complaints: int) -> float:
    """Let intake say everything while so many instances of routing hear it."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        kafka = Kafka.start(folder / "kafka")
        cleanup.callback(kafka.stop)
        cluster = Cluster(kafka.bootstrap)
        cluster.close(cluster.difference(declared(read(PACKAGED), [], 1)))
        admin = Engine("local", kafka.bootstrap).admin
        site = on_files(folder, kafka.bootstrap)
        cleanup.callback(site.close)
        intake = site.start("intake")
        hearing = [site.start("routing", instance) for instance in "ab"[:instances]]
        site.wait_ready()
        # A rebalance in the middle would be measured instead.
        until(
            lambda: (
                [len(has) for has in assignments(admin, "routing").values()] == [PARTITIONS // instances] * instances
            )
        )
        began = time.perf_counter()
        for first in range(0, complaints, BATCH):
            register(intake, first, min(BATCH, complaints - first))
        until(lambda: hearing[0].counted() == complaints)
        return complaints / (time.perf_counter() - began)


def main(complaints: int) -> None:
    figures = {f"{n}": round(routed_per_second(n, complaints), 1) for n in (1, 2)}
    print(json.dumps({"complaints": complaints, "complaints_per_second_by_instances": figures}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COMPLAINTS)
