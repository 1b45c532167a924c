"""Each invariant sees what it is there to see: a sound run passes, and each way of breaking it is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.contracts.intake import FeedbackAsked
from shared.contracts.topics import INTAKE, department_topic
from shared.messaging.parse import Raw
from shared.store.port import Commit, Record
from shared.verification import CHECKS, Evidence, Request, check
from tests.unit.shared.verification.build import (
    a_parked,
    findings,
    parked,
    skipped,
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
        assert any("lost" in sentences for sentences in findings(replace(sound(), journal=journal), "C-ACK"))

    def test_a_complaint_registered_twice_is_found(self) -> None:
        assert findings(twice(sound(), "intake", "ComplaintRegistered"), "C-ACK")

    def test_one_key_with_two_answers_is_found(self) -> None:
        journal = [*sound().journal, Request("key-0", "accepted", "of-key-1")]
        assert any("2 complaints" in sentences for sentences in findings(replace(sound(), journal=journal), "C-ACK"))

    def test_an_unknown_request_that_was_carried_out_twice_is_found(self) -> None:
        journal = [Request("key-0", "unknown")]
        spoilt = with_commits(
            replace(sound(), journal=journal),
            "intake",
            lambda c: [c, replace(c, commands=tuple(d._replace(stream="complaint/other") for d in c.commands))],
        )
        assert any("carried out 2 times" in sentences for sentences in findings(spoilt, "C-ACK"))

    def test_a_failed_request_may_be_none_or_one(self) -> None:
        journal = [Request("nobody", "failed"), Request("key-0", "unknown")]
        assert findings(replace(sound(), journal=journal), "C-ACK") == ()


class TestConserve:
    def test_an_accepted_complaint_that_is_nowhere_is_found(self) -> None:
        journal = [*sound().journal, Request("key-x", "accepted", "lost")]
        assert any(
            "were accepted" in sentences for sentences in findings(replace(sound(), journal=journal), "C-CONSERVE")
        )

    def test_a_complaint_that_a_service_never_heard_of_is_found(self) -> None:
        stream = f"resolution/{first_complaint()}"
        spoilt = with_commits(sound(), "departments", lambda c: [] if c.stream == stream else [c])
        assert any("departments knows 1 of 2" in sentences for sentences in findings(spoilt, "C-CONSERVE"))

    def test_one_that_is_parked_there_is_accounted_for(self) -> None:
        key = first_complaint()
        raw = first_record()._replace(key=key.encode())
        spoilt = with_commits(sound(), "departments", lambda c: [] if c.stream == f"resolution/{key}" else [c])
        spoilt = with_store(spoilt, "departments", lambda stored: parked(stored, a_parked(raw, permanent=True)))
        assert findings(spoilt, "C-CONSERVE") == ()

    def test_one_whose_registration_was_given_up_there_is_accounted_for(self) -> None:
        key = first_complaint()
        raw = first_record()._replace(key=key.encode())
        spoilt = with_commits(sound(), "departments", lambda c: [] if c.stream == f"resolution/{key}" else [c])
        spoilt = with_store(spoilt, "departments", lambda stored: skipped(stored, a_parked(raw, permanent=True)))
        assert findings(spoilt, "C-CONSERVE") == ()

    def test_one_whose_record_was_given_up_has_its_other_events_checked_all_the_same(self) -> None:
        key = first_complaint()
        raw = first_record()._replace(key=key.encode())
        spoilt = with_commits(sound(), "departments", lambda c: [] if c.stream == f"resolution/{key}" else [c])
        spoilt = with_store(spoilt, "departments", lambda stored: skipped(stored, a_parked(raw, permanent=True)))
        assert any(f"/{key} on" in sentences for sentences in findings(spoilt, "C-LIVE"))

    def test_a_table_that_stays_open_when_its_complaint_is_closed_is_found_per_department(self) -> None:
        sentences = findings(without_event(sound(), "departments", "TableClosed"), "C-CONSERVE")
        assert [sentence.partition(":")[0] for sentence in sentences] == ["carrier", "seller"]

    def test_an_invitation_that_the_departments_own_topic_lacks_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda r: [] if r.topic == department_topic("seller") else [r])
        assert any(sentence.startswith("seller was invited") for sentence in findings(spoilt, "C-CONSERVE"))


class TestOnce:
    @pytest.mark.parametrize(
        ("service", "event"),
        [
            ("departments", "DepartmentInvited"),
            ("departments", "DepartmentSilent"),
            ("intake", "AcknowledgementMissed"),
            ("review", "SummaryPublished"),
            ("review", "ComplaintCounted"),
            ("intake", "AnswerSent"),
        ],
    )
    def test_an_effect_that_happened_twice_is_found(self, service: str, event: str) -> None:
        assert any(event in sentences for sentences in findings(twice(sound(), service, event), "C-ONCE"))

    def test_a_customer_who_was_asked_twice_is_found(self) -> None:
        feedback = FeedbackAsked(at=sound().services["intake"].commits[0].at, by="system", questions=("How was it?",))
        data = feedback.model_dump_json().encode()

        def also(times: int) -> tuple[str, ...]:
            spoilt = with_records(
                sound(),
                "intake",
                lambda record: (
                    [record, *[record._replace(type="FeedbackAsked.v1", data=data)] * times]
                    if record.type == "ComplaintClosed.v1"
                    else [record]
                ),
            )
            return tuple(sentence for sentence in findings(spoilt, "C-ONCE") if "FeedbackAsked" in sentence)

        assert also(1) == ()
        assert len(also(2)) == 2


class TestDense:
    def test_a_missing_record_is_found(self) -> None:
        gone = first_record()
        spoilt = replace(sound(), observed=[raw for raw in sound().observed if raw.value != gone.value])
        assert findings(spoilt, "C-DENSE")

    def test_the_missing_last_record_of_a_stream_is_found(self) -> None:
        last = [raw for raw in sound().observed if raw.topic == INTAKE][-1]
        spoilt = replace(sound(), observed=[raw for raw in sound().observed if raw.headers != last.headers])
        assert any("marked published" in sentences for sentences in findings(spoilt, "C-DENSE"))

    def test_an_overtaking_record_is_found(self) -> None:
        assert any(
            "follows" in sentences
            for sentences in findings(replace(sound(), observed=sound().observed[::-1]), "C-DENSE")
        )

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
        assert any("not what the store keeps" in sentences for sentences in findings(spoilt, "C-DENSE"))

    def test_a_strangers_record_is_none_once_it_was_put_aside_or_given_up(self) -> None:
        strange = first_record()._replace(headers=(), value=b"?", offset=999)
        seen = replace(sound(), observed=[*sound().observed, strange])
        assert findings(seen, "C-DENSE")
        record = a_parked(strange, permanent=True)
        for aside in (parked, skipped):
            assert findings(with_store(seen, "departments", lambda s, a=aside: a(s, record)), "C-DENSE") == ()

    def test_our_own_record_keeps_its_place_though_a_reader_put_it_aside(self) -> None:
        record = a_parked(first_record(), permanent=True)
        assert findings(with_store(sound(), "departments", lambda s: parked(s, record)), "C-DENSE") == ()

    def test_a_hole_in_the_log_is_found(self) -> None:
        assert findings(without_event(sound(), "departments", "DepartmentSilent"), "C-DENSE")

    def test_what_an_observer_missed_at_first_is_none(self) -> None:
        late = [raw for raw in sound().observed if dict(raw.headers)["ce_sequence"] != b"1"]
        assert findings(replace(sound(), observed=late, from_start=False), "C-DENSE") == ()


class TestCause:
    def test_a_cause_that_does_not_exist_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda record: [record._replace(cause="complaint/no:1")])
        assert any("does not exist" in sentences for sentences in findings(spoilt, "C-CAUSE"))

    def test_an_event_without_a_cause_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda record: [record._replace(cause="")])
        assert any("has no cause" in sentences for sentences in findings(spoilt, "C-CAUSE"))

    def test_an_event_that_caused_itself_is_found(self) -> None:
        spoilt = with_records(sound(), "departments", lambda record: [record._replace(cause=record.id)])
        assert any("its own cause" in sentences for sentences in findings(spoilt, "C-CAUSE"))

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
        sentences = findings(spoilt, "C-STATE")
        assert any("has state" in sentence for sentence in sentences)
        assert any("has index" in sentence for sentence in sentences)

    def test_a_state_that_is_missing_is_found(self) -> None:
        spoilt = with_store(sound(), "intake", lambda stored: replace(stored, snapshots={}))
        assert any("no state" in sentences for sentences in findings(spoilt, "C-STATE"))

    def test_a_commit_that_is_missing_is_found(self) -> None:
        spoilt = with_commits(sound(), "intake", lambda commit: [] if commit.number == 2 else [commit])
        assert any("in place" in sentences for sentences in findings(spoilt, "C-STATE"))

    def test_a_row_that_lacks_an_event_is_found(self) -> None:
        rows = lambda c: c.stream.startswith("period/")  # noqa: E731 - sentences twice below
        spoilt = with_commits(sound(), "review", lambda c: [] if rows(c) and c.number == 2 else [c])
        assert any("was not folded from" in sentences for sentences in findings(spoilt, "C-STATE"))

    def test_a_row_that_was_folded_from_an_event_twice_is_found(self) -> None:
        def twice_over(commit: Commit) -> list[Commit]:
            rows = commit.stream.startswith("period/")
            return [replace(commit, records=commit.records * 2) if rows else commit]

        sentences = findings(with_commits(sound(), "review", twice_over), "C-STATE")
        assert any("was folded from" in sentence and "2 times" in sentence for sentence in sentences)

    def test_a_row_that_was_folded_from_what_never_was_is_found(self) -> None:
        def invented(record: Record) -> list[Record]:
            return [record if record.topic else record._replace(cause="review/nobody:1")]

        sentences = findings(with_records(sound(), "review", invented), "C-STATE")
        assert any("does not belong into it" in sentence for sentence in sentences)

    def test_a_state_may_lag_by_its_cursor_while_its_line_is_closed(self) -> None:
        key = first_complaint()
        stream, raw = f"review/{key}", first_record()._replace(key=first_complaint().encode())
        concluding = next(c for c in sound().services["review"].commits if c.stream == stream)
        # An earlier release saved a commit for a cursor alone.
        first = replace(concluding, records=(), version=0, commands=())
        gone = {stream, "period/2024-03"}
        crashed = with_commits(
            sound(), "review", lambda c: [first] if c is concluding else [] if c.stream in gone else [c]
        )
        crashed = with_store(
            crashed, "review", lambda s: replace(s, snapshots={k: v for k, v in s.snapshots.items() if k not in gone})
        )
        assert any("no state" in sentences for sentences in findings(crashed, "C-STATE"))
        closed = with_store(crashed, "review", lambda stored: parked(stored, a_parked(raw, permanent=True)))
        # The other complaint's line is open, and its month lacks it now.
        assert [sentence for sentence in findings(closed, "C-STATE") if "the row" not in sentence] == []
