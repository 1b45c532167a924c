"""What has to hold for the compose files; the whole specification is checked where a compose command is there."""

import json
import os
import re
import shutil
import subprocess
from importlib import import_module
from typing import Any

import pytest
import yaml

from services import NAMES, definition_of
from tests.architecture.tree import ROOT
from throughline.app.evidence import by_environment
from throughline.cli.client import Api

FULL = ROOT / "docker-compose.yml"
SINGLE = ROOT / "deploy/docker/compose.single.yml"
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
HARDENED = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}


def parsed(path: Any) -> dict[str, Any]:  # noqa: ANN401 - either path
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


PARTS: dict[str, dict[str, Any]] = parsed(FULL)["services"]
EVERYTHING = [(file.name, name, part) for file in (FULL, SINGLE) for name, part in parsed(file)["services"].items()]


def given(value: object, organisation: str = "") -> str:
    """What compose makes of a value: `${NAME:-default}` is the organisation or the default, `${NAME:?…}` is set."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", lambda match: organisation or match[1], str(value))
    return re.sub(r"\$\{\w+:\?[^}]*\}", "from-the-environment", text)


def compose() -> list[str]:
    """The compose command of this machine, empty where there is none."""
    if shutil.which("docker"):
        command_line = ["docker", "compose", "version"]
        if subprocess.run(command_line, capture_output=True, timeout=30, check=False).returncode == 0:  # noqa: S603
            return command_line[:2]
    return [found] if (found := shutil.which("docker-compose")) else []


@pytest.mark.parametrize(
    ("file", "name", "part"), EVERYTHING, ids=lambda value: value if isinstance(value, str) else ""
)
class TestEveryContainer:
    def test_has_a_pinned_image(self, file: str, name: str, part: dict[str, Any]) -> None:  # noqa: ARG002 - in the id
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+", part["image"])

    def test_is_reached_from_this_machine_only(self, file: str, name: str, part: dict[str, Any]) -> None:  # noqa: ARG002
        assert [port for port in part.get("ports", []) if not port.startswith("127.0.0.1:")] == []

    def test_gains_no_privileges(self, file: str, name: str, part: dict[str, Any]) -> None:  # noqa: ARG002
        assert part["security_opt"] == ["no-new-privileges:true"]

    def test_mounts_only_volumes_that_are_declared(self, file: str, name: str, part: dict[str, Any]) -> None:  # noqa: ARG002
        path = FULL if file == FULL.name else SINGLE
        mounted = {volume.partition(":")[0] for volume in part.get("volumes", []) if isinstance(volume, str)}
        assert mounted <= parsed(path)["volumes"].keys()

    def test_only_reads_folders_of_this_machine(self, file: str, name: str, part: dict[str, Any]) -> None:  # noqa: ARG002
        for volume in part.get("volumes", []):
            if isinstance(volume, dict):
                assert (volume["type"], volume["read_only"]) == ("bind", True)
                assert volume["bind"] == {"create_host_path": False}
                assert (ROOT / given(volume["source"])).is_dir()

    def test_is_asked_seldom_once_it_runs(self, file: str, name: str, part: dict[str, Any]) -> None:  # noqa: ARG002
        if check := part.get("healthcheck"):
            interval, first, period = (int(check[n][:-1]) for n in ("interval", "start_interval", "start_period"))
            assert first <= 5
            assert interval >= 30
            assert period >= 60
            # These start a Java machine and a JavaScript one.
            assert interval >= 60 or name not in {"kafka", "mongodb"}

    def test_is_built_from_a_folder_that_is_there(self, file: str, name: str, part: dict[str, Any]) -> None:  # noqa: ARG002
        if build := part.get("build"):
            context = (FULL if file == FULL.name else SINGLE).parent / build["context"]
            assert context.resolve() == ROOT
            assert (context / build["dockerfile"]).is_file()


class TestTheWhole:
    def test_has_every_service_and_what_they_stand_on(self) -> None:
        assert set(PARTS) == {*NAMES, "kafka", "mongodb", "topics", "cli"}

    def test_waits_for_what_is_there_and_can_be_waited_for(self) -> None:
        for part in PARTS.values():
            for other, how in part.get("depends_on", {}).items():
                assert how["condition"] in CONDITIONS
                assert "healthcheck" in PARTS[other] or how["condition"] != "service_healthy"

    def test_gives_each_service_a_port_of_its_own(self) -> None:
        ports = [port for part in PARTS.values() for port in part.get("ports", [])]
        assert ports == [f"127.0.0.1:{8081 + at}:8080" for at in range(len(NAMES))]


@pytest.mark.parametrize("service", NAMES)
class TestEveryService:
    def test_may_do_nothing_but_its_work(self, service: str) -> None:
        part = PARTS[service]
        assert {name: part[name] for name in HARDENED} == HARDENED
        assert part["tmpfs"] == ["/tmp"]  # noqa: S108 - the container's own
        assert {"healthcheck", "restart", "stop_grace_period"} <= part.keys()
        assert part["command"][:3] == ["throughline", "serve", service]

    def test_gets_only_settings_that_it_has(self, service: str) -> None:
        settings = import_module(f"services.{service}.settings").Settings
        known = {f"THROUGHLINE_{service}_{field}".upper() for field in settings.model_fields}
        assert PARTS[service]["environment"].keys() <= known

    def test_is_given_settings_that_are_valid_and_know_all_its_sources(
        self, service: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in PARTS[service]["environment"].items():
            monkeypatch.setenv(name, given(value))
        settings = import_module(f"services.{service}.settings").Settings()
        assert settings.sources.keys() == set(definition_of(service).sources.values())
        assert {url.partition("//")[2].partition(":")[0] for url in settings.sources.values()} <= PARTS.keys()
        assert settings.store.startswith(f"mongodb://mongodb:27017/throughline_{service}?")
        # A vault in a file would be another one for each instance.
        assert getattr(settings, "vault", None) is None

    def test_has_no_secret_written_down(self, service: str) -> None:
        secrets = [value for name, value in PARTS[service]["environment"].items() if name.endswith("_KEY")]
        assert all(re.match(r"\$\{\w+:\?", value) for value in secrets)


class TestTheCommand:
    def test_finds_every_service_at_its_own_address(self) -> None:
        with Api(PARTS["cli"]["environment"]["THROUGHLINE_URL"]) as api:
            assert {api.address(f"{name}/status") for name in NAMES} == {f"http://{n}:8080/status" for n in NAMES}

    def test_finds_all_stores_and_the_broker_as_the_services_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in PARTS["cli"]["environment"].items():
            monkeypatch.setenv(name, given(value))
        places = by_environment()
        assert places is not None
        assert [kept.definition.name for kept in places.stores] == list(NAMES)
        assert places.broker == PARTS["cli"]["environment"]["KAFKA_BOOTSTRAP_SERVERS"] == "kafka:9092"

    def test_knows_of_each_service_what_it_knows_itself_but_no_secret(self) -> None:
        known = PARTS["cli"]["environment"]
        alone = {"INSTANCE", "PSEUDONYM_KEY"}
        for service in NAMES:
            own = PARTS[service]["environment"]
            shared = {name: value for name, value in own.items() if name.split("_", 2)[2] not in alone}
            assert shared.items() <= known.items()
        assert [name for name in known if name.endswith("_KEY")] == []


class TestTheOrganisation:
    @pytest.mark.parametrize("chosen", ["", "city", "/organisations/mine.yaml"])
    def test_is_one_and_the_same_for_all_that_ask(self, chosen: str) -> None:
        chosen_everywhere = [
            given(value, chosen)
            for part in PARTS.values()
            for name, value in part.get("environment", {}).items()
            if name.endswith("_ORGANISATION")
        ]
        topics = PARTS["topics"]["command"]
        chosen_everywhere.append(given(topics[topics.index("--organisation") + 1], chosen))
        assert chosen_everywhere == [chosen or "parcel-retailer"] * (2 * len(NAMES) + 1)

    def test_may_be_a_file_that_all_see_at_the_same_place(self) -> None:
        ours = [part for part in PARTS.values() if part["image"].startswith("throughline:")]
        assert len(ours) == len(NAMES) + 2
        assert all([volume["target"] for volume in part["volumes"]] == ["/organisations"] for part in ours)


@pytest.mark.parametrize("file", [FULL, SINGLE], ids=lambda file: file.name)
def test_compose_itself_takes_the_file(file: Any) -> None:  # noqa: ANN401 - a path
    command = compose()
    if not command:
        pytest.skip(
            reason="`docker compose config` was NOT run: no compose command here; only our own rules were checked"
        )
    environment = {**os.environ, "THROUGHLINE_INTAKE_PSEUDONYM_KEY": "of-the-test"}
    command_line = [*command, "-f", str(file), "config", "--format", "json"]
    done = subprocess.run(command_line, capture_output=True, text=True, env=environment, timeout=60, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["services"]


def test_compose_refuses_to_run_without_the_pseudonym_key() -> None:
    command = compose()
    if not command:
        pytest.skip(
            reason="`docker compose config` was NOT run: no compose command here; only our own rules were checked"
        )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
    command_line = [*command, "-f", str(FULL), "--env-file", os.devnull, "config"]
    done = subprocess.run(command_line, capture_output=True, text=True, env=environment, timeout=60, check=False)  # noqa: S603
    assert done.returncode != 0
    assert "Make one for good with `make env`" in done.stderr
