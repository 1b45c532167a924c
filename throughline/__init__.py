"""Throughline as it is started and used: `app`, `cli` and `demo`."""
