"""What a run left behind is judged as today reads it, whichever version it was said in."""

from __future__ import annotations

from typing import Final

import pytest

from shared.contracts.intake import ComplaintRegistered
from shared.store.port import Record
from shared.verification import Evidence
from tests.unit.shared.contracts.build import GRUMBLED, Rename, retire
from tests.unit.shared.verification.build import sound, with_records

WAY: Final = Rename("way", "channel")


def as_it_was(record: Record) -> list[Record]:
    """The record as an earlier writer wrote it."""
    if record.type != ComplaintRegistered.type_name():
        return [record]
    return [record._replace(type=GRUMBLED, data=WAY.back(record.data))]


def described(evidence: Evidence) -> list[tuple[str, object]]:
    return [(logged.record.id, logged.event) for logged in evidence.logged]


class TestWhatWasSaidInARetiredVersion:
    def test_is_told_as_what_is_said_today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        retire(monkeypatch, GRUMBLED, ComplaintRegistered, WAY)
        old = with_records(sound(), "intake", as_it_was)
        assert GRUMBLED in {logged.record.type for logged in old.logged}
        assert described(old) == described(sound())

    def test_in_a_type_that_is_not_known_is_left_out(self) -> None:
        lacking = with_records(sound(), "intake", as_it_was)
        assert len(lacking.logged) == len(sound().logged) - 2
