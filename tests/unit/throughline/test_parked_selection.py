"""Acting on a selection of parked records until nothing of it is left."""

from __future__ import annotations

import json
from collections.abc import Sequence

import httpx

from throughline.cli.client import Api
from throughline.cli.parked.selection import AT_ONCE, Selection, outcomes, page_of


class Lines:
    """A service with lines of parked records: those named good are applied when they are tried, at the head."""

    def __init__(self, lines: Sequence[Sequence[str]], bad: Sequence[str] = ()) -> None:
        self.lines = [list(line) for line in lines]
        self.bad = set(bad)
        self.posts: list[list[str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json=self._try(json.loads(request.content)["ids"]))
        if not request.url.path.endswith("/parked"):
            name = request.url.path.rpartition("/")[2]
            known = any(name in line for line in self.lines)
            return httpx.Response(200, json={"id": name}) if known else httpx.Response(404, json={"detail": "none"})
        query = request.url.params
        shown = [line[0] for line in self.lines] if "heads" in query else [one for line in self.lines for one in line]
        after = query.get("after", "")
        later = shown[shown.index(after) + 1 :] if after in shown else shown
        return httpx.Response(200, json=[{"id": one} for one in later[: int(query["limit"])]])

    def _try(self, ids: list[str]) -> dict[str, str]:
        self.posts.append(ids)
        results: dict[str, str] = {}
        for one in ids:
            line = next(line for line in self.lines if line[:1] == [one])
            results[one] = "still wrong" if one in self.bad else ""
            if one not in self.bad:
                line.remove(one)
        self.lines = [line for line in self.lines if line]
        return results


def tried(lines: Lines, limit: int = 0, ids: Sequence[str] = ()) -> list[str]:
    """The ids in the order in which they were tried."""

    def act(api: Api, name: str, batch: list[str]) -> dict[str, str]:
        answer: dict[str, str] = api.post(f"{name}/parked/retry", {"ids": batch})
        return answer

    with Api("http://x", httpx.MockTransport(lines)) as api:
        return [one for _, one, _ in outcomes(api, ids, ["routing"], Selection(), limit, act)]


class TestActingOnASelection:
    def test_comes_to_an_end_where_nothing_can_be_mended(self) -> None:
        names = [f"{number:04}" for number in range(250)]
        lines = Lines([[name] for name in names], bad=names)
        assert tried(lines) == names
        assert max(map(len, lines.posts)) == AT_ONCE

    def test_takes_those_too_that_come_to_the_head_by_it(self) -> None:
        lines = Lines([[f"{number:04}a", f"{number:04}b"] for number in range(150)], bad=["0007a", "0120b"])
        assert len(set(tried(lines))) == 150 + 149
        assert lines.lines == [["0007a", "0007b"], ["0120b"]]

    def test_tries_each_once(self) -> None:
        lines = Lines([[str(number)] for number in range(130)], bad=[str(number) for number in range(0, 130, 3)])
        found = tried(lines)
        assert len(found) == len(set(found)) == 130

    def test_stops_at_the_limit(self) -> None:
        lines = Lines([[str(number)] for number in range(130)])
        assert len(tried(lines, limit=5)) == 5
        assert len(lines.lines) == 125

    def test_of_nothing_does_nothing(self) -> None:
        lines = Lines([])
        assert tried(lines) == []
        assert lines.posts == []

    def test_by_ids_leaves_those_out_that_are_not_there(self) -> None:
        lines = Lines([["a"], ["b"]])
        assert tried(lines, ids=["b", "none"]) == ["b"]
        assert lines.lines == [["a"]]


class TestAList:
    def test_goes_through_all_pages_and_stops_at_the_limit(self) -> None:
        lines = Lines([[str(number)] for number in range(230)])
        with Api("http://x", httpx.MockTransport(lines)) as api:
            assert len(list(page_of(api, ["routing"], Selection(), 0))) == 230
            assert [one["service"] for one in page_of(api, ["routing", "review"], Selection(), 231)] == [
                *["routing"] * 230,
                "review",
            ]
