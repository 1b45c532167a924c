"""The real runtime on simulated ports, under schedules, crashes and faults drawn from a seed."""

from shared.testing.simulator.plan import Variation
from shared.testing.simulator.shrink import shortened
from shared.testing.simulator.sweep import run_seeds, told, undisturbed
from shared.testing.simulator.world import Report, World, run_seed

__all__ = ["Report", "Variation", "World", "run_seed", "run_seeds", "shortened", "told", "undisturbed"]
