"""The edges: stores, readers, data files, the clock."""
