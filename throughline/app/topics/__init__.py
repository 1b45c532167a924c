"""The topics as they should be, and a cluster's as they are."""
