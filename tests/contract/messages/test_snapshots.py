"""Published events against their snapshots: today's readers read yesterday's bytes, and nothing changes by accident."""

import json
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import ValidationError

from services import catalogue
from shared.contracts.event import Event, Upcast
from shared.contracts.part import Part
from tests.contract.messages.snapshots import (
    ADVICE,
    FOLDER,
    astray,
    breaks,
    kept,
    published,
    sample_file,
    sample_of,
    schema_file,
    schema_of,
    shown,
)

TODAY = catalogue()
PUBLISHED = published()
KEPT = kept()


def content(file: Path) -> Any:  # noqa: ANN401 - any JSON
    assert file.exists(), f"{file.name} is missing: {ADVICE}"
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(PUBLISHED))
class TestEveryPublishedEvent:
    def test_has_the_schema_that_was_agreed(self, name: str) -> None:
        service, model = PUBLISHED[name]
        assert shown(schema_of(model)) == shown(content(schema_file(service, name))), f"{name} changed. {ADVICE}"

    def test_is_read_from_the_bytes_of_its_sample(self, name: str) -> None:
        service, model = PUBLISHED[name]
        sample = content(sample_file(service, name))
        event = model.model_validate_json(json.dumps(sample))
        again = json.loads(event.model_dump_json())
        assert {field: again[field] for field in sample} == sample

    def test_is_read_although_a_later_writer_adds_fields_everywhere(self, name: str) -> None:
        service, model = PUBLISHED[name]
        sample = content(sample_file(service, name))
        assert model.model_validate_json(json.dumps(with_more(sample))) == model.model_validate(sample)

    def test_is_refused_without_a_field_that_it_needs(self, name: str) -> None:
        service, model = PUBLISHED[name]
        sample = content(sample_file(service, name))
        del sample["by"]
        with pytest.raises(ValidationError, match="by"):
            model.model_validate_json(json.dumps(sample))

    def test_has_a_sample_that_shows_every_field(self, name: str) -> None:
        service, model = PUBLISHED[name]
        missing = set(json.loads(sample_of(model))) - set(content(sample_file(service, name)))
        optional = {field for field in missing if not model.model_fields[field].is_required()}
        assert missing - optional == set()


def lost() -> list[str]:
    return [name for name in sorted(KEPT) if not TODAY.known(name)]


@pytest.mark.parametrize("name", sorted(KEPT))
class TestEveryVersionThatWasEverPublished:
    def test_is_read_by_today_from_the_bytes_of_its_sample(self, name: str) -> None:
        sample = (KEPT[name] / f"{name}.sample.json").read_bytes()
        assert TODAY.known(name), f"published once, so it must stay readable: {name}. {ADVICE}"
        assert type(TODAY.read(name, sample)) is TODAY.events[TODAY.current(name)]
        assert TODAY.read(name, json.dumps(with_more(json.loads(sample)))) == TODAY.read(name, sample)

    def test_keeps_its_schema(self, name: str) -> None:
        assert (KEPT[name] / f"{name}.schema.json").exists()


class TestTheSnapshots:
    def test_outlive_no_event(self) -> None:
        found = {file.name.split(".schema")[0].split(".sample")[0] for file in FOLDER.glob("*/*.json")}
        assert found == set(KEPT)
        assert lost() == []

    def test_of_a_retired_version_ask_for_its_upcaster(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(TODAY.events, "PromiseMade.v1")
        assert lost() == ["PromiseMade.v1"]
        monkeypatch.setitem(TODAY.upcasters, "PromiseMade.v1", Upcast("PromiseMade.v2", lambda body: body))
        assert lost() == []


class TestTheUpcasters:
    def test_all_lead_to_an_event_of_today(self) -> None:
        assert astray(TODAY.events, TODAY.upcasters) == []

    def test_may_not_end_nowhere_or_go_in_a_circle_or_on_from_an_event_of_today(self) -> None:
        chains = {name: Upcast(to, lambda body: body) for name, to in ("ab", "bc", "xy", "pq", "qp")}
        assert astray({"c"}, chains) == ["x", "p", "q"]
        assert astray({"b"}, {"a": chains["a"], "b": chains["b"]}) == ["a", "b"]


class Inner(Part):
    amount: int


class Noted(Event):
    """Before."""

    word: str
    kind: Literal["one", "two"]
    inner: Inner
    many: tuple[Inner, ...] = ()


class TestWhatBreaksAContract:
    BEFORE: ClassVar = schema_of(Noted)

    def test_nothing_changed(self) -> None:
        assert breaks(self.BEFORE, schema_of(Noted)) == []

    def test_other_prose(self) -> None:
        class Noted2(Noted):
            """After."""

        assert breaks(self.BEFORE, schema_of(Noted2)) == []

    def test_a_new_optional_field_does_not(self) -> None:
        class Noted2(Noted):
            more: int | None = None

        assert breaks(self.BEFORE, schema_of(Noted2)) == []

    def test_one_more_choice_does_not(self) -> None:
        class Noted2(Noted):
            kind: Literal["one", "two", "three"]  # type: ignore[assignment]

        assert breaks(self.BEFORE, schema_of(Noted2)) == []

    def test_a_new_required_field_does(self) -> None:
        class Noted2(Noted):
            more: int

        assert breaks(self.BEFORE, schema_of(Noted2)) == ["more: would be required, which earlier writers did not know"]

    def test_a_choice_less_does(self) -> None:
        class Noted2(Noted):
            kind: Literal["one", "three"]  # type: ignore[assignment]

        assert breaks(self.BEFORE, schema_of(Noted2)) == ["kind: no longer two"]

    def test_another_type_does(self) -> None:
        class Noted2(Noted):
            word: int  # type: ignore[assignment]

        assert breaks(self.BEFORE, schema_of(Noted2))[0].startswith("word: was ")

    def test_a_rename_within_a_part_does_wherever_it_stands(self) -> None:
        after = json.loads(json.dumps(self.BEFORE).replace('"amount"', '"sum"'))
        assert [found.split(":")[0] for found in breaks(self.BEFORE, after)] == [
            "inner.amount",
            "inner.sum",
            "many[].amount",
            "many[].sum",
        ]


def with_more(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value with an unknown field in it and in every part of it."""
    if isinstance(value, list):
        return [with_more(item) for item in value]
    if not isinstance(value, dict) or set(value) == {"one"}:
        return value
    return {name: with_more(item) for name, item in value.items()} | {"of_a_later_version": {"nested": [1]}}
