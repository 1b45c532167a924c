"""The imperative shell every service runs in."""
