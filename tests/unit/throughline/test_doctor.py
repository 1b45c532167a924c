"""What the doctor says of figures, and what to do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from throughline.cli.client import Api
from throughline.cli.doctor import advice, at_odds, look


def status(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    well: dict[str, Any] = {
        "reachable": True,
        "service": "routing",
        "version": "1",
        "organisation": "city",
        "missing": {},
        "lag": 0,
        "poll_age_seconds": 0.1,
        "unpublished": 0,
        "parked": {"permanent": 0, "waiting": 2, "skipped": 1},
        "now": "2026-03-02T09:30:00Z",
        "clock_seconds": 0.0,
    }
    return well | changes


class TestAdvice:
    def test_is_none_where_all_is_well(self) -> None:
        assert advice("routing", status()) == []
        assert advice("routing", status(poll_age_seconds=None, lag=7, unpublished=3)) == []

    @pytest.mark.parametrize(
        ("changes", "names"),
        [
            ({"missing": {"broker": "not connected yet"}}, ("broker: not connected yet", "runbook")),
            ({"poll_age_seconds": 31.0}, ("for 31 s", "restart it")),
            ({"parked": {"permanent": 3, "waiting": 0, "skipped": 0}}, ("3 parked records", "parked list")),
            ({"clock_seconds": -61.0}, ("-61 s", "correct the one")),
            ({"reachable": False, "why": "refused", "address": "http://x"}, ("http://x: refused", "start it")),
        ],
    )
    def test_says_what_is_wrong_and_what_to_do(self, changes: dict[str, Any], names: tuple[str, str]) -> None:
        [sentence] = advice("routing", status(**changes))
        assert all(name in sentence for name in names)

    def test_names_services_that_should_agree(self) -> None:
        found = {"intake": status(), "routing": status(version="2"), "review": {"reachable": False}}
        [sentence] = at_odds(found)
        assert "version" in sentence
        assert "'1': 'intake'" in sentence
        assert at_odds({"intake": status(), "routing": status()}) == []


class TestLooking:
    def test_tells_a_service_that_refuses_or_speaks_no_json(self) -> None:
        for answer in (httpx.Response(503, json={"detail": "away"}), httpx.Response(200, text="<html>")):
            with Api("http://x", httpx.MockTransport(lambda _, answer=answer: answer)) as api:
                found = look(api, "routing")
            assert found["reachable"] is False
            assert found["address"] == "http://x/routing/status"
