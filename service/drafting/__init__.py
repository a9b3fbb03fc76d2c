"""Outlines become paragraphs whose figures are filled in by the calculator."""
