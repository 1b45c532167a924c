"""What was said in an older version is read as what is said today."""

from __future__ import annotations

import json
from typing import Final

import pytest
from pydantic import ValidationError

from shared.contracts.event import Upcast
from shared.contracts.intake import COMPLAINTS, PromiseKept, PromiseMade
from shared.eventsourcing.catalogue import Catalogue
from tests.unit.shared.contracts.build import GRUMBLED, Rename, renew, retire

AT: Final = "2026-03-02T09:30:00Z"
MADE: Final = {"at": AT, "by": "customer-care", "promise": "call", "what": "a call", "due": AT}
SAID: Final = json.dumps(MADE).encode()
BEFORE: Final = Rename("until", "due")


def today() -> Catalogue:
    return Catalogue((COMPLAINTS,))


class TestATypeThatIsSaidToday:
    def test_is_read_from_its_bytes(self) -> None:
        assert today().read("PromiseMade.v1", SAID) == PromiseMade.model_validate(MADE)

    def test_is_its_own(self) -> None:
        assert today().known("PromiseMade.v1")
        assert today().current("PromiseMade.v1") == "PromiseMade.v1"
        assert today().upcast("PromiseMade.v1", dict(MADE)) == ("PromiseMade.v1", MADE)


class TestATypeThatNobodyEverSaid:
    def test_is_not_known_and_not_read(self) -> None:
        assert not today().known(GRUMBLED)
        assert today().current(GRUMBLED) == GRUMBLED
        with pytest.raises(KeyError, match=GRUMBLED):
            today().read(GRUMBLED, SAID)


class TestARetiredVersion:
    def test_is_read_as_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        old = renew(monkeypatch, PromiseMade, BEFORE)
        assert (today().known(old), today().current(old), old in today().events) == (True, "PromiseMade.v2", False)
        assert today().read(old, BEFORE.back(SAID)) == PromiseMade.model_validate(MADE)
        assert today().read("PromiseMade.v2", SAID) == PromiseMade.model_validate(MADE)

    def test_goes_through_every_version_since(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = Rename("said", "what")
        old = renew(monkeypatch, PromiseMade, BEFORE)
        retire(monkeypatch, GRUMBLED, PromiseMade, Upcast(old, first))
        assert today().current(GRUMBLED) == "PromiseMade.v2"
        assert today().read(GRUMBLED, first.back(BEFORE.back(SAID))) == PromiseMade.model_validate(MADE)

    def test_may_have_had_another_name_altogether(self, monkeypatch: pytest.MonkeyPatch) -> None:
        retire(monkeypatch, GRUMBLED, PromiseKept, Rename("pledge", "promise"))
        body = json.dumps({"at": AT, "by": "system", "pledge": "call"})
        assert today().read(GRUMBLED, body) == PromiseKept.model_validate({"at": AT, "by": "system", "promise": "call"})

    def test_that_lacks_what_the_upcaster_needs_does_not_fit_and_its_words_are_not_repeated(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = renew(monkeypatch, PromiseMade, BEFORE)
        with pytest.raises(ValidationError, match=r"it cannot be turned into PromiseMade\.v2: KeyError") as caught:
            today().read(old, SAID)
        assert "a call" not in str(caught.value)

    @pytest.mark.parametrize("data", [b"\xff\xfe", b"{", b"[]", b"7"])
    def test_that_is_no_json_object_does_not_fit(self, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        old = renew(monkeypatch, PromiseMade, BEFORE)
        with pytest.raises(ValidationError):
            today().read(old, data)

    def test_whose_upcaster_leaves_out_what_today_needs_does_not_fit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        retire(monkeypatch, GRUMBLED, PromiseMade, Upcast("PromiseMade.v1", lambda _told: {}))
        with pytest.raises(ValidationError, match="due"):
            today().read(GRUMBLED, SAID)
