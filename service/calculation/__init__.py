"""Formulas over the budget: read them, check their types, evaluate them exactly, show every step."""
