from datetime import UTC, datetime, timedelta

from throughline.demo.figures import attribution

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def part(start: float, end: float) -> dict[str, str]:
    return {
        "start": (NOON + timedelta(hours=start)).isoformat(),
        "end": (NOON + timedelta(hours=end)).isoformat(),
    }


class TestTimesThatWereAttributed:
    def test_parts_that_touch_make_up_the_whole(self) -> None:
        proof = attribution([[part(0, 2), part(2, 5)], [part(0, 1)]])
        assert (proof.wholes, proof.parts, proof.gaps, proof.overlaps) == (2, 3, 0, 0)
        assert proof.hours == proof.between == 6

    def test_a_gap_is_found(self) -> None:
        proof = attribution([[part(0, 2), part(3, 5)]])
        assert (proof.gaps, proof.overlaps, proof.hours, proof.between) == (1, 0, 4, 5)

    def test_an_overlap_is_found(self) -> None:
        proof = attribution([[part(0, 3), part(2, 5)]])
        assert (proof.gaps, proof.overlaps, proof.hours, proof.between) == (0, 1, 6, 5)

    def test_what_has_no_parts_is_no_whole(self) -> None:
        assert attribution([[]]).wholes == 0
