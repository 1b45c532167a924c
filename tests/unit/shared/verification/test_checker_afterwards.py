"""Each spoilt piece of evidence about time, poison and persons is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contracts.topics import INTAKE
from shared.messaging.parse import Raw
from shared.verification import Fired, check
from shared.verification.evidence import MAX_FINDINGS
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
)


def first_complaint() -> str:
    return next(request.complaint for request in sound().journal if request.status == "accepted")


def first_record(topic: str = INTAKE) -> Raw:
    return next(raw for raw in sound().observed if raw.topic == topic)


class TestDead:
    def test_poison_that_nobody_parked_is_found(self) -> None:
        spoilt = replace(sound(), poison=frozenset({("departments", INTAKE, 0, 77)}))
        assert any("swallowed" in sentences for sentences in findings(spoilt, "C-DEAD"))

    def test_poison_that_a_person_skipped_is_accounted_for(self) -> None:
        place = ("departments", INTAKE, 0, 77)
        spoilt = replace(sound(), poison=frozenset({place}), given_up=frozenset({place}))
        spoilt = with_store(spoilt, "intake", lambda stored: stored)
        assert check(spoilt)["C-DEAD"].findings == ()

    def test_poison_that_the_store_has_as_skipped_is_accounted_for(self) -> None:
        raw = first_record()._replace(partition=0, offset=77)
        spoilt = replace(sound(), poison=frozenset({("departments", INTAKE, 0, 77)}))
        assert findings(spoilt, "C-DEAD")
        kept = with_store(spoilt, "departments", lambda stored: skipped(stored, a_parked(raw, permanent=True)))
        assert findings(kept, "C-DEAD") == ()

    def test_a_sound_record_that_a_person_skipped_is_found(self) -> None:
        record = a_parked(first_record(), permanent=True)
        spoilt = with_store(sound(), "departments", lambda stored: skipped(stored, record))
        assert any("told to skip a sound record" in sentences for sentences in findings(spoilt, "C-DEAD"))

    def test_a_record_given_up_without_a_reason_or_a_name_is_found(self) -> None:
        record = a_parked(first_record(), permanent=True)
        for why, by in ((" ", "operator"), ("a test", "")):
            spoilt = with_store(sound(), "departments", lambda s, w=why, b=by: skipped(s, record, w, b))
            assert any("nobody says" in sentences for sentences in findings(replace(spoilt, poison=None), "C-DEAD"))

    def test_a_record_given_up_and_parked_again_is_found(self) -> None:
        record = a_parked(first_record(), permanent=True)
        spoilt = with_store(sound(), "departments", lambda s: skipped(parked(s, record), record))
        assert any("parked again" in sentences for sentences in findings(replace(spoilt, poison=None), "C-DEAD"))

    def test_a_record_that_waits_for_nobody_is_found_where_nobody_counted_the_poison(self) -> None:
        record = a_parked(first_record(), permanent=False)
        well = with_store(replace(sound(), poison=None), "departments", lambda s: parked(s, record))
        assert findings(well, "C-DEAD") == ()
        lost = with_store(well, "departments", lambda s: replace(s, parked=[replace(record, due=None)]))
        assert any("nobody tries it" in sentences for sentences in findings(lost, "C-DEAD"))

    def test_a_sound_record_that_was_given_up_is_found(self) -> None:
        record = a_parked(first_record(), permanent=True)
        spoilt = with_store(replace(sound(), poison=frozenset()), "departments", lambda stored: parked(stored, record))
        assert any("which was sound" in sentences for sentences in findings(spoilt, "C-DEAD"))

    def test_a_sound_record_may_wait_behind_poison_and_nowhere_else(self) -> None:
        head, behind = a_parked(first_record(), permanent=True), a_parked(first_record(), permanent=False, position=2)
        behind = replace(behind, id="behind", offset=99)
        place = ("departments", head.topic, head.partition, head.offset)
        base = replace(sound(), poison=frozenset({place}))
        waiting = with_store(base, "departments", lambda stored: parked(parked(stored, head), behind))
        assert findings(waiting, "C-DEAD") == ()
        alone = with_store(base, "departments", lambda stored: parked(stored, behind))
        assert any("still has behind" in sentences for sentences in findings(alone, "C-DEAD"))


class TestLive:
    def test_an_unpublished_commit_is_found(self) -> None:
        spoilt = with_store(sound(), "intake", lambda stored: replace(stored, unpublished=frozenset({"complaint/x/1"})))
        assert any("has not published" in sentences for sentences in findings(spoilt, "C-LIVE"))

    def test_a_cursor_that_lags_is_found(self) -> None:
        spoilt = with_commits(sound(), "departments", lambda commit: [replace(commit, cursor={INTAKE: 1})])
        assert any("has applied 1 of" in sentences for sentences in findings(spoilt, "C-LIVE"))

    def test_an_event_that_was_never_counted_is_found(self) -> None:
        spoilt = with_commits(sound(), "review", lambda commit: [replace(commit, commands=())])
        assert any("has not counted" in sentences for sentences in findings(spoilt, "C-LIVE"))

    def test_a_clock_that_never_fired_is_found(self) -> None:
        stream = f"complaint/{first_complaint()}"
        stored = sound().services["intake"]
        snapshot = replace(stored.snapshots[stream], next_due=stored.commits[0].at)
        spoilt = with_store(sound(), "intake", lambda s: replace(s, snapshots={**s.snapshots, stream: snapshot}))
        assert any("has not fired" in sentences for sentences in findings(spoilt, "C-LIVE"))

    def test_a_parked_record_that_is_due_is_found(self) -> None:
        record = a_parked(first_record(), permanent=False)
        spoilt = with_store(sound(), "departments", lambda stored: parked(stored, record))
        assert any("is parked and was due" in sentences for sentences in findings(spoilt, "C-LIVE"))


class TestTime:
    def test_a_clock_that_fired_before_it_was_due_is_found(self) -> None:
        logged = next(logged for logged in sound().logged if type(logged.event).__name__ == "AcknowledgementMissed")
        early = logged.event.model_copy(update={"at": logged.event.at - timedelta(hours=1)}).model_dump_json().encode()
        spoilt = with_records(sound(), "intake", lambda r: [r._replace(data=early) if r.id == logged.record.id else r])
        assert any("fired at" in sentences for sentences in findings(spoilt, "C-TIME"))

    def test_a_clock_that_fired_twice_is_found(self) -> None:
        assert any("fired 2 times" in s for s in findings(twice(sound(), "intake", "AcknowledgementMissed"), "C-TIME"))

    def test_a_watcher_may_see_it_early_by_the_skew_and_no_more(self) -> None:
        due = sound().services["intake"].commits[0].at
        seen = Fired("complaint/x", "Watched", due, due, due - timedelta(minutes=4))
        assert findings(replace(sound(), fired=[seen], skew=timedelta(minutes=5)), "C-TIME") == ()
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
        assert not any("Maria" in sentences for sentences in self.planted("Maria Silva", "Maria Silva"))

    def test_a_longer_number_is_another_number(self) -> None:
        assert self.planted("155119123456789", "5511912345678") == ()

    def test_it_is_found_in_stores_parked_records_and_outputs(self) -> None:
        base = replace(sound(), planted=["Maria Silva"])
        logged = replace(base, outputs={"the log": "… Maria Silva …"})
        assert findings(logged, "C-PII") == ("the log carries the planted text number 1.",)
        kept = with_records(base, "review", lambda record: [record._replace(cause="Maria Silva")])
        assert any("review's log" in sentences for sentences in findings(kept, "C-PII"))
        record = replace(a_parked(first_record(), permanent=True), reason="Maria Silva")
        held = with_store(base, "review", lambda stored: parked(stored, record))
        assert any("review's parked" in sentences for sentences in findings(held, "C-PII"))


class TestManyFindings:
    def test_are_counted_and_not_all_written_out(self) -> None:
        ids = frozenset(f"complaint/x/{number}" for number in range(100))
        sentences = findings(with_store(sound(), "intake", lambda stored: replace(stored, unpublished=ids)), "C-LIVE")
        assert len(sentences) == MAX_FINDINGS + 1
        assert sentences[-1] == f"… and {100 - MAX_FINDINGS} more."
