"""The store in memory: for tests, and for the simulator, which decides at every await what happens next."""

from shared.store.memory.calls import Faults, Moment, no_faults
from shared.store.memory.data import MemoryData
from shared.store.memory.store import MemoryStore

__all__ = ["Faults", "MemoryData", "MemoryStore", "Moment", "no_faults"]
