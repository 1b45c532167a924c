import math
from collections.abc import Iterator
from itertools import chain, repeat

import httpx
import pytest

from shared.hosting.idle import NotIdle
from throughline.cli.client import Api, Refused
from throughline.cli.waiting import wait_for_effects

NOTHING = {"lag": 0, "queued": 0}


def services(*counts: int | None) -> Api:
    """Services of which intake has so much to do at each look; nothing in the end.

    None: it does not answer; a negative number: it answers that it cannot work yet.
    """
    left: Iterator[int | None] = chain(counts, repeat(0))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/intake/unsettled":
            return httpx.Response(200, json=NOTHING)
        lag = next(left)
        if lag is None:
            raise httpx.ConnectError("refused", request=request)
        if lag < 0:
            return httpx.Response(503, json={"detail": "the store is not open"})
        return httpx.Response(200, json=NOTHING | {"lag": lag})

    return Api("http://services", httpx.MockTransport(answer))


def pauses(api: Api, stuck_seconds: float = 90.0, within_seconds: float = math.inf) -> int:
    """How often it paused until everything had its effects."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with api:
        wait_for_effects(api, stuck_seconds=stuck_seconds, within_seconds=within_seconds, sleep=sleep)
    return len(slept)


class TestWaitingForEffects:
    def test_three_idle_looks_in_a_row_are_the_end(self) -> None:
        assert pauses(services()) == 3

    def test_one_that_is_not_idle_begins_anew(self) -> None:
        assert pauses(services(7, 0, 0, 3)) == 4 + 3

    def test_services_that_come_back_are_waited_for(self) -> None:
        assert pauses(services(0, 0, None, None)) == 4 + 3

    def test_one_that_is_back_and_not_ready_yet_is_waited_for(self) -> None:
        assert pauses(services(0, None, -1, -1)) == 4 + 3

    def test_one_that_never_gets_ready_ends_it(self) -> None:
        with pytest.raises(Refused, match="the store is not open"):
            pauses(services(*[-1] * 1_000), stuck_seconds=0.0)

    def test_what_never_moves_is_named(self) -> None:
        with pytest.raises(NotIdle, match=r"nothing has changed for 0 s.*still pending: intake: lag 5"):
            pauses(services(*[5] * 1_000), stuck_seconds=0.0)

    def test_services_that_stay_away_end_it(self) -> None:
        with pytest.raises(httpx.ConnectError):
            pauses(services(*[None] * 1_000), stuck_seconds=0.0)

    def test_it_is_given_up_in_time_even_while_something_moves(self) -> None:
        with pytest.raises(NotIdle, match=r"after 0 s this is still pending: intake: lag \d"):
            pauses(services(*range(1, 500)), within_seconds=0.0)
