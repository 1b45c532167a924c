"""Pure tables, numbers and rules: where time went, what caused it, what it cost, and when a review may end."""
