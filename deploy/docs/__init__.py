"""Documents that are made from the code: what is published, by whom, for whom."""
