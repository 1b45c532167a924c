from collections.abc import Iterator
from itertools import chain, repeat

import httpx
import pytest

from deploy.local.cli.client import Api
from deploy.local.cli.settling import Stuck, settle

QUIET = {"lag": 0, "queued": 0}


def services(*counts: int | None) -> Api:
    """Services of which intake has so much to do at each look, None: does not answer; quiet in the end."""
    left: Iterator[int | None] = chain(counts, repeat(0))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/intake/unsettled":
            return httpx.Response(200, json=QUIET)
        lag = next(left)
        if lag is None:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json=QUIET | {"lag": lag})

    return Api("http://services", httpx.MockTransport(answer))


def pauses(api: Api, stuck: float = 90.0) -> int:
    """How often it paused until everything had its effects."""
    slept: list[float] = []
    with api:
        settle(api, stuck=stuck, sleep=slept.append)
    return len(slept)


class TestWaitingForEffects:
    def test_three_quiet_looks_in_a_row_are_the_end(self) -> None:
        assert pauses(services()) == 3

    def test_one_that_is_not_quiet_begins_anew(self) -> None:
        assert pauses(services(7, 0, 0, 3)) == 4 + 3

    def test_services_that_come_back_are_waited_for(self) -> None:
        assert pauses(services(0, 0, None, None)) == 4 + 3

    def test_what_never_moves_is_named(self) -> None:
        with pytest.raises(Stuck, match="still to be done: intake: lag 5"):
            pauses(services(*[5] * 1_000), stuck=0.0)

    def test_services_that_stay_away_end_it(self) -> None:
        with pytest.raises(httpx.ConnectError):
            pauses(services(*[None] * 1_000), stuck=0.0)

    def test_it_is_given_up_in_time_even_while_something_moves(self) -> None:
        with services(*range(1, 500)) as api, pytest.raises(Stuck, match=r"not quiet after 0 s.*intake: lag \d"):
            settle(api, within=0.0, sleep=lambda _: None)
