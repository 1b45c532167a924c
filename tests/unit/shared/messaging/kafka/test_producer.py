from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.kafka.producer import partition_of


class TestPartitionOfAKey:
    def test_is_the_one_that_kafkas_own_clients_choose(self) -> None:
        # The hashes of the Java client's own test (UtilsTest.testMurmur2).
        known = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}
        for key, murmur2_hash in known.items():
            assert partition_of(key, 1_000_003) == (murmur2_hash & 0x7FFFFFFF) % 1_000_003

    @given(st.binary(max_size=64), st.integers(min_value=1, max_value=64))
    def test_is_always_one_of_the_partitions(self, key: bytes, partitions: int) -> None:
        assert 0 <= partition_of(key, partitions) < partitions
