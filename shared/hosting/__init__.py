"""One service as a process: wiring, settings, health, and the routes for those who operate it."""
