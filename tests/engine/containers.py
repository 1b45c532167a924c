"""Apache Kafka and MongoDB from the images that docker-compose.yml names, by testcontainers."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import yaml

from tests.engine.jars import EngineMissing

_COMPOSE: Final = Path(__file__).parents[2] / "docker-compose.yml"
_SOCKET: Final = "unix:///var/run/docker.sock"
_INITIATE: Final = "rs.initiate({_id: 'rs0', members: [{_id: 0, host: 'localhost:27017'}]})"


def images() -> dict[str, str]:
    """Return the pinned image of each service of the compose file."""
    services = yaml.safe_load(_COMPOSE.read_text(encoding="utf-8"))["services"]
    return {name: str(service["image"]) for name, service in services.items()}


def need_docker() -> None:
    """Return if a Docker engine answers. Raises EngineMissing."""
    address = os.environ.get("DOCKER_HOST", _SOCKET)
    scheme, _, place = address.partition("://")
    try:
        if scheme == "unix":
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(place)
        else:
            host, _, port = place.partition(":")
            with socket.create_connection((host, int(port or 2375)), timeout=3.0):
                pass
    except (OSError, ValueError) as error:
        msg = f"no Docker engine answers at {address}: {error}"
        raise EngineMissing(msg) from error


def start_kafka(cleanup: ExitStack) -> str:
    """Run Kafka until the stack is closed; returns its bootstrap servers."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - slow, and needed only with Docker
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    container = DockerContainer(images()["kafka"]).with_bind_ports(9092, port)
    # Its address is in its settings, so the port has to be known before it starts.
    container = container.with_envs(
        KAFKA_NODE_ID="1",
        KAFKA_PROCESS_ROLES="broker,controller",
        KAFKA_LISTENERS="PLAINTEXT://:9092,CONTROLLER://:9093",
        KAFKA_ADVERTISED_LISTENERS=f"PLAINTEXT://localhost:{port}",
        KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
        KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
    )
    cleanup.enter_context(container.waiting_for(LogMessageWaitStrategy("Kafka Server started")))
    return f"{container.get_container_host_ip()}:{port}"


def start_mongodb(cleanup: ExitStack) -> str:
    """Run a replica set of one until the stack is closed; returns its URL, without a database."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - slow, and needed only with Docker
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    container = DockerContainer(images()["mongodb"]).with_exposed_ports(27017)
    container = container.with_command("mongod --replSet rs0 --bind_ip_all")
    cleanup.enter_context(container.waiting_for(LogMessageWaitStrategy("Waiting for connections")))
    done = container.exec(["mongosh", "--quiet", "--eval", _INITIATE])
    if done.exit_code:
        msg = f"MongoDB's replica set was not initiated: {done.output!r}"
        raise EngineMissing(msg)
    host = container.get_container_host_ip()
    return f"mongodb://{host}:{container.get_exposed_port(27017)}/?directConnection=true"
