"""Given/when/then, builders, simulator, checker."""
