"""Checking: every figure of a text judged by the tables, every inconsistency found and explained (核对)."""
