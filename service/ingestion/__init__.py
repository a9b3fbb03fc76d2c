"""A file's blocks become tables, facts, passages and findings, and the tables prove themselves."""
