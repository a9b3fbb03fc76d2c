"""Finding what bears on a question."""
