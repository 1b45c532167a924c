"""What earlier versions published still means what it meant: today's code folds it to the state they folded it to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import field_validator

from services import catalogue
from shared.contracts import intake
from shared.contracts.event import Json, Upcast
from tests.golden import record
from tests.golden.streams import ROOT, Line, Recording, decider, fold, recordings
from tests.unit.shared.contracts.build import retire

ALL = list(recordings())
VERSIONS = sorted({recording.path.parents[1] for recording in ALL})
MOST_BYTES = 1_000_000


def lost(then: object, now: object, where: str = "") -> list[str]:
    """Where something that was said then is missing or differs now; a field that is new is no loss."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        return [path for name, value in then.items() for path in lost(value, now.get(name), f"{where}.{name}")]
    if isinstance(then, Sequence) and not isinstance(then, str) and isinstance(now, Sequence) and len(then) == len(now):
        return [path for at, pair in enumerate(zip(then, now, strict=True)) for path in lost(*pair, f"{where}[{at}]")]
    return [] if then == now else [f"{where}: {then!r} became {now!r}"]


@pytest.mark.parametrize("recording", ALL, ids=str)
class TestARecordedStream:
    def test_folds_to_the_state_it_folded_to_then(self, recording: Recording) -> None:
        assert lost(recording.folded, fold(recording.service, recording.stream, recording.lines)) == []

    def test_left_a_state_that_today_reads_as_the_same(self, recording: Recording) -> None:
        of = decider(recording.service, recording.stream.partition("/")[0])
        then = of.state.validate_json(json.dumps(recording.folded["state"]))
        now = fold(recording.service, recording.stream, recording.lines)["state"]
        assert then == of.state.validate_json(json.dumps(now))

    def test_is_dense_and_its_own(self, recording: Recording) -> None:
        seen: dict[str, int] = {}
        for line in recording.lines:
            envelope = line.envelope
            seen[line.topic] = seen.get(line.topic, 0) + 1
            assert (envelope.stream, envelope.sequence) == (recording.stream, seen[line.topic])


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda folder: folder.name)
class TestARecordedVersion:
    def test_has_every_type_that_it_knew_and_today_knows_them_all(self, folder: Path) -> None:
        knew = set(json.loads((folder / "recording.json").read_text(encoding="utf-8"))["types"])
        recorded = {name for one in ALL if one.path.parents[1] == folder for name in one.types}
        assert recorded == knew
        assert [name for name in sorted(knew) if not catalogue().known(name)] == []

    def test_is_small(self, folder: Path) -> None:
        assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < MOST_BYTES

    def test_is_never_recorded_anew(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(record, "version", lambda _name: folder.name)
        before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        assert record.main() == 1
        assert "never recorded anew" in capsys.readouterr().err
        assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_this_version_is_recorded() -> None:
    assert (ROOT / version("throughline")).is_dir(), "run `python -m tests.golden.record`"


class TestAChangeOfMeaning:
    @pytest.mark.parametrize("service", sorted({recording.service for recording in ALL}))
    def test_in_any_one_event_is_found(self, service: str) -> None:
        recording = max((one for one in ALL if one.service == service), key=lambda one: len(one.lines))
        own = decider(service, recording.stream.partition("/")[0]).topic
        found = 0
        for at, line in enumerate(recording.lines):
            if line.topic == own:
                without = [*recording.lines[:at], *recording.lines[at + 1 :]]
                found += _differs(recording, without)
        assert found * 2 > sum(line.topic == own for line in recording.lines)

    def test_a_field_that_is_new_is_none(self) -> None:
        assert lost({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": None}], "d": 4}) == []
        assert lost({"a": [1]}, {"a": [1, 2]}) == [".a: [1] became [1, 2]"]
        assert lost({"a": {"b": 1}}, {"a": {}}) == [".a.b: 1 became None"]


class PromiseMade(intake.PromiseMade):
    """It tells the first day on which the promise is broken; before, it told the last day to keep it."""

    version = 2

    @field_validator("due")
    @classmethod
    def _the_day_before(cls, due: datetime) -> datetime:
        return due - DAY


DAY: Final = timedelta(days=1)
PROMISES: Final = [recording for recording in ALL if "PromiseMade.v1" in recording.types]


def a_day_later(body: Json) -> Json:
    return {**body, "due": (datetime.fromisoformat(body["due"]) + DAY).isoformat()}


@pytest.mark.parametrize("recording", PROMISES, ids=str)
class TestAChangeOfMeaningOfOneEvent:
    def test_fails_without_a_new_version(self, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(intake.COMPLAINTS.events, "PromiseMade.v1", PromiseMade)
        found = lost(recording.folded, fold(recording.service, recording.stream, recording.lines))
        assert any(".due: " in where for where in found)

    def test_fails_with_a_new_version_that_has_no_upcaster(
        self, recording: Recording, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(intake.COMPLAINTS.events, "PromiseMade.v1")
        monkeypatch.setitem(intake.COMPLAINTS.events, "PromiseMade.v2", PromiseMade)
        with pytest.raises(KeyError, match=r"PromiseMade\.v1"):
            fold(recording.service, recording.stream, recording.lines)

    def test_is_none_to_what_was_recorded_once_there_are_both(
        self, recording: Recording, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        retire(monkeypatch, "PromiseMade.v1", PromiseMade, Upcast("PromiseMade.v2", a_day_later))
        assert lost(recording.folded, fold(recording.service, recording.stream, recording.lines)) == []
        renewed = [_in_version_2(line) for line in recording.lines]
        assert lost(recording.folded, fold(recording.service, recording.stream, renewed)) == []


def _in_version_2(line: Line) -> Line:
    if line.envelope.type != "PromiseMade.v1":
        return line
    headers = line.envelope._replace(type="PromiseMade.v2").headers()
    return Line(line.topic, headers, json.dumps(a_day_later(json.loads(line.value))))


def _differs(recording: Recording, lines: Sequence[Any]) -> bool:
    try:
        return bool(lost(recording.folded, fold(recording.service, recording.stream, lines)))
    except Exception:  # noqa: BLE001 - a stream with a hole may not fold at all, which is found too
        return True
