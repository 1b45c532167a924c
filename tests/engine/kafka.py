"""Apache Kafka itself as one process on this machine: broker and controller, on a disk and a port that it keeps."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path
from typing import Final, Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.engine.jars import EngineMissing, class_path

_LIGHT: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_ANSWER_SECONDS: Final = 90.0
_GOODBYE_SECONDS: Final = 20.0
_TRIES: Final = 3
"""Between choosing a free port and using it another process may take it."""

_PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{control}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{control}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/disk
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.coordinator.rebalance.protocols=classic,consumer
auto.create.topics.enable=false
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
log.cleaner.dedupe.buffer.size=4194304
"""
_LOGGING: Final = """\
appender.file.type=File
appender.file.name=file
appender.file.fileName={folder}/kafka.log
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d %p %c{{1}} %m%n
rootLogger.level=INFO
rootLogger.appenderRef.file.ref=file
"""


class Kafka:
    """One running broker. `start` makes it; `stop` it in the end, whatever happened to it meanwhile.

    Attributes:
        bootstrap: its address, the same for all its lives.
        folder: its settings, `kafka.log`, and its disk.
    """

    def __init__(self, folder: Path, port: int, control: int) -> None:
        self.folder = folder
        self.port = port
        self.bootstrap = f"127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._classes = class_path()
        texts = {"server.properties": _PROPERTIES, "log4j2.properties": _LOGGING}
        for name, text in texts.items():
            (folder / name).write_text(text.format(folder=folder, port=port, control=control), encoding="utf-8")

    @classmethod
    def start(cls, folder: Path) -> Self:
        """Format a disk in this folder and run a broker on it; returns when it answers.

        Raises:
            EngineMissing: no Java, no jars, or the broker did not come up; the message has the end of its log.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for tries in range(1, _TRIES + 1):
            broker = cls(folder, *_free_ports())
            broker._format()
            try:
                broker.start_again()
            except EngineMissing:
                if tries == _TRIES:
                    raise
            else:
                return broker
        raise AssertionError

    @property
    def pid(self) -> int:
        """The process of its present life."""
        if self._process is None:
            msg = "the broker is not running"
            raise RuntimeError(msg)
        return self._process.pid

    def start_again(self) -> None:
        """Run it on the disk that it has; returns when it answers. Raises EngineMissing."""
        logging = f"-Dlog4j2.configurationFile={self.folder}/log4j2.properties"
        command = ["java", "-Xmx512m", *_LIGHT, logging, "-cp", self._classes]
        with (self.folder / "console.log").open("ab") as console:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "kafka.Kafka", str(self.folder / "server.properties")],
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        self._wait()

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def suspend(self) -> None:
        """Freeze it: its port stays open and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)
        # The signal has been sent, not taken: on a busy machine a thread may still answer what comes right after it.
        while any(stat.read_text().rpartition(")")[2].split()[0] not in "Tt" for stat in self._threads()):
            time.sleep(0.005)

    def _threads(self) -> list[Path]:
        return [thread / "stat" for thread in Path(f"/proc/{self.pid}/task").iterdir()]

    def resume(self) -> None:
        """Let it go on where it was frozen."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Shut it down; stopping twice, or after `kill`, is fine."""
        if self._process is not None:
            self.resume()
            self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _format(self) -> None:
        shutil.rmtree(self.folder / "disk", ignore_errors=True)
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [
            "java",
            *_LIGHT,
            "-cp",
            self._classes,
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={identity}",
        ]
        command += ["-c", str(self.folder / "server.properties")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
        if done.returncode:
            msg = f"Kafka could not format its disk: {(done.stdout + done.stderr).strip()[-500:]}"
            raise EngineMissing(msg)

    def _wait(self) -> None:
        asking = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0, "reconnect.backoff.max.ms": 200})
        give_up = time.monotonic() + _ANSWER_SECONDS
        while True:
            try:
                if asking.list_topics(timeout=1).brokers:
                    return
            except KafkaException:
                pass
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > give_up:
                logs = "\n".join(self._last_words(name) for name in ("kafka.log", "console.log"))
                self._end(signal.SIGKILL)
                msg = f"Kafka did not come up in {self.folder}:\n{logs}"
                raise EngineMissing(msg)

    def _last_words(self, name: str) -> str:
        log = self.folder / name
        return log.read_text(encoding="utf-8", errors="replace")[-1_000:] if log.exists() else ""


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
