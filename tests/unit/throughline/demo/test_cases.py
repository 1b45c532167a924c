from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.api.registration import Frame, Registrar
from services.intake.api.requests import RegisterRequest
from services.intake.decide import decide
from services.intake.state import INITIAL
from services.routing.policy.judgement import Judgement, judge
from services.routing.policy.rulebook import Rulebook
from shared.contracts.intake import ComplaintRegistered
from shared.eventsourcing.ports import RandomIds
from shared.organisation import from_path
from shared.web.access import Asker
from throughline.demo.cases import Order, Sample, planted, read_phrases, read_samples, registration, stretches
from throughline.demo.play import arrivals
from throughline.demo.stories import Story

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ORGANISATION = from_path("parcel-retailer")
RULES = Rulebook(ORGANISATION)
SAMPLES = read_samples()


class AtNoon:
    def now(self) -> datetime:
        return NOON

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def registered(sample: Sample) -> ComplaintRegistered:
    body = registration(sample, NOON, "earlier" if sample.repeats else "")
    registrar = Registrar(ORGANISATION, b"k" * 32, AtNoon(), RandomIds())
    made = registrar.registration(Asker(("customer",)), RegisterRequest.model_validate(body), Frame(body, sample.key))
    event = decide(ORGANISATION, INITIAL, made.call.command)[0]
    assert isinstance(event, ComplaintRegistered)
    return event


def judged(sample: Sample) -> Judgement:
    return judge(RULES, registered(sample))


class TestTheSamples:
    def test_there_are_at_least_sixty_about_half_in_each_language(self) -> None:
        languages = Counter(judged(sample).language for sample in SAMPLES)
        assert len(SAMPLES) >= 60
        assert set(languages) == {"en", "ru"}
        assert min(languages.values()) >= 0.45 * len(SAMPLES)

    def test_no_two_have_the_same_key_or_words(self) -> None:
        assert len({sample.key for sample in SAMPLES}) == len(SAMPLES)
        assert len({sample.text for sample in SAMPLES}) == len(SAMPLES)

    def test_each_story_is_told_once(self) -> None:
        assert sorted(sample.story for sample in SAMPLES if sample.story) == sorted(Story)

    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
    def test_a_person_decides_exactly_where_the_sample_says_so(self, sample: Sample) -> None:
        assert judged(sample).sure == (not sample.decided)

    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
    def test_what_is_touched_has_something_to_say(self, sample: Sample) -> None:
        phrases, judgement = read_phrases(), judged(sample)
        category = sample.decided.partition(":")[0] or judgement.category
        assert category in phrases.remedies
        assert {touched.step for touched in judgement.steps} <= set(phrases.preventions)

    def test_nothing_that_was_planted_is_left_in_what_intake_says(self) -> None:
        texts = "".join(registered(sample).model_dump_json() for sample in SAMPLES)
        assert len(planted(SAMPLES)) > 15
        assert [text for text in planted(SAMPLES) if text in texts] == []

    def test_the_sample_texts_hold_a_phone_number_and_an_address_that_have_to_be_masked(self) -> None:
        texts = "".join(sample.text for sample in SAMPLES)
        assert any(text in texts for text in planted(SAMPLES) if "@" in text)
        assert any(text in texts for text in planted(SAMPLES) if text.startswith("+"))

    def test_who_repeats_an_earlier_one_comes_later(self) -> None:
        order = [sample.key for at in sorted(arrivals(SAMPLES)) for sample in arrivals(SAMPLES)[at]]
        later = [sample for sample in SAMPLES if sample.repeats or sample.links]
        assert later
        assert all(order.index(sample.key) > order.index(sample.repeats or sample.links) for sample in later)

    def test_remedies_stay_within_the_playbook(self) -> None:
        for offer in read_phrases().remedies.values():
            assert offer.amount <= ORGANISATION.remedy(offer.remedy).max_amount


class TestTheTimesOfAnOrder:
    def test_they_count_back_from_the_complaint(self) -> None:
        order = Order(ref="LL-1", took=("picking 10", "wait 2", "packing 3"), since=5)
        picking, packing = stretches(order, NOON)
        assert (picking.started, picking.ended) == (NOON - timedelta(hours=20), NOON - timedelta(hours=10))
        assert (packing.started, packing.ended) == (NOON - timedelta(hours=8), NOON - timedelta(hours=5))

    def test_an_open_step_is_still_running_when_the_customer_complains(self) -> None:
        order = Order(ref="LL-1", took=("line-haul 10", "delivery 7 open"), since=5)
        haul, delivery = stretches(order, NOON)
        assert (haul.ended, delivery.started) == (NOON - timedelta(hours=7), NOON - timedelta(hours=7))
        assert delivery.ended is None

    def test_what_only_departments_know_is_not_sent_with_the_complaint(self) -> None:
        order = Order(ref="LL-1", took=("picking 10",), within=120, with_times=False)
        body = registration(Sample(key="en-99", text="late", order=order), NOON, "")
        assert body == {"channel": "web", "text": "late", "order_ref": "LL-1"}
