from datetime import UTC, datetime, timedelta

from shared.contracts.intake import ComplaintRegistered
from shared.contracts.parts import StepTime
from shared.organisation.analysis import Order, analyse_routing, analyse_times, order_of_registration, spread
from shared.organisation.mapping import from_path
from tests.unit.shared.organisation.build import shop

SHOP = shop()
START = datetime(2026, 5, 4, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def order(pick: float, bring: float, *, promised: float = 50, score: str = "5", finished: bool = True) -> Order:
    middle, end = START + pick * HOUR, START + (pick + bring) * HOUR
    return Order(
        status="done" if finished else "lost",
        score=score,
        finished=finished,
        complained=score == "1" if score else None,
        negative=bring < 0,
        steps=(StepTime(step="pick", started=START, ended=middle), StepTime(step="bring", started=middle, ended=end)),
        promised_by=START + promised * HOUR,
    )


class TestWhenOrdersAreAnalysed:
    ORDERS = (
        order(10, 10),
        order(30, 10, score="1"),
        order(30, 30, score="1"),
        order(20, 30.5, score=""),
        order(1, 1, score="1", finished=False),
    )
    REPORT = analyse_times(ORDERS, SHOP)

    def test_unfinished_orders_count_only_as_orders(self) -> None:
        assert (self.REPORT["orders"], self.REPORT["delivered_with_all_times"]) == (5, 4)
        assert self.REPORT["status"] == {"done": 4, "lost": 1}
        assert self.REPORT["score"] == {"": 1, "1": 3, "5": 1}

    def test_late_is_after_the_promise(self) -> None:
        assert (self.REPORT["late"], self.REPORT["late_share"]) == (2, 0.5)
        assert analyse_times([order(25, 25)], SHOP)["late"] == 0

    def test_late_orders_are_counted_by_the_steps_over_their_time(self) -> None:
        assert self.REPORT["late_by_sectors_over_limit"] == {"pick+bring": 1, "bring": 1}

    def test_a_late_order_none_of_whose_steps_was_over_is_told(self) -> None:
        assert analyse_times([order(2, 2, promised=3)], SHOP)["late_by_sectors_over_limit"] == {"none": 1}

    def test_shares_of_complaints_leave_out_orders_without_a_score(self) -> None:
        assert self.REPORT["complaint_share"] == {"on_time": 0.5, "late": 1.0}

    def test_over_limit_shares_are_of_all_finished_orders(self) -> None:
        assert self.REPORT["over_limit_share_all"] == {"pick": 0.5, "bring": 0.5}

    def test_hours_are_spread_per_step(self) -> None:
        assert self.REPORT["step_hours"]["pick"] == {"n": 4, "mean": 22.5, "p50": 30.0, "p90": 30.0, "p99": 30.0}

    def test_nothing_gives_no_shares(self) -> None:
        report = analyse_times([], SHOP)
        assert (report["late_share"], report["complaint_share"]) == (None, {"on_time": None, "late": None})

    def test_a_percentile_between_two_elements_is_the_upper_one(self) -> None:
        assert spread([1.0, 2.0]) == {"n": 2, "mean": 1.5, "p50": 2.0, "p90": 2.0, "p99": 2.0}
        assert spread([]) == {"n": 0}


class TestWhenAStoredComplaintIsAnalysed:
    MAPPING = from_path("marketplace")

    def registered(self, **fields: object) -> ComplaintRegistered:
        times = [{"step": step, "started": START, "ended": START + HOUR} for step in ("payment", "seller", "carrier")]
        known = {"order_status": "delivered", "review_score": "1"}
        least = {"complaint": "c1", "channel": "import", "received_at": START, "text": "", "at": START, "by": "import"}
        return ComplaintRegistered.model_validate(least | {"steps": times, "facts": known} | fields)

    def test_status_and_score_come_from_its_facts(self) -> None:
        found = order_of_registration(self.registered(), self.MAPPING)
        assert (found.status, found.score, found.finished, found.complained) == ("delivered", "1", True, True)

    def test_a_step_without_times_leaves_it_unfinished(self) -> None:
        found = order_of_registration(self.registered(steps=[{"step": "payment"}]), self.MAPPING)
        assert not found.finished

    def test_without_a_mapping_its_times_are_enough(self) -> None:
        assert order_of_registration(self.registered()).finished


class TestWhenRoutingIsCompared:
    def test_agreement_is_exactly_the_expected_department(self) -> None:
        report = analyse_routing([("dep", ["dep"]), ("dep", ["nypd"]), ("dhs", ["nypd", "dhs"]), ("hpd", [])])
        assert (report["rows"], report["agreed"], report["among"], report["nobody"]) == (4, 1, 2, 1)
        assert report["share"] == 0.25
        assert {"expected": "hpd", "invited": [], "rows": 1} in report["differences"]
