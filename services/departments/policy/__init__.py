"""The table's rules, numbers and tables, named as sentences. Pure."""
