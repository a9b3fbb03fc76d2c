"""File formats: bytes in, blocks out."""
