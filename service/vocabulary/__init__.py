"""Names ⇄ members: the dimensions, measures and standard tables of department budgets, read from data."""
