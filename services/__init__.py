"""The services of Throughline; none imports another."""
