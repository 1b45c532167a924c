"""`throughline parked …`: records that could not be applied."""
