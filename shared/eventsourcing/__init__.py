"""Deciders, projectors and what carries them out: engine, sessions, clocks. Knows no event by name."""
