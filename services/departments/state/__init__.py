"""The states of a resolution, how they evolve, and what of them the store may search."""
