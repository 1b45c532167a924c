"""docs/events.md and docs/asyncapi.yaml say what the code says."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml

from deploy.docs.generate import ROOT, documents
from deploy.docs.reading import DEPARTMENT_TOPIC, Message, messages
from services import catalogue, owners, readers
from shared.contracts.topics import SUMMARIES


@cache
def made() -> Mapping[str, str]:
    return documents()


@cache
def said() -> list[Message]:
    return messages()


@cache
def asyncapi() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(made()["docs/asyncapi.yaml"])
    return found


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolved(reference: str) -> object:
    at: Any = asyncapi()
    for part in reference.removeprefix("#/").split("/"):
        at = at[part]
    return at


@pytest.mark.parametrize("name", made())
def test_the_document_is_up_to_date(name: str) -> None:
    written = (ROOT / name).read_text(encoding="utf-8")
    assert written == made()[name], f"{name} is out of date: make docs"


class TestTheDocumentForMachines:
    def test_has_a_channel_for_each_topic_and_one_for_all_departments(self) -> None:
        addresses = {channel["address"] for channel in asyncapi()["channels"].values()}
        assert addresses == {*owners(), DEPARTMENT_TOPIC}

    def test_describes_every_event_once(self) -> None:
        assert set(asyncapi()["components"]["messages"]) == set(catalogue().published)

    def test_refers_to_nothing_that_is_not_there(self) -> None:
        found = set(references(asyncapi()))
        assert len(found) > len(catalogue().published)
        for reference in found:
            assert resolved(reference)

    def test_says_who_says_and_who_hears(self) -> None:
        expected = {f"{reader}-hears-{topic.split('.')[1]}" for topic, found in readers().items() for reader in found}
        expected |= {f"{owner}-says-{topic.split('.')[1]}" for topic, owner in owners().items()} | {
            "departments-says-department"
        }
        assert set(asyncapi()["operations"]) == expected


class TestWhereEventsGo:
    def test_a_summary_is_also_on_the_summaries_topic(self) -> None:
        assert [message.name for message in said() if SUMMARIES in message.topics] == ["SummaryPublished.v1"]

    def test_what_concerns_a_department_is_also_on_its_own_topic(self) -> None:
        also = {message.name for message in said() if DEPARTMENT_TOPIC in message.topics}
        assert {"DepartmentInvited.v1", "RoundRevealed.v1", "TableClosed.v1"} <= also
        assert "WordingRefused.v1" not in also

    def test_every_field_is_in_words(self) -> None:
        assert all(member.type for message in said() for member in message.shape.members)
