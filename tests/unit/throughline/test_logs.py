"""What commands read from services' logs is in today's version, whenever it was said."""

from __future__ import annotations

import json
from typing import Final

import httpx
import pytest

from shared.contracts.intake import ComplaintRegistered
from shared.contracts.topics import INTAKE
from tests.unit.shared.contracts.build import GRUMBLED, Rename, retire
from throughline.cli.client import Api
from throughline.cli.logs import REGISTERED, registrations

SAID: Final = b'{"complaint": "c1", "channel": "web"}'
WAY: Final = Rename("way", "channel")


def log(name: str, data: bytes) -> Api:
    """A log of intake that has one event."""
    head = {"position": 1, "topic": INTAKE, "stream": "complaint/c1", "seq": 1, "types": [name]}
    copy = {"key": "c1", "headers": [["ce_type", name], ["ce_id", "complaint/c1:1"]], "value": data.decode()}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/intake/log/pull":
            return httpx.Response(200, json=[copy])
        return httpx.Response(200, json=[head] if request.url.params["after"] == "0" else [])

    return Api("http://services", httpx.MockTransport(answer))


class TestRegistrations:
    def test_are_read_as_they_were_said(self) -> None:
        with log(REGISTERED, SAID) as api:
            assert list(registrations(api)) == [("c1", {**json.loads(SAID), "type": REGISTERED})]

    def test_in_a_retired_version_are_read_as_today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        retire(monkeypatch, GRUMBLED, ComplaintRegistered, WAY)
        with log(GRUMBLED, WAY.back(SAID)) as api:
            assert list(registrations(api)) == [("c1", {**json.loads(SAID), "type": REGISTERED})]

    def test_are_nothing_else(self) -> None:
        with log(GRUMBLED, SAID) as api:
            assert list(registrations(api)) == []
