"""Ways to run Throughline."""
