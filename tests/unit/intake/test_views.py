"""What intake shows of a complaint is read from its log, in whichever version it was said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.contracts.intake import AnswerSent, ComplaintRegistered
from shared.store.memory import MemoryData
from tests.unit.intake.web import Intake
from tests.unit.shared.contracts.build import Rename, retire


def rewrite(data: MemoryData, now: str, old: str, change: Rename) -> int:
    """Make a log one of an earlier writer; returns how many events that changed."""
    found = 0
    for at, commit in enumerate(data.slots):
        if commit is not None:
            records = [
                record._replace(type=old, data=change.back(record.data)) if record.type == now else record
                for record in commit.records
            ]
            found += sum(record.type == old for record in records)
            data.slots[at] = replace(commit, records=tuple(records))
    return found


class TestAComplaintSaidInRetiredVersions:
    async def test_is_shown_as_one_said_today(self, intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
        path = f"/complaints/{await intake.answered()}"
        today = (await intake.web.get(path)).json()
        for event, old, change in (
            (ComplaintRegistered, "CustomerGrumbled.v1", Rename("words", "text")),
            (AnswerSent, "AnswerSpoken.v1", Rename("words", "text")),
        ):
            retire(monkeypatch, old, event, change)
            assert rewrite(intake.store.data, event.type_name(), old, change) == 1
        shown = (await intake.web.get(path)).json()
        assert shown == today
        assert (shown["text"], shown["answers"]) == ("The box was torn.", ["We send a new lamp."])
