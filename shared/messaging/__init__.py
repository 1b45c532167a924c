"""Kafka, from the outside in."""
