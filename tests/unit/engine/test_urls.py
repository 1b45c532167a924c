import pytest

from tests.engine.urls import address, database_url

REPLICATED = "mongodb://user:secret@one:27018,two:27019/?replicaSet=rs0&w=majority"


class TestTheUrlOfADatabase:
    def test_keeps_what_the_server_needs(self) -> None:
        assert database_url(REPLICATED, "intake") == (
            "mongodb://user:secret@one:27018,two:27019/intake?replicaSet=rs0&w=majority"
        )

    def test_through_a_proxy_never_leads_past_it(self) -> None:
        assert database_url(REPLICATED, "intake", through=9) == (
            "mongodb://user:secret@127.0.0.1:9/intake?w=majority&directConnection=true"
        )

    def test_through_a_proxy_says_once_that_it_is_direct(self) -> None:
        assert database_url("mongodb://one/?directConnection=true", "intake", through=9) == (
            "mongodb://127.0.0.1:9/intake?directConnection=true"
        )


@pytest.mark.parametrize(
    ("server", "place"), [(REPLICATED, ("one", 27018)), ("mongodb://one", ("one", 27017)), ("mongodb://a:1/", ("a", 1))]
)
def test_the_address_is_the_first_host_and_the_usual_port(server: str, place: tuple[str, int]) -> None:
    assert address(server) == place
