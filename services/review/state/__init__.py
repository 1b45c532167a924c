"""States, initial states, evolve and what of them the store may search; pure. One module per aggregate."""
