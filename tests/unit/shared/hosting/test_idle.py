import pytest

from shared.hosting.idle import LOOKS, NotIdle, Pending, wait_until_idle

NOTHING: Pending = {"intake": {"lag": 0}}


def busy(lag: int) -> Pending:
    return {"intake": {"lag": lag}}


class Looks:
    """Answers one look after the other, nothing to do in the end; an error is raised."""

    def __init__(self, *answers: Pending | Exception) -> None:
        self.answers = list(answers)
        self.taken = 0

    async def __call__(self) -> Pending:
        self.taken += 1
        answer = self.answers.pop(0) if self.answers else NOTHING
        if isinstance(answer, Exception):
            raise answer
        return answer


async def no_pause(_seconds: float) -> None:
    """Waits for nothing."""


class TestWaitingUntilIdle:
    @pytest.mark.parametrize(
        ("answers", "taken"),
        [((), LOOKS), ((busy(1),), 1 + LOOKS), ((NOTHING, NOTHING, busy(2)), 3 + LOOKS)],
        ids=["idle", "busy", "busy again"],
    )
    async def test_takes_several_idle_looks_in_a_row(self, answers: tuple[Pending, ...], taken: int) -> None:
        look = Looks(*answers)
        await wait_until_idle(look, sleep=no_pause)
        assert look.taken == taken

    async def test_gives_up_where_nothing_changes_and_says_what_is_pending(self) -> None:
        look = Looks(*[{"intake": {"lag": 0}, "review": {"lag": 3, "due": 1}}] * 9)
        with pytest.raises(NotIdle, match=r"nothing has changed for 0 s.*: review: lag 3, review: due 1$"):
            await wait_until_idle(look, stuck_seconds=0.0, sleep=no_pause)

    async def test_gives_up_in_time_where_something_always_changes(self) -> None:
        with pytest.raises(NotIdle, match=r"after 0 s this is still pending: intake: lag 1$"):
            await wait_until_idle(Looks(*map(busy, range(1, 9))), within_seconds=0.0, sleep=no_pause)

    async def test_begins_anew_after_services_that_were_away(self) -> None:
        look = Looks(NOTHING, NOTHING, ConnectionError("refused"))
        await wait_until_idle(look, away=(ConnectionError,), sleep=no_pause)
        assert look.taken == 3 + LOOKS

    async def test_raises_what_keeps_the_services_away_and_every_other_error_at_once(self) -> None:
        with pytest.raises(ConnectionError):
            await wait_until_idle(Looks(*[ConnectionError()] * 9), away=(OSError,), stuck_seconds=0.0, sleep=no_pause)
        look = Looks(ValueError("broken"))
        with pytest.raises(ValueError, match="broken"):
            await wait_until_idle(look, away=(OSError,), sleep=no_pause)
        assert look.taken == 1
