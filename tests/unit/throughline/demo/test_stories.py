from datetime import UTC, datetime

from shared.contracts.intake import ComplaintWithdrawn, PromiseKept
from throughline.demo.stories import HAPPENED, MEANING, Story, missing

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WITHDRAWN = ComplaintWithdrawn(at=NOW, by="customer", reason="found it")


class TestAPlannedStory:
    def test_every_one_has_a_sentence_and_an_event_that_shows_it(self) -> None:
        assert set(HAPPENED) == set(MEANING) == set(Story)

    def test_that_did_not_happen_is_named_with_its_complaint(self) -> None:
        found = missing({"c1": Story.WITHDRAWS}, [])
        assert "'withdraws' was planned for c1, but it has no ComplaintWithdrawn" in found

    def test_that_happened_to_another_complaint_does_not_count(self) -> None:
        found = missing({"c1": Story.WITHDRAWS}, [("c2", WITHDRAWN)])
        assert "'withdraws' was planned for c1, but it has no ComplaintWithdrawn" in found

    def test_that_happened_is_not_missing(self) -> None:
        assert not any("c1" in sentence for sentence in missing({"c1": Story.WITHDRAWS}, [("c1", WITHDRAWN)]))

    def test_that_no_sample_has_is_missing(self) -> None:
        assert "no sample has the story 'silent'" in missing({"c1": Story.WITHDRAWS}, [("c1", WITHDRAWN)])

    def test_some_things_have_to_happen_to_any_complaint(self) -> None:
        kept = PromiseKept(at=NOW, by="system", promise="answer")
        assert "PromiseKept happened to no complaint" in missing({}, [])
        assert "PromiseKept happened to no complaint" not in missing({}, [("c1", kept)])
