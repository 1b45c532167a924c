"""The published language: envelope, topics, events."""
