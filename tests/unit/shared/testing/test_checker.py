"""Each invariant sees what it is there to see: a sound run passes, and each way of breaking it is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contracts.topics import INTAKE, department_topic
from shared.runtime.parse import Raw
from shared.testing.checker import CHECKS, Evidence, Fired, Request, check
from shared.testing.checker.evidence import MAX_FINDINGS
from tests.unit.shared.testing.build import (
    a_parked,
    findings,
    parked,
    sound,
    twice,
    with_commits,
    with_records,
    with_store,
    without_event,
)


def first_complaint() -> str:
    return next(request.complaint for request in sound().journal if request.status == "accepted")


def first_record(topic: str = INTAKE) -> Raw:
    return next(raw for raw in sound().observed if raw.topic == topic)


class TestASoundRun:
    @pytest.mark.parametrize("invariant", [name for name in CHECKS if name != "C-PII"])
    def test_passes_every_invariant(self, invariant: str) -> None:
        assert findings(replace(sound(), poison=frozenset({("nobody", "t", 0, 0)})), invariant) == ()


class TestNoEvidence:
    @pytest.mark.parametrize("invariant", CHECKS)
    def test_counts_nothing(self, invariant: str) -> None:
        finding = check(Evidence())[invariant]
        assert (finding.ok, finding.checked) == (True, 0)


class TestAck:
    def test_an_accepted_request_that_is_no_complaint_is_found(self) -> None:
        journal = [*sound().journal, Request("key-x", "accepted", "lost")]
        assert any("lost" in said for said in findings(replace(sound(), journal=journal), "C-ACK"))

    def test_a_complaint_registered_twice_is_found(self) -> None:
        assert findings(twice(sound(), "intake", "ComplaintRegistered"), "C-ACK")

    def test_one_key_with_two_answers_is_found(self) -> None:
        journal = [*sound().journal, Request("key-0", "accepted", "of-key-1")]
        assert any("2 complaints" in said for said in findings(replace(sound(), journal=journal), "C-ACK"))

    def test_an_unknown_request_that_was_carried_out_twice_is_found(self) -> None:
        journal = [Request("key-0", "unknown")]
        spoilt = with_commits(
            replace(sound(), journal=journal),
            "intake",
            lambda c: [c, replace(c, commands=tuple(d._replace(stream="complaint/other") for d in c.commands))],
        )
        assert any("carried out 2 times" in said for said in findings(spoilt, "C-ACK"))

    def test_a_failed_request_may_be_none_or_one(self) -> None:
        journal = [Request("nobody", "failed"), Request("key-0", "unknown")]
        assert findings(replace(sound(), journal=journal), "C-ACK") == ()


class TestConserve:
    def test_an_accepted_complaint_that_is_nowhere_is_found(self) -> None:
        journal = [*sound().journal, Request("key-x", "accepted", "lost")]
        assert any("were accepted" in said for said in findings(replace(sound(), journal=journal), "C-CONSERVE"))

    def test_a_complaint_that_a_service_never_heard_of_is_found(self) -> None:
        stream = f"resolution/{first_complaint()}"
        spoilt = with_commits(sound(), "departments", lambda c: [] if c.stream == stream else [c])
        assert any("departments knows 1 of 2" in said for said in findings(spoilt, "C-CONSERVE"))

    def test_one_that_is_parked_there_is_accounted_for(self) -> None:
        key = first_complaint()
        raw = first_record()._replace(key=key.encode())
        spoilt = with_commits(sound(), "departments", lambda c: [] if c.stream == f"resolution/{key}" else [c])
        spoilt = with_store(spoilt, "departments", lambda stored: parked(stored, a_parked(raw, permanent=True)))
        assert findings(spoilt, "C-CONSERVE") == ()

    def test_a_table_that_stays_open_when_its_complaint_is_closed_is_found_per_department(self) -> None:
        said = findings(without_event(sound(), "departments", "TableClosed"), "C-CONSERVE")
        assert [sentence.partition(":")[0] for sentence in said] == ["carrier", "seller"]

    def test_an_invitation_that_the_departments_own_topic_lacks_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda r: [] if r.topic == department_topic("seller") else [r])
        assert any(said.startswith("seller was invited") for said in findings(spoilt, "C-CONSERVE"))


class TestOnce:
    @pytest.mark.parametrize(
        ("service", "event"),
        [
            ("departments", "DepartmentInvited"),
            ("departments", "DepartmentSilent"),
            ("intake", "AcknowledgementMissed"),
            ("review", "SummaryPublished"),
            ("review", "ComplaintCounted"),
        ],
    )
    def test_an_effect_that_happened_twice_is_found(self, service: str, event: str) -> None:
        assert any(event in said for said in findings(twice(sound(), service, event), "C-ONCE"))


class TestDense:
    def test_a_missing_record_is_found(self) -> None:
        gone = first_record()
        spoilt = replace(sound(), observed=[raw for raw in sound().observed if raw.value != gone.value])
        assert findings(spoilt, "C-DENSE")

    def test_the_missing_last_record_of_a_stream_is_found(self) -> None:
        last = [raw for raw in sound().observed if raw.topic == INTAKE][-1]
        spoilt = replace(sound(), observed=[raw for raw in sound().observed if raw.headers != last.headers])
        assert any("marked published" in said for said in findings(spoilt, "C-DENSE"))

    def test_an_overtaking_record_is_found(self) -> None:
        assert any("follows" in said for said in findings(replace(sound(), observed=sound().observed[::-1]), "C-DENSE"))

    def test_a_copy_that_differs_is_found(self) -> None:
        copy = first_record()._replace(value=b"{}", offset=999)
        assert any("differs" in s for s in findings(replace(sound(), observed=[*sound().observed, copy]), "C-DENSE"))

    def test_an_equal_copy_is_none(self) -> None:
        copy = first_record()._replace(offset=999)
        assert findings(replace(sound(), observed=[*sound().observed, copy]), "C-DENSE") == ()

    def test_a_stream_in_two_partitions_is_found(self) -> None:
        copy = first_record()
        copy = copy._replace(partition=copy.partition + 7)
        assert any("partitions" in s for s in findings(replace(sound(), observed=[*sound().observed, copy]), "C-DENSE"))

    def test_bytes_that_the_store_does_not_have_are_found(self) -> None:
        spoilt = with_records(sound(), "intake", lambda record: [record._replace(data=record.data + b" ")])
        assert any("not what the store keeps" in said for said in findings(spoilt, "C-DENSE"))

    def test_a_hole_in_the_log_is_found(self) -> None:
        assert findings(without_event(sound(), "departments", "RoundStarted"), "C-DENSE")

    def test_what_an_observer_missed_at_first_is_none(self) -> None:
        late = [raw for raw in sound().observed if dict(raw.headers)["ce_sequence"] != b"1"]
        assert findings(replace(sound(), observed=late, from_start=False), "C-DENSE") == ()


class TestCause:
    def test_a_cause_that_does_not_exist_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda record: [record._replace(cause="complaint/no:1")])
        assert any("does not exist" in said for said in findings(spoilt, "C-CAUSE"))

    def test_an_event_without_a_cause_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda record: [record._replace(cause="")])
        assert any("has no cause" in said for said in findings(spoilt, "C-CAUSE"))

    def test_an_event_that_caused_itself_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda record: [record._replace(cause=record.id)])
        assert any("its own cause" in said for said in findings(spoilt, "C-CAUSE"))

    def test_a_complaint_without_a_registration_is_found(self) -> None:
        assert findings(without_event(sound(), "intake", "ComplaintRegistered"), "C-CAUSE")


class TestState:
    def test_a_state_that_differs_from_the_folded_log_is_found(self) -> None:
        stream = f"complaint/{first_complaint()}"
        snapshot = replace(
            sound().services["intake"].snapshots[stream], state=b'{"phase":"open"}', index={"phase": "x"}
        )
        spoilt = with_store(
            sound(), "intake", lambda stored: replace(stored, snapshots={**stored.snapshots, stream: snapshot})
        )
        said = findings(spoilt, "C-STATE")
        assert any("has state" in sentence for sentence in said)
        assert any("has index" in sentence for sentence in said)

    def test_a_state_that_is_missing_is_found(self) -> None:
        spoilt = with_store(sound(), "intake", lambda stored: replace(stored, snapshots={}))
        assert any("no state" in said for said in findings(spoilt, "C-STATE"))

    def test_a_commit_that_is_missing_is_found(self) -> None:
        spoilt = with_commits(sound(), "intake", lambda commit: [] if commit.number == 2 else [commit])
        assert any("in place" in said for said in findings(spoilt, "C-STATE"))

    def test_a_state_may_lag_by_its_cursor_while_its_line_is_closed(self) -> None:
        key = first_complaint()
        stream, raw = f"review/{key}", first_record()._replace(key=first_complaint().encode())
        first = next(c for c in sound().services["review"].commits if c.stream == stream)
        assert not first.records
        crashed = with_commits(sound(), "review", lambda c: [] if c.stream == stream and c is not first else [c])
        crashed = with_store(
            crashed, "review", lambda s: replace(s, snapshots={k: v for k, v in s.snapshots.items() if k != stream})
        )
        assert any("no state" in said for said in findings(crashed, "C-STATE"))
        closed = with_store(crashed, "review", lambda stored: parked(stored, a_parked(raw, permanent=True)))
        assert findings(closed, "C-STATE") == ()


class TestDead:
    def test_poison_that_nobody_parked_is_found(self) -> None:
        spoilt = replace(sound(), poison=frozenset({("departments", INTAKE, 0, 77)}))
        assert any("swallowed" in said for said in findings(spoilt, "C-DEAD"))

    def test_poison_that_a_person_skipped_is_accounted_for(self) -> None:
        place = ("departments", INTAKE, 0, 77)
        spoilt = replace(sound(), poison=frozenset({place}), given_up=frozenset({place}))
        spoilt = with_store(spoilt, "intake", lambda stored: stored)
        assert check(spoilt)["C-DEAD"].findings == ()

    def test_a_sound_record_that_was_given_up_is_found(self) -> None:
        record = a_parked(first_record(), permanent=True)
        spoilt = with_store(replace(sound(), poison=frozenset()), "departments", lambda stored: parked(stored, record))
        assert any("which was sound" in said for said in findings(spoilt, "C-DEAD"))

    def test_a_sound_record_may_wait_behind_poison_and_nowhere_else(self) -> None:
        head, behind = a_parked(first_record(), permanent=True), a_parked(first_record(), permanent=False, position=2)
        behind = replace(behind, id="behind", offset=99)
        place = ("departments", head.topic, head.partition, head.offset)
        base = replace(sound(), poison=frozenset({place}))
        waiting = with_store(base, "departments", lambda stored: parked(parked(stored, head), behind))
        assert findings(waiting, "C-DEAD") == ()
        alone = with_store(base, "departments", lambda stored: parked(stored, behind))
        assert any("still has behind" in said for said in findings(alone, "C-DEAD"))


class TestLive:
    def test_an_unpublished_commit_is_found(self) -> None:
        spoilt = with_store(sound(), "intake", lambda stored: replace(stored, unpublished=frozenset({"complaint/x/1"})))
        assert any("has not published" in said for said in findings(spoilt, "C-LIVE"))

    def test_a_cursor_that_lags_is_found(self) -> None:
        spoilt = with_commits(sound(), "departments", lambda commit: [replace(commit, cursor={INTAKE: 1})])
        assert any("has applied 1 of" in said for said in findings(spoilt, "C-LIVE"))

    def test_an_event_that_was_never_counted_is_found(self) -> None:
        spoilt = with_commits(sound(), "review", lambda commit: [replace(commit, commands=())])
        assert any("has not counted" in said for said in findings(spoilt, "C-LIVE"))

    def test_a_clock_that_never_fired_is_found(self) -> None:
        stream = f"complaint/{first_complaint()}"
        stored = sound().services["intake"]
        snapshot = replace(stored.snapshots[stream], next_due=stored.commits[0].at)
        spoilt = with_store(sound(), "intake", lambda s: replace(s, snapshots={**s.snapshots, stream: snapshot}))
        assert any("has not fired" in said for said in findings(spoilt, "C-LIVE"))

    def test_a_parked_record_that_is_due_is_found(self) -> None:
        record = a_parked(first_record(), permanent=False)
        spoilt = with_store(sound(), "departments", lambda stored: parked(stored, record))
        assert any("is parked and was due" in said for said in findings(spoilt, "C-LIVE"))


class TestTime:
    def test_a_clock_that_fired_before_it_was_due_is_found(self) -> None:
        told = next(told for told in sound().told if type(told.event).__name__ == "AcknowledgementMissed")
        early = told.event.model_copy(update={"at": told.event.at - timedelta(hours=1)}).model_dump_json().encode()
        spoilt = with_records(sound(), "intake", lambda r: [r._replace(data=early) if r.id == told.record.id else r])
        assert any("fired at" in said for said in findings(spoilt, "C-TIME"))

    def test_a_clock_that_fired_twice_is_found(self) -> None:
        assert any("fired 2 times" in s for s in findings(twice(sound(), "intake", "AcknowledgementMissed"), "C-TIME"))

    def test_a_watcher_may_see_it_early_by_the_skew_and_no_more(self) -> None:
        due = sound().services["intake"].commits[0].at
        seen = Fired("complaint/x", "Watched", due, due, due - timedelta(minutes=4))
        assert findings(replace(sound(), fired=[seen]), "C-TIME") == ()
        assert findings(replace(sound(), fired=[seen], skew=timedelta(minutes=1)), "C-TIME")


class TestPii:
    def planted(self, text: str, planted: str) -> tuple[str, ...]:
        raw = first_record()._replace(value=text.encode())
        return findings(replace(sound(), observed=[raw], planted=[planted]), "C-PII")

    @pytest.mark.parametrize(
        ("text", "planted"),
        [
            ("Maria Silva wrote", "Maria Silva"),
            ("MARIA  SILVA wrote", "Maria Silva"),
            ('{"text":"\\u041c\\u0430\\u0440\\u0438\\u044f"}', "Мария"),
            ("мария", "Мария"),
            ("call +55 (11) 91234-5678 now", "5511912345678"),
            ("5511912345678", "+55 11 91234 5678"),
        ],
    )
    def test_a_planted_text_is_found_however_it_is_written(self, text: str, planted: str) -> None:
        assert self.planted(text, planted)

    def test_the_finding_does_not_repeat_it(self) -> None:
        assert not any("Maria" in said for said in self.planted("Maria Silva", "Maria Silva"))

    def test_a_longer_number_is_another_number(self) -> None:
        assert self.planted("155119123456789", "5511912345678") == ()

    def test_it_is_found_in_stores_parked_records_and_outputs(self) -> None:
        base = replace(sound(), planted=["Maria Silva"])
        logged = replace(base, outputs={"the log": "… Maria Silva …"})
        assert findings(logged, "C-PII") == ("the log carries the planted text number 1.",)
        kept = with_records(base, "review", lambda record: [record._replace(cause="Maria Silva")])
        assert any("review's log" in said for said in findings(kept, "C-PII"))
        record = replace(a_parked(first_record(), permanent=True), reason="Maria Silva")
        held = with_store(base, "review", lambda stored: parked(stored, record))
        assert any("review's parked" in said for said in findings(held, "C-PII"))


class TestManyFindings:
    def test_are_counted_and_not_all_written_out(self) -> None:
        ids = frozenset(f"complaint/x/{number}" for number in range(100))
        said = findings(with_store(sound(), "intake", lambda stored: replace(stored, unpublished=ids)), "C-LIVE")
        assert len(said) == MAX_FINDINGS + 1
        assert said[-1] == f"… and {100 - MAX_FINDINGS} more."
