"""What topics there should be: `topics.yaml`, expanded for one organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from services import owners
from shared.contracts.topics import department_topic
from shared.organisation.datafile import DataFileInvalid, Frozen, Problem, parse_yaml, problems_of

TEMPLATE: Final = department_topic("{department}")
_IN_SYNC: Final = "min.insync.replicas"

Value = int | str


class TopicsInvalid(DataFileInvalid):
    """A topics file that cannot be used."""

    kind = "topics file"


class TopicsFile(Frozen):
    """`topics.yaml` as it is written: settings of all topics, and per topic what differs."""

    partitions: int = Field(ge=1)
    replication: int = Field(ge=1)
    settings: dict[str, Value]
    topics: dict[str, dict[str, Value]]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as it should be; settings as the broker spells them."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]


def read(path: Path) -> TopicsFile:
    """Read a topics file.

    Raises:
        TopicsInvalid: it cannot be read, is no topics file, or lacks a topic that a service needs.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TopicsInvalid(str(path), [Problem("", f"cannot be read ({error})")]) from error
    try:
        file = TopicsFile.model_validate(parse_yaml(text, str(path), TopicsInvalid))
    except ValidationError as error:
        raise TopicsInvalid(str(path), problems_of(error, TopicsFile)) from error
    needed = {*owners(), TEMPLATE}
    lacks = [
        Problem("topics", f"{name} is missing", "a service needs it") for name in sorted(needed - file.topics.keys())
    ]
    if lacks:
        raise TopicsInvalid(str(path), lacks)
    return file


def declared(file: TopicsFile, departments: Iterable[str], replication: int | None = None) -> list[Topic]:
    """Return every topic, by name.

    Args:
        departments: ids; each has a topic of its own.
        replication: instead of the file's, for a cluster of another size.
    """
    copies = replication or file.replication
    found: list[Topic] = []
    for name, own in file.topics.items():
        settings = {key: str(value) for key, value in {**file.settings, **own}.items()}
        if _IN_SYNC in settings:
            settings[_IN_SYNC] = str(min(int(settings[_IN_SYNC]), max(1, copies - 1)))
        names = [department_topic(one) for one in departments] if name == TEMPLATE else [name]
        found += [Topic(one, file.partitions, copies, settings) for one in names]
    return sorted(found, key=lambda topic: topic.name)
