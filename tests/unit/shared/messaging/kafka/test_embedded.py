from pathlib import Path

import pytest

from shared.messaging.kafka.embedded import EmbeddedBrokerUnavailable, _load, find_library


class TestTheBundledLibrary:
    def test_is_found_in_the_installed_package(self) -> None:
        assert find_library().is_file()

    @pytest.mark.parametrize(
        "place", ["confluent_kafka.libs/librdkafka-12.so.1", "confluent_kafka/.dylibs/librdkafka.1.dylib"]
    )
    def test_is_found_where_the_wheels_of_other_platforms_have_it(self, tmp_path: Path, place: str) -> None:
        library = tmp_path / place
        library.parent.mkdir(parents=True)
        library.touch()
        assert find_library(tmp_path / "confluent_kafka") == library

    def test_that_is_missing_is_said_with_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(EmbeddedBrokerUnavailable, match=r"no librdkafka bundled.*real broker instead"):
            find_library(tmp_path / "confluent_kafka")

    def test_that_can_not_be_loaded_is_said_with_what_to_do(self, tmp_path: Path) -> None:
        broken = tmp_path / "librdkafka-1.so"
        broken.write_bytes(b"not a library")
        with pytest.raises(EmbeddedBrokerUnavailable, match=r"librdkafka-1\.so.*real broker instead"):
            _load(broken)
