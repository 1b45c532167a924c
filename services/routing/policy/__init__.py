"""How routing judges: tables, numbers, and rules named as sentences. Pure."""
