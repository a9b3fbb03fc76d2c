"""A draft edited by a person: read, compared with the stored version, and judged figure by figure."""
