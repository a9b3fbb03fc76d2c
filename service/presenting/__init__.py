"""Answers made ready to be looked at: what each figure is in words, what it rests on, and charts. No decisions about figures."""
