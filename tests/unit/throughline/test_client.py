"""Where a path of a service is."""

from __future__ import annotations

import pytest

from throughline.cli.client import Api


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://host:8080", "http://host:8080/intake/complaints/1"),
        ("http://host:8080/", "http://host:8080/intake/complaints/1"),
        ("http://{service}:8080", "http://intake:8080/complaints/1"),
        ("https://host/api/{service}/", "https://host/api/intake/complaints/1"),
    ],
)
def test_a_path_goes_to_its_service(url: str, address: str) -> None:
    with Api(url) as api:
        assert api.address("intake/complaints/1") == api.address("/intake/complaints/1") == address
