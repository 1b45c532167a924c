"""One stream in one batch: sequence numbers, copies, and what is folded from unpublished commits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.contracts.departments import RESOLUTIONS, DepartmentInvited, RoundStarted
from shared.contracts.topics import DEPARTMENTS, department_topic
from shared.eventsourcing.decider import UNPUBLISHED
from shared.eventsourcing.session import Input, Session
from shared.store.port import Commit, Snapshot
from shared.testing.simulator.process import SimClock
from shared.testing.simulator.toys import definitions
from shared.testing.simulator.toys.commands import Hear, Open, RunClocks
from tests.unit.shared.contracts.build import Rename, renew
from tests.unit.shared.messaging.build import NOON, PATIENCE, Fuse, Rig, virtual

DEFINITION = definitions(Fuse(), PATIENCE)["departments"]
OPEN = Input("resolution/c1", Open(NOON, NOON), "e1", topic="t", seq=1, traceparent="trace")


def fresh(snapshot: Snapshot | None = None, unpublished: tuple[Commit, ...] = ()) -> Session:
    return Session(DEFINITION.deciders[0], DEFINITION.catalogue, snapshot or Snapshot("resolution/c1"), unpublished)


class TestACommit:
    def test_numbers_events_densely_per_topic_and_copies_keep_their_id(self) -> None:
        session = fresh()
        session.apply([OPEN, Input("resolution/c1", RunClocks(NOON), "clock:1")])
        entry = session.entry(NOON)
        assert entry is not None
        seen = [(record.topic, record.seq, record.id.rpartition("/")[2]) for record in entry[0].records]
        seller, carrier = department_topic("seller"), department_topic("carrier")
        assert seen == [
            (DEPARTMENTS, 1, "c1:1"),
            (seller, 1, "c1:1"),
            (DEPARTMENTS, 2, "c1:2"),
            (carrier, 1, "c1:2"),
            (DEPARTMENTS, 3, "c1:3"),
            (DEPARTMENTS, 4, "c1:4"),
        ]

    def test_each_event_names_its_own_cause_and_copies_are_the_same_bytes(self) -> None:
        session = fresh()
        session.apply([OPEN, Input("resolution/c1", RunClocks(NOON), "clock:1")])
        entry = session.entry(NOON)
        assert entry is not None
        records = entry[0].records
        assert {record.cause for record in records[:4]} == {"e1"}
        assert {record.cause for record in records[4:]} == {"clock:1"}
        assert records[0].data is records[1].data

    def test_is_none_where_only_the_cursor_moved(self) -> None:
        session = fresh()
        session.apply([Input("resolution/c1", None, "e1", topic="t", seq=1)])
        assert (session.entry(NOON), session.passed) == (None, {"t": 1})
        session.passed_on()
        assert session.passed == {}

    def test_takes_with_it_what_was_passed_over_before(self) -> None:
        session = fresh()
        session.apply([Input("resolution/c1", None, "e1", topic="other", seq=1), OPEN])
        entry = session.entry(NOON)
        assert entry is not None
        assert entry[0].cursor == {"other": 1, "t": 1}
        session.saved(*entry)
        assert session.passed == {}

    def test_is_none_where_nothing_changed(self) -> None:
        session = fresh()
        session.apply([Input("resolution/c1", None, "e1")])
        assert session.entry(NOON) is None

    def test_goes_on_after_the_last_one_it_saved(self) -> None:
        session = fresh()
        session.apply([OPEN])
        first = session.entry(NOON)
        assert first is not None
        session.saved(*first)
        session.apply([Input("resolution/c1", Hear(NOON), "e2", topic="t", seq=2)])
        second = session.entry(NOON)
        assert second is not None
        assert (second[0].number, second[0].expected, second[0].version) == (2, 2, 3)
        assert [(record.topic, record.seq) for record in second[0].records] == [(UNPUBLISHED, 1)]

    def test_keeps_an_event_for_the_log_alone_off_its_topic_and_folds_it(self) -> None:
        session = fresh()
        session.apply([OPEN, Input("resolution/c1", Hear(NOON), "e2", topic="t", seq=2)])
        entry = session.entry(NOON)
        assert entry is not None
        commit, snapshot = entry
        invited = DepartmentInvited.type_name()
        assert [record.type for record in commit.outgoing if record.topic == RESOLUTIONS.topic] == [invited, invited]
        assert commit.records[-1].type == RoundStarted.type_name()
        assert [fresh(unpublished=(commit,))._state, snapshot.version] == [session._state, 3]


class TestLoading:
    def test_folds_the_commits_that_are_newer_than_the_state(self) -> None:
        before = fresh()
        before.apply([OPEN])
        entry = before.entry(NOON)
        assert entry is not None
        after = fresh(unpublished=(entry[0],))
        assert after.changed, "the state lags behind its commits"
        repaired = after.entry(NOON)
        assert repaired is not None
        assert repaired[0].number == 2
        assert (repaired[1].state, repaired[1].version) == (entry[1].state, 2)
        assert repaired[1].sequences == entry[1].sequences

    def test_does_not_fold_twice_what_the_state_has(self) -> None:
        before = fresh()
        before.apply([OPEN])
        entry = before.entry(NOON)
        assert entry is not None
        after = fresh(entry[1], (entry[0],))
        assert not after.changed
        after.apply([Input("resolution/c1", Hear(NOON), "e2", topic="t", seq=2)])
        again = after.entry(NOON)
        assert again is not None
        assert again[0].version == 3

    def test_folds_a_commit_in_an_older_version_of_an_event_as_today_and_leaves_its_bytes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = fresh()
        before.apply([OPEN])
        entry = before.entry(NOON)
        assert entry is not None
        commit, snapshot = entry
        reply_by = Rename("reply_by", "respond_by")
        name = renew(monkeypatch, DepartmentInvited, reply_by)
        assert {record.type for record in commit.records} == {name}
        old = replace(commit, records=tuple(r._replace(data=reply_by.back(r.data)) for r in commit.records))
        after = fresh(unpublished=(old,))
        repaired = after.entry(NOON)
        assert repaired is not None
        assert repaired[1].state == snapshot.state
        assert b'"respond_by":"' in snapshot.state
        assert repaired[1].sequences == snapshot.sequences
        assert list(after.saved(*repaired)) == [old]

    def test_hands_the_whole_unpublished_prefix_to_the_relay_once(self) -> None:
        before = fresh()
        before.apply([OPEN])
        entry = before.entry(NOON)
        assert entry is not None
        after = fresh(entry[1], (entry[0],))
        after.apply([Input("resolution/c1", Hear(NOON), "e2", topic="t", seq=2)])
        again = after.entry(NOON)
        assert again is not None
        assert list(after.saved(*again)) == [entry[0]]
        assert list(after.saved(*again)) == []


class TestTime:
    def test_the_commit_carries_the_instant_of_its_process(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                assert isinstance(rig.clock, SimClock)
                await rig.engine.submit([OPEN])
                assert rig.data.log[0].at == rig.clock.now()
                assert rig.data.log[0].traceparent == "trace"

        virtual(story)
