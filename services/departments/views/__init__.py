"""Reads for departments' own GETs; never writes."""
