"""The store in memory: for tests, and for the simulator, which decides at every await what happens next."""

from shared.store.memory.data import MemoryData
from shared.store.memory.store import Faults, MemoryStore, Moment, no_faults

__all__ = ["Faults", "MemoryData", "MemoryStore", "Moment", "no_faults"]
