"""The demonstration: sixty-odd sample complaints played through all services by actors who use the HTTP edges.

`play` moves the simulated time and lets the actors act; `stories` names the special cases and shows that each happened;
`verdict` checks the invariants on what the run left behind; `report` prints what came of it.
"""
