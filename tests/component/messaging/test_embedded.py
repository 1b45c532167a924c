import pytest

from shared.messaging.kafka.embedded import EmbeddedBroker, EmbeddedBrokerUnavailable

from .conftest import TOPIC


class TestTheEmbeddedBroker:
    async def test_passes_its_own_test(self, embedded: EmbeddedBroker) -> None:
        await embedded.self_test()

    async def test_says_what_to_do_when_it_does_not_answer(self, embedded: EmbeddedBroker) -> None:
        embedded.set_down(True)
        with pytest.raises(EmbeddedBrokerUnavailable, match="real broker instead"):
            await embedded.self_test(timeout_s=1)

    async def test_says_what_to_do_when_it_answers_too_late(self, embedded: EmbeddedBroker) -> None:
        embedded.set_rtt(2_000)
        with pytest.raises(EmbeddedBrokerUnavailable, match="real broker instead"):
            await embedded.self_test(timeout_s=0.5)

    def test_two_run_side_by_side(self, embedded: EmbeddedBroker) -> None:
        with EmbeddedBroker.start() as second:
            assert second.bootstrap_servers != embedded.bootstrap_servers

    def test_stops_twice_without_harm_and_is_gone_then(self) -> None:
        broker = EmbeddedBroker.start([TOPIC])
        broker.stop()
        broker.stop()
        with pytest.raises(EmbeddedBrokerUnavailable, match="stopped"):
            broker.create_topics(["complaints.routing.v1"])

    def test_the_same_topic_twice_is_fine_but_not_with_other_partitions(self, embedded: EmbeddedBroker) -> None:
        embedded.create_topics([TOPIC], partitions=4)
        with pytest.raises(ValueError, match="has 4 partitions, not 12"):
            embedded.create_topics([TOPIC], partitions=12)
