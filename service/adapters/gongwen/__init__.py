"""Drafts as Word documents in the layout of official documents (公文格式)."""
