"""What an operator does on the command line with what went wrong: parked, replay, verify, doctor."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from services import NAMES
from shared.contracts.envelope import Envelope
from shared.contracts.topics import INTAKE
from tests.component.cli.running import Run
from throughline.app.background import in_background
from throughline.app.deployment import Deployment
from throughline.app.folder import DataFolder
from throughline.cli.client import Api
from throughline.cli.waiting import wait_for_effects

READERS = ("routing", "departments", "review")
NOW = "2026-03-02T09:30:00+00:00"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Live:
    """A running deployment, and its folder as commands are told of it."""

    deployment: Deployment
    folder: Path

    def send(self, *records: tuple[str, bytes, list[tuple[str, bytes]]]) -> None:
        """Let a stranger write to intake's topic, and wait until each reader has parked or skipped it."""
        asyncio.run(self._send(records))

    async def _send(self, records: Sequence[tuple[str, bytes, list[tuple[str, bytes]]]]) -> None:
        kafka = AIOKafkaProducer(bootstrap_servers=self.deployment.broker.bootstrap_servers)
        await kafka.start()
        for key, value, headers in records:
            await kafka.send(INTAKE, value, key=key.encode(), headers=headers)
        await kafka.stop()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("operations") / "data"
    with in_background(DataFolder(folder), "parcel-retailer", wait=False) as deployment:
        yield Live(deployment, folder)


def named(key: str, seq: int, name: str) -> list[tuple[str, bytes]]:
    return Envelope(f"complaint/{key}:{seq}", "/intake", name, NOW, key, seq, correlation=key).headers()


def broken(live: Live, run: Run, count: int = 1) -> str:
    """Send so many records of as many complaints that no service can read, for a cause of their own."""
    mark = f"Sung{next(_NUMBERS)}"
    keys = [f"{mark}-{number}" for number in range(count)]
    live.send(*((key, b"{}", named(key, 1, "ComplaintRegistered.v7" + mark)) for key in keys))
    for service in READERS:
        until(run, live, service, count, "--reason", mark)
    return mark


def until(run: Run, live: Live, service: str, count: int, *options: object) -> None:
    for _ in range(500):
        if len(listed(run, live, "--service", service, "--limit", 0, *options)) == count:
            return
    pytest.fail(f"{service} does not have {count} records parked of {options}")


def listed(run: Run, live: Live, *options: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("parked", "list", *options, "--data-dir", live.folder, "--json").json["items"]
    return found


class TestParkedList:
    def test_shows_what_each_service_parked(self, run: Run, live: Live) -> None:
        mark = broken(live, run)
        assert [one["service"] for one in listed(run, live, "--reason", mark)] == list(READERS)
        shown = run("parked", "list", "--reason", mark, "--data-dir", live.folder)
        assert "needs a decision" in shown.out
        assert mark in shown.out

    def test_by_cause_counts_them(self, run: Run, live: Live) -> None:
        mark = broken(live, run, 3)
        groups = listed(run, live, "--by-cause", "--reason", mark)
        assert [(one["service"], one["records"], one["permanent"], one["complaints"]) for one in groups] == [
            (service, 3, 3, 3) for service in READERS
        ]
        assert groups[0]["cause"] in run("parked", "list", "--by-cause", "--data-dir", live.folder).out

    def test_pages_and_ends_at_the_limit(self, run: Run, live: Live) -> None:
        mark = broken(live, run, 12)
        assert len(listed(run, live, "--reason", mark, "--service", "routing", "--limit", 0)) == 12
        assert len(listed(run, live, "--reason", mark, "--limit", 7)) == 7

    def test_of_a_service_that_is_none_is_refused(self, run: Run, live: Live) -> None:
        ran = run("parked", "list", "--service", "portal", "--data-dir", live.folder)
        assert (ran.code, "portal" in ran.err) == (2, True)


class TestParkedShow:
    def test_tells_everything_but_the_bytes(self, run: Run, live: Live) -> None:
        mark = broken(live, run)
        record = listed(run, live, "--reason", mark)[0]["id"]
        found = run("parked", "show", record, "--data-dir", live.folder, "--json").json["items"]
        assert [one["service"] for one in found] == list(READERS)
        assert found[0]["bytes"] == 2
        shown = run("parked", "show", record, "--service", "routing", "--data-dir", live.folder)
        assert "first in its line" in shown.out
        assert "ce_type" in shown.out

    def test_of_what_is_not_parked_says_so(self, run: Run, live: Live) -> None:
        ran = run("parked", "show", "nothing", "--data-dir", live.folder)
        assert (ran.code, "not parked" in ran.err) == (1, True)


class TestParkedRetry:
    def test_in_vain_says_what_is_still_wrong(self, run: Run, live: Live) -> None:
        mark = broken(live, run, 3)
        ran = run("parked", "retry", "--reason", mark, "--limit", 5, "--data-dir", live.folder, "--json")
        report = json.loads(ran.out)
        assert (ran.code, report["applied"], len(report["wrong"])) == (1, 0, 5)
        assert mark in report["wrong"][0]["reason"]
        assert {one["attempts"] for one in listed(run, live, "--reason", mark)} == {1, 2}

    def test_needs_to_know_which(self, run: Run, live: Live) -> None:
        ran = run("parked", "retry", "--data-dir", live.folder)
        assert (ran.code, "choose records" in ran.err) == (2, True)


class TestParkedSkip:
    def test_of_a_cause_a_few_first_then_the_rest_and_twice_is_once(self, run: Run, live: Live) -> None:
        mark = broken(live, run, 4)
        cause = listed(run, live, "--by-cause", "--reason", mark)[0]["cause"]
        options = ("--cause", cause, "--service", "routing", "--reason", "sent by mistake", "--by", "care")
        few = run("parked", "skip", *options, "--limit", 1, "--data-dir", live.folder, "--json").json
        assert few == {"skipped": 1, "left": []}
        rest = run("parked", "skip", *options, "--data-dir", live.folder, "--json").json
        assert rest == {"skipped": 3, "left": []}
        again = run("parked", "skip", *options, "--data-dir", live.folder)
        assert (again.code, "nothing to do" in again.out) == (0, True)
        kept = run("parked", "skipped", "--service", "routing", "--limit", 0, "--data-dir", live.folder, "--json").json
        mine = [one for one in kept["items"] if mark in one["reason"]]
        assert [(one["why"], one["by"]) for one in mine] == [("sent by mistake", "care")] * 4
        shown = run("parked", "skipped", "--complaint", mine[0]["complaint"], "--data-dir", live.folder)
        assert "sent by mistake" in shown.out
        assert len(listed(run, live, "--reason", mark)) == 8

    def test_asks_for_a_reason_until_there_is_one(self, run: Run, live: Live) -> None:
        mark = broken(live, run)
        record = listed(run, live, "--reason", mark)[0]["id"]
        words = ("parked", "skip", record, "--service", "routing", "--data-dir", live.folder)
        assert run(*words, stdin="").code == 2
        assert run(*words, "--reason", "  ", stdin="").code == 2
        assert run(*words, stdin="\n  \nno such thing\n").code == 0
        [kept] = run("parked", "skipped", "--complaint", f"{mark}-0", "--data-dir", live.folder, "--json").json["items"]
        assert (kept["why"], kept["by"]) == ("no such thing", "operator")

    def test_lets_the_line_behind_go_on_everywhere(self, run: Run, live: Live) -> None:
        key = f"line-{next(_NUMBERS)}"
        live.send((key, b"?", named(key, 1, "ComplaintAcknowledged.v9")), (key, b"{}", named(key, 2, "NobodyKnows.v1")))
        for service in READERS:
            while len(listed(run, live, "--service", service, "--complaint", key)) < 2:
                pass
        done = run(
            *("parked", "skip", "--complaint", key, "--reason", "a test"), "--data-dir", live.folder, "--json"
        ).json
        assert done["skipped"] == len(READERS)
        assert listed(run, live, "--complaint", key) == []


class TestReplay:
    def test_drops_what_is_known(self, run: Run, live: Live) -> None:
        complaint = run("submit", "It came late", "--data-dir", live.folder).out.strip()
        with Api(live.deployment.url) as api:
            wait_for_effects(api)
        for service in NAMES:
            for chosen in (("--complaint", complaint), ("--all",), ("--since", "2020-01-01T00:00:00Z")):
                report = run("replay", "--service", service, *chosen, "--data-dir", live.folder, "--json").json
                assert report["read"] == report["applied"] + report["already"] + report["parked"]
                again = run("replay", "--service", service, *chosen, "--data-dir", live.folder, "--json").json
                assert (again["applied"], again["parked"]) == (0, 0)

    def test_needs_to_know_what(self, run: Run, live: Live) -> None:
        for wrong in ((), ("--all", "--complaint", "c"), ("--since", "yesterday")):
            ran = run("replay", "--service", "routing", *wrong, "--data-dir", live.folder)
            assert ran.code == 2
            assert "choose" in ran.err or "is not an instant" in ran.err


class TestDoctor:
    def test_names_what_waits_for_a_person_and_what_to_do(self, run: Run, live: Live) -> None:
        broken(live, run)
        ran = run("doctor", "--data-dir", live.folder, "--json")
        report = json.loads(ran.out)
        assert ran.code == 1
        assert set(report["services"]) == set(NAMES)
        assert any("throughline parked list --service routing" in sentence for sentence in report["wrong"])
        assert "need a decision" in run("doctor", "--data-dir", live.folder).out

    def test_starts_nothing(self, run: Run, tmp_path: Path) -> None:
        ran = run("doctor", "--data-dir", tmp_path / "none")
        assert (ran.code, "throughline up" in ran.err) == (1, True)
        assert not (tmp_path / "none" / "folder.json").exists()


class TestWhereTheServicesAre:
    @pytest.mark.parametrize("form", ["{url}", "{url}/", "{url}/{{service}}"])
    def test_a_url_says_it_for_every_command(self, run: Run, live: Live, form: str) -> None:
        url = form.format(url=live.deployment.url)
        assert set(run("--url", url, "watch", "--once", "--json").json) == set(NAMES)

    def test_so_does_the_environment(self, run: Run, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("THROUGHLINE_URL", f"{live.deployment.url}/{{service}}")
        assert set(run("watch", "--once", "--json").json) == set(NAMES)

    def test_what_is_no_address_is_refused(self, run: Run) -> None:
        for wrong in ("localhost:8080", "http://", "http://{name}:80"):
            ran = run("--url", wrong, "watch", "--once")
            assert (ran.code, "is not an address" in ran.err) == (2, True)

    def test_where_nobody_answers_it_says_so(self, run: Run) -> None:
        ran = run("--url", "http://127.0.0.1:9", "watch", "--once")
        assert (ran.code, "do not answer at http://127.0.0.1:9" in ran.err) == (1, True)
        report = json.loads(run("--url", "http://127.0.0.1:9", "doctor", "--json").out)
        assert len(report["wrong"]) == len(NAMES)


class TestVerify:
    def test_finds_nothing_where_all_is_well_and_knows_what_was_given_up(self, run: Run, live: Live) -> None:
        mark = broken(live, run)
        run("parked", "skip", "--with-reason", mark, "--reason", "a test", "--data-dir", live.folder)
        found = run("verify", "--data-dir", live.folder, "--json").json
        assert len(found) == 10
        assert all(set(one) == {"ok", "checked", "findings"} for one in found.values())
        assert found["C-DEAD"]["checked"] > 0
        assert "checked on all stores" in run("verify", "--data-dir", live.folder).out

    def test_finds_what_a_client_was_promised_and_is_not_there(self, run: Run, live: Live, tmp_path: Path) -> None:
        journal = tmp_path / "journal.jsonl"
        journal.write_text('{"key": "complaint/lost:k", "status": "accepted", "complaint": "lost"}\n\n')
        ran = run("verify", "--data-dir", live.folder, "--journal", journal, "--json")
        report = json.loads(ran.out)
        assert (ran.code, report["C-ACK"]["ok"]) == (1, False)
        assert "lost" in report["C-ACK"]["findings"][0]

    def test_cannot_look_by_a_journal_that_is_none(self, run: Run, live: Live, tmp_path: Path) -> None:
        journal = tmp_path / "journal.jsonl"
        journal.write_text('{"key": "k", "status": "maybe"}\n')
        ran = run("verify", "--data-dir", live.folder, "--journal", journal)
        assert (ran.code, "line 1: status" in ran.err) == (2, True)

    def test_cannot_look_where_nobody_ever_was(self, run: Run, tmp_path: Path) -> None:
        ran = run("verify", "--data-dir", tmp_path / "none")
        assert (ran.code, "there are no complaints" in ran.err) == (2, True)
        assert not (tmp_path / "none").exists()

    def test_needs_the_stores_too_where_a_url_says_who_serves(self, run: Run, live: Live) -> None:
        ran = run("--url", live.deployment.url, "verify")
        assert (ran.code, "where the stores are" in ran.err) == (2, True)

    def test_names_the_variables_that_are_missing(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("THROUGHLINE_INTAKE_STORE", "sqlite:///tmp/a.sqlite3")
        ran = run("verify")
        assert ran.code == 2
        assert "THROUGHLINE_ROUTING_…: store" in ran.err
