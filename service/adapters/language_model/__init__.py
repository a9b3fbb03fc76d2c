"""Language models and embeddings behind OpenAI-compatible servers. Importing this loads no library of theirs."""
