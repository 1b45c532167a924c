"""The real runtime on simulated ports, under schedules, crashes and faults drawn from a seed."""

from shared.testing.simulator.plan import Variation
from shared.testing.simulator.shrink import shortened
from shared.testing.simulator.sweep import describe, run_seeds, undisturbed
from shared.testing.simulator.world import Report, World, run_seed

__all__ = ["Report", "Variation", "World", "describe", "run_seed", "run_seeds", "shortened", "undisturbed"]
