"""Words that the component tests of all services share."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from shared.testing.harness import Published, Stage

_numbers = count(1)


def new_id() -> str:
    """A complaint id that no other test has."""
    return f"complaint-{next(_numbers):04}"


def names(published: Sequence[Published]) -> list[str]:
    return [one.name for one in published]


def dense(published: Sequence[Published]) -> bool:
    """Whether each stream on each topic is numbered 1, 2, 3 …, in that order."""
    lines: dict[tuple[str, str], list[int]] = {}
    for one in published:
        lines.setdefault((one.envelope.stream, one.topic), []).append(one.envelope.sequence)
    return all(line == list(range(1, len(line) + 1)) for line in lines.values())


async def post(stage: Stage, path: str, key: str = "", **body: object) -> dict[str, Any]:
    answer = await stage.http.post(path, json=body, headers={"Idempotency-Key": key} if key else {})
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body
