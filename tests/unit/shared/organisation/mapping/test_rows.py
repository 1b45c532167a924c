import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shared.contracts.parts import StepTime
from shared.organisation.mapping import ImportMapping, MappedRow, Row, RowRejected, RowSkipped, from_path, map_row

MARKETPLACE, CITY = from_path("marketplace"), from_path("city")
ORDER = {
    "order_id": "o1",
    "sample": "random",
    "order_status": "delivered",
    "purchased_at": "2018-02-17 22:00:00",
    "approved_at": "2018-02-18 10:00:00",
    "carrier_handover_limit": "2018-02-22 10:00:00",
    "carrier_handover_at": "2018-02-21 10:00:00",
    "delivered_at": "2018-03-05 12:00:00",
    "delivery_promised_by": "2018-03-04 00:00:00",
    "items": "1",
    "sellers": "1",
    "seller_state": "SP",
    "customer_state": "RJ",
    "category": "toys",
    "price": "21.99",
    "freight": "11.85",
    "review_score": "1",
    "review_title": "Atrasado",
    "review_text": 'Disse "amanhã";\nnunca veio 😡',
    "review_asked_at": "2018-03-06 00:00:00",
    "review_answered_at": "2018-03-07 09:30:00",
}


def order(**cells: str) -> Row:
    return dict((ORDER | cells).items())


def mapped(row: Row, mapping: ImportMapping = MARKETPLACE) -> MappedRow:
    result = map_row(mapping, row)
    assert isinstance(result, MappedRow), result
    return result


def rejected(row: Row, mapping: ImportMapping = MARKETPLACE) -> str:
    result = map_row(mapping, row)
    assert isinstance(result, RowRejected), result
    return result.reason


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestWhenAnOrderWasComplainedAbout:
    ROW = mapped(order())

    def test_the_same_row_is_the_same_complaint(self) -> None:
        assert self.ROW.source_row == "marketplace:o1"

    def test_its_text_is_as_written(self) -> None:
        assert self.ROW.text == 'Atrasado\nDisse "amanhã";\nnunca veio 😡'
        assert self.ROW.language == "pt"

    def test_an_empty_text_stays_empty(self) -> None:
        assert mapped(order(review_title="", review_text="  ")).text == ""

    def test_it_was_received_when_the_review_was_answered_else_asked(self) -> None:
        assert self.ROW.received_at == utc("2018-03-07 09:30")
        assert mapped(order(review_answered_at="")).received_at == utc("2018-03-06 00:00")

    def test_money_at_stake_is_price_and_freight(self) -> None:
        assert self.ROW.value == Decimal("33.84")
        assert mapped(order(price="", freight="")).value is None

    def test_each_step_carries_what_this_order_gave_it(self) -> None:
        payment, seller, carrier = self.ROW.steps
        assert payment == StepTime(step="payment", started=utc("2018-02-17 22:00"), ended=utc("2018-02-18 10:00"))
        assert seller.limit == utc("2018-02-22 10:00")
        assert carrier.standard == timedelta(days=9, hours=14)

    def test_a_clock_change_in_the_source_distorts_no_difference(self) -> None:
        assert self.ROW.steps[0].ended == utc("2018-02-18 10:00")  # São Paulo turned its clocks back that night

    def test_facts_hold_no_sample_and_no_empty_cell(self) -> None:
        facts = mapped(order(category="")).facts
        assert facts["order_status"] == "delivered"
        assert "product_category" not in facts
        assert "sample" not in facts

    def test_it_is_historic_and_unflagged(self) -> None:
        assert self.ROW.historic
        assert self.ROW.flags == ()


class TestWhenARowIsNoComplaint:
    def test_it_is_skipped_with_the_condition(self) -> None:
        assert map_row(MARKETPLACE, order(review_score="3")) == RowSkipped("review_score is '3'")

    def test_the_analysis_gets_it_all_the_same(self) -> None:
        result = map_row(MARKETPLACE, order(review_score=""), every_row=True)
        assert isinstance(result, MappedRow)
        assert (result.status, result.score, result.sample) == ("delivered", "", "random")


class TestWhenTimesCannotBeTrusted:
    def test_a_step_that_ends_before_it_starts_is_flagged_and_left_out(self) -> None:
        row = mapped(order(carrier_handover_at="2018-02-18 09:00:00"))
        assert row.flags == ("negative-step:seller",)
        assert [time.step for time in row.steps] == ["payment", "carrier"]
        assert [time.step for time in row.as_written] == ["payment", "seller", "carrier"]

    def test_a_step_that_never_ended_is_flagged_and_has_no_times(self) -> None:
        row = mapped(order(delivered_at=""))
        assert row.flags == ("missing-step:carrier",)
        assert row.steps[-1] == StepTime(step="carrier")


class TestWhenARowIsMalformed:
    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            ({"order_id": " "}, "order_id: is empty, so the row has no id"),
            ({"approved_at": "yesterday"}, "approved_at: 'yesterday' is not a timestamp"),
            ({"delivered_at": "2018-02-30 10:00:00"}, "delivered_at: '2018-02-30 10:00:00' is not a timestamp"),
            ({"price": "12,50"}, "price: '12,50' is not an amount of money"),
            ({"price": "NaN"}, "price: 'NaN' is not an amount of money"),
            ({"freight": "-1"}, "freight: '-1' is not an amount of money"),
            (
                {"review_answered_at": "", "review_asked_at": "", "purchased_at": ""},
                "review_answered_at and review_asked_at and purchased_at: empty, so it is unknown when it was received",
            ),
        ],
    )
    def test_it_is_rejected_with_what_and_where(self, cells: dict[str, str], reason: str) -> None:
        assert rejected(order(**cells)) == reason

    def test_too_many_or_too_few_columns_are_counted(self) -> None:
        long, short = csv.DictReader(io.StringIO("order_id,price\no1,2,3,4\no2\n"))
        assert rejected(long) == "has 4 columns instead of 2"
        assert rejected(short) == "has 1 columns instead of 2"

    def test_a_column_that_the_file_does_not_have_is_named(self) -> None:
        assert rejected({"order_id": "o1", "review_score": "1"}) == "no column 'purchased_at'"


REQUEST = {
    "unique_key": "60863841",
    "created_date": "2024-04-15T23:11:00.000",
    "due_date": "",
    "agency": "DEP",
    "complaint_type": "Noise",
    "descriptor": "Noise, Barking Dog (NR5)",
    "location_type": "",
    "borough": "BRONX",
    "open_data_channel_type": "ONLINE",
}


def request(**cells: str) -> Row:
    return dict((REQUEST | cells).items())


class TestWhenTheCityIsAsked:
    def test_wall_time_of_new_york_becomes_utc(self) -> None:
        assert mapped(request(), CITY).received_at == utc("2024-04-16 03:11")

    def test_the_other_form_of_the_source_is_read_too(self) -> None:
        row = mapped(request(created_date="01/15/2024 11:11:00 PM"), CITY)
        assert row.received_at == utc("2024-01-16 04:11")

    def test_the_text_is_type_and_descriptor(self) -> None:
        assert mapped(request(), CITY).text == "Noise: Noise, Barking Dog (NR5)"

    def test_the_agency_is_expected_and_never_a_fact(self) -> None:
        row = mapped(request(), CITY)
        assert row.expected_department == "dep"
        assert "DEP" not in row.facts.values()

    def test_an_agency_that_was_renamed_is_known(self) -> None:
        assert mapped(request(agency="DCA"), CITY).expected_department == "dcwp"
