"""Kafka: subscribers, producer, offsets, holding back, the embedded broker. The only files that know the clients."""
